import { defineFunction, overload } from '../definition.ts';
import { encodeBytes } from './encodings.ts';

export const fromBytes = defineFunction({
  name: 'from_bytes',
  category: 'STRING',
  description: 'Bytes as text in an encoding: hex, utf8, ascii or base64.',
  overloads: [
    overload(['bytes BYTES', 'encoding STRING'], 'STRING', (bytes, encoding) =>
      encodeBytes(bytes, encoding, { upperHex: true }),
    ),
  ],
  examples: [{ sql: "FROM_BYTES(TO_BYTES('!', 'utf8'), 'hex')", gives: "'21'" }],
});
