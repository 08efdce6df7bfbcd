import { urlPart } from './uri.ts';

export const urlExtractFragment = urlPart(
  'url_extract_fragment',
  'The fragment of a URL, decoded.',
  'STRING',
  (uri) => uri.fragment,
  { sql: "URL_EXTRACT_FRAGMENT('https://millrace.example:8443/a%20b/c?q=1&r=%C3%A6#top')", gives: "'top'" },
);
