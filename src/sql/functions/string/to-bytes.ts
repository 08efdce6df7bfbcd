import { defineFunction, overload } from '../definition.ts';
import { decodeText } from './encodings.ts';

export const toBytes = defineFunction({
  name: 'to_bytes',
  category: 'STRING',
  description: 'The bytes of a text that is in an encoding: hex, utf8, ascii or base64.',
  overloads: [overload(['str STRING', 'encoding STRING'], 'BYTES', decodeText)],
  examples: [{ sql: "TO_BYTES('21', 'hex')", gives: "TO_BYTES('!', 'utf8')" }],
});
