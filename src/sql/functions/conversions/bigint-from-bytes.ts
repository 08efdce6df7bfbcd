import { defineFunction, overload } from '../definition.ts';
import { int64, type Int64 } from '../../../serde/model/int64.ts';
import { requireBytes } from './byte-order.ts';

function read(bytes: Buffer, order: string): Int64 {
  return int64(requireBytes(bytes, 8, order) === 'BE' ? bytes.readBigInt64BE() : bytes.readBigInt64LE());
}
export const bigintFromBytes = defineFunction({
  name: 'bigint_from_bytes',
  category: 'CONVERSIONS',
  description: 'The BIGINT of eight bytes, big-endian unless said otherwise.',
  overloads: [
    overload(['value BYTES'], 'BIGINT', (value) => read(value, 'BIG_ENDIAN')),
    overload(['value BYTES', 'byteOrder STRING'], 'BIGINT', read),
  ],
  examples: [{ sql: "BIGINT_FROM_BYTES(TO_BYTES('000000012A05F200', 'hex'))", gives: '5000000000' }],
});
