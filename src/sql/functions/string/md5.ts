import { defineFunction, overload } from '../definition.ts';
import { createHash } from 'node:crypto';

export const md5 = defineFunction({
  name: 'md5',
  category: 'STRING',
  description: 'The MD5 hash of a text in UTF-8, in hexadecimal.',
  overloads: [overload(['s STRING'], 'STRING', (s) => createHash('md5').update(s, 'utf8').digest('hex'))],
  examples: [{ sql: "MD5('test')", gives: "'098f6bcd4621d373cade4e832627b4f6'" }],
});
