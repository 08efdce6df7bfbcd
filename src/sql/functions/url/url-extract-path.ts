import { urlPart } from './uri.ts';

export const urlExtractPath = urlPart(
  'url_extract_path',
  'The path of a URL, decoded.',
  'STRING',
  (uri) => uri.path,
);
