import { defineFunction, overload } from '../definition.ts';
import { padding, repeatBytes, repeatText } from './pad.ts';

export const lpad = defineFunction({
  name: 'lpad',
  category: 'STRING',
  description:
    'The input, padded on the left or cut to a length. Null for a negative length or an empty padding.',
  overloads: [
    overload(['input STRING', 'targetLen INTEGER', 'padding STRING'], 'STRING', (input, length, pad) => {
      const room = Math.max(length - input.length, 0);
      const filler = padding(input, length, pad, repeatText);
      return filler === undefined ? null : (filler.slice(0, room) + input).slice(0, length);
    }),
    overload(['input BYTES', 'targetLen INTEGER', 'padding BYTES'], 'BYTES', (input, length, pad) => {
      const room = Math.max(length - input.length, 0);
      const filler = padding(input, length, pad, repeatBytes);
      return filler === undefined
        ? null
        : Buffer.concat([filler.subarray(0, room), input]).subarray(0, length);
    }),
  ],
  examples: [
    { sql: "LPAD('foo', 7, 'Bar')", gives: "'BarBfoo'" },
    { sql: "LPAD('foo', 2, 'x')", gives: "'fo'" },
    { sql: "LPAD('foo', -1, 'x')", gives: null },
  ],
});
