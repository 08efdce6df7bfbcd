import { urlPart } from './uri.ts';

export const urlExtractFragment = urlPart(
  'url_extract_fragment',
  'The fragment of a URL, decoded.',
  'STRING',
  (uri) => uri.fragment,
);
