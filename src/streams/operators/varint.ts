/** Unsigned LEB128 varints of up to 32 bits, as Kafka's `ByteUtils` writes them. */
export function unsignedVarintSize(value: number): number {
  let size = 1;
  for (let rest = value >>> 7; rest !== 0; rest >>>= 7) size++;
  return size;
}

export function writeUnsignedVarint(bytes: Buffer, offset: number, value: number): void {
  let rest = value;
  let at = offset;
  for (; rest > 0x7f; rest >>>= 7) bytes[at++] = (rest & 0x7f) | 0x80;
  bytes[at] = rest;
}

export function readUnsignedVarint(
  bytes: Buffer,
  offset: number,
): { readonly value: number; readonly size: number } {
  let value = 0;
  for (let size = 1; size <= 5; size++) {
    const byte = bytes[offset + size - 1];
    if (byte === undefined) break;
    value |= (byte & 0x7f) << (7 * (size - 1));
    if ((byte & 0x80) === 0) return { value: value >>> 0, size };
  }
  throw new RangeError('a varint that does not end');
}
