import { defineFunction, overload } from '../definition.ts';
import { decodeText, encodeBytes } from './encodings.ts';

/** @throws {RangeError} where both encodings are the same. */
function requireOther(from: string, to: string): string {
  if (from.toLowerCase() !== to.toLowerCase()) return from;
  throw new RangeError(`a text in ${from} is in ${to} already`);
}

export const encode = defineFunction({
  name: 'encode',
  category: 'STRING',
  description: 'A text in another encoding: hex, utf8, ascii or base64.',
  overloads: [
    overload(['str STRING', 'inputEncoding STRING', 'outputEncoding STRING'], 'STRING', (str, from, to) =>
      encodeBytes(decodeText(str, requireOther(from, to)), to, { upperHex: false }),
    ),
  ],
  examples: [{ sql: "ENCODE('Example!', 'ascii', 'hex')", gives: "'4578616d706c6521'" }],
});
