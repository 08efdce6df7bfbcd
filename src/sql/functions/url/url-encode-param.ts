import { defineFunction, overload } from '../definition.ts';
import { encodeForm } from './uri.ts';

export const urlEncodeParam = defineFunction({
  name: 'url_encode_param',
  category: 'URL',
  description: 'A text as a parameter of a URL.',
  overloads: [overload(['input STRING'], 'STRING', encodeForm)],
  examples: [{ sql: "URL_ENCODE_PARAM('?foo $bar')", gives: "'%3Ffoo+%24bar'" }],
});
