import { urlPart } from './uri.ts';

export const urlExtractHost = urlPart('url_extract_host', 'The host of a URL.', 'STRING', (uri) => uri.host);
