import { defineFunction, overload } from '../definition.ts';
import { decodeForm } from './uri.ts';

export const urlDecodeParam = defineFunction({
  name: 'url_decode_param',
  category: 'URL',
  description: 'A parameter of a URL, decoded.',
  overloads: [overload(['input STRING'], 'STRING', decodeForm)],
  examples: [{ sql: "URL_DECODE_PARAM('%3Ffoo+%24bar')", gives: "'?foo $bar'" }],
});
