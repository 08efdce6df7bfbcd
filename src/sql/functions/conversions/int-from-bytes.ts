import { defineFunction, overload } from '../definition.ts';
import { requireBytes } from './byte-order.ts';

function read(bytes: Buffer, order: string): number {
  return requireBytes(bytes, 4, order) === 'BE' ? bytes.readInt32BE() : bytes.readInt32LE();
}
export const intFromBytes = defineFunction({
  name: 'int_from_bytes',
  category: 'CONVERSIONS',
  description: 'The INTEGER of four bytes, big-endian unless said otherwise.',
  overloads: [
    overload(['value BYTES'], 'INTEGER', (value) => read(value, 'BIG_ENDIAN')),
    overload(['value BYTES', 'byteOrder STRING'], 'INTEGER', read),
  ],
  examples: [{ sql: "INT_FROM_BYTES(TO_BYTES('e5070000', 'hex'), 'LITTLE_ENDIAN')", gives: '2021' }],
});
