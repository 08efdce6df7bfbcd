import { urlPart } from './uri.ts';

export const urlExtractPort = urlPart('url_extract_port', 'The port of a URL.', 'INTEGER', (uri) => uri.port);
