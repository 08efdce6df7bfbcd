const TWO_32 = 2 ** 32;

/** A big-endian int64 as a number. Exact up to 2^53, which offsets, timestamps and producer ids never pass here. */
export function readInt64(buffer: Buffer, position: number): number {
  return buffer.readInt32BE(position) * TWO_32 + buffer.readUInt32BE(position + 4);
}

export function writeInt64(buffer: Buffer, position: number, value: number): void {
  buffer.writeInt32BE(Math.floor(value / TWO_32), position);
  buffer.writeUInt32BE(value - Math.floor(value / TWO_32) * TWO_32, position + 4);
}
