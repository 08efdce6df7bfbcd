import { urlPart } from './uri.ts';

export const urlExtractHost = urlPart('url_extract_host', 'The host of a URL.', 'STRING', (uri) => uri.host, {
  sql: "URL_EXTRACT_HOST('https://millrace.example:8443/a%20b/c?q=1&r=%C3%A6#top')",
  gives: "'millrace.example'",
});
