/** @throws {RangeError} unless the text names a byte order and the bytes have the length. */
export function requireBytes(bytes: Buffer, length: number, order: string): 'BE' | 'LE' {
  if (bytes.length !== length) {
    throw new RangeError(`Number of bytes must be equal to ${length}, but found ${bytes.length}`);
  }
  if (order === 'BIG_ENDIAN') return 'BE';
  if (order === 'LITTLE_ENDIAN') return 'LE';
  throw new RangeError(`Byte order must be BIG_ENDIAN or LITTLE_ENDIAN: ${order}`);
}
