import { urlPart } from './uri.ts';

export const urlExtractProtocol = urlPart(
  'url_extract_protocol',
  'The protocol of a URL.',
  'STRING',
  (uri) => uri.protocol,
);
