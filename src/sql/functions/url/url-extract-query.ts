import { urlPart } from './uri.ts';

export const urlExtractQuery = urlPart(
  'url_extract_query',
  'The query of a URL, decoded.',
  'STRING',
  (uri) => uri.query,
);
