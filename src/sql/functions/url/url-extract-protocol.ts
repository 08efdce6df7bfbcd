import { urlPart } from './uri.ts';

export const urlExtractProtocol = urlPart(
  'url_extract_protocol',
  'The protocol of a URL.',
  'STRING',
  (uri) => uri.protocol,
  { sql: "URL_EXTRACT_PROTOCOL('https://millrace.example:8443/a%20b/c?q=1&r=%C3%A6#top')", gives: "'https'" },
);
