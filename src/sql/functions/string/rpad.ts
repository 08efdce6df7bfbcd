import { defineFunction, overload } from '../definition.ts';
import { padding, repeatBytes, repeatText } from './pad.ts';

export const rpad = defineFunction({
  name: 'rpad',
  category: 'STRING',
  description:
    'The input, padded on the right or cut to a length. Null for a negative length or an empty padding.',
  overloads: [
    overload(['input STRING', 'targetLen INTEGER', 'padding STRING'], 'STRING', (input, length, pad) => {
      const filler = padding(input, length, pad, repeatText);
      return filler === undefined ? null : (input + filler).slice(0, length);
    }),
    overload(['input BYTES', 'targetLen INTEGER', 'padding BYTES'], 'BYTES', (input, length, pad) => {
      const filler = padding(input, length, pad, repeatBytes);
      return filler === undefined ? null : Buffer.concat([input, filler]).subarray(0, length);
    }),
  ],
  examples: [{ sql: "RPAD('foo', 7, 'Bar')", gives: "'fooBarB'" }],
});
