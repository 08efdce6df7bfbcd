import { defineFunction, overload } from '../definition.ts';

function splitBytes(bytes: Buffer, delimiter: Buffer): readonly Buffer[] {
  if (delimiter.length === 0) {
    return bytes.length === 0 ? [bytes] : Array.from(bytes, (byte) => Buffer.from([byte]));
  }
  const parts: Buffer[] = [];
  let start = 0;
  for (;;) {
    const at = bytes.indexOf(delimiter, start);
    if (at === -1) return [...parts, bytes.subarray(start)];
    parts.push(bytes.subarray(start, at));
    start = at + delimiter.length;
  }
}

export const split = defineFunction({
  name: 'split',
  category: 'STRING',
  description: 'The parts of a text, or of bytes, between delimiters; each character for an empty delimiter.',
  overloads: [
    overload(['str STRING', 'delimiter STRING'], 'ARRAY<STRING>', (str, delimiter) =>
      str === '' ? [''] : str.split(delimiter),
    ),
    overload(['bytes BYTES', 'delimiter BYTES'], 'ARRAY<BYTES>', splitBytes),
  ],
  examples: [
    { sql: "SPLIT('a$$b.c', '$$')", gives: "ARRAY['a', 'b.c']" },
    { sql: "SPLIT('abc', '')", gives: "ARRAY['a', 'b', 'c']" },
  ],
});
