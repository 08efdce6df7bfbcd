import { defineFunction, overload } from '../definition.ts';
import { requireBytes } from './byte-order.ts';

function read(bytes: Buffer, order: string): number {
  return requireBytes(bytes, 8, order) === 'BE' ? bytes.readDoubleBE() : bytes.readDoubleLE();
}
export const doubleFromBytes = defineFunction({
  name: 'double_from_bytes',
  category: 'CONVERSIONS',
  description: 'The DOUBLE of eight bytes, big-endian unless said otherwise.',
  overloads: [
    overload(['value BYTES'], 'DOUBLE', (value) => read(value, 'BIG_ENDIAN')),
    overload(['value BYTES', 'byteOrder STRING'], 'DOUBLE', read),
  ],
  examples: [
    { sql: "DOUBLE_FROM_BYTES(TO_BYTES('4080A6FD9BC9F582', 'hex'))", gives: 'CAST(532.8738323 AS DOUBLE)' },
  ],
});
