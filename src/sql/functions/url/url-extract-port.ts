import { urlPart } from './uri.ts';

export const urlExtractPort = urlPart(
  'url_extract_port',
  'The port of a URL.',
  'INTEGER',
  (uri) => uri.port,
  { sql: "URL_EXTRACT_PORT('https://millrace.example:8443/a%20b/c?q=1&r=%C3%A6#top')", gives: '8443' },
);
