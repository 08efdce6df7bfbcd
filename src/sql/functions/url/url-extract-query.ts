import { urlPart } from './uri.ts';

export const urlExtractQuery = urlPart(
  'url_extract_query',
  'The query of a URL, decoded.',
  'STRING',
  (uri) => uri.query,
  { sql: "URL_EXTRACT_QUERY('https://millrace.example:8443/a%20b/c?q=1&r=%C3%A6#top')", gives: "'q=1&r=æ'" },
);
