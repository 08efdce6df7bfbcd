/** 64-bit big-endian integers as numbers, for values below 2^53 (timestamps, offsets, window bounds). */
export function writeInt64(bytes: Buffer, offset: number, value: number): void {
  const high = Math.floor(value / 0x1_0000_0000);
  bytes.writeInt32BE(high, offset);
  bytes.writeUInt32BE(value - high * 0x1_0000_0000, offset + 4);
}

export function readInt64(bytes: Buffer, offset: number): number {
  return bytes.readInt32BE(offset) * 0x1_0000_0000 + bytes.readUInt32BE(offset + 4);
}
