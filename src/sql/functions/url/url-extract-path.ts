import { urlPart } from './uri.ts';

export const urlExtractPath = urlPart(
  'url_extract_path',
  'The path of a URL, decoded.',
  'STRING',
  (uri) => uri.path,
  { sql: "URL_EXTRACT_PATH('https://millrace.example:8443/a%20b/c?q=1&r=%C3%A6#top')", gives: "'/a b/c'" },
);
