import { createRequire } from 'node:module';

/** The CRC-32C (Castagnoli) of a part of a buffer, as an unsigned 32-bit integer. */
type Crc32c = (buffer: Buffer, start?: number, end?: number) => number;

const POLYNOMIAL = 0x82f63b78;

/** Eight tables of 256 entries, for eight bytes a step ("slicing by 8", Kounavis and Berry 2005). */
function makeTables(): Uint32Array {
  const tables = new Uint32Array(8 * 256);
  for (let i = 0; i < 256; i++) {
    let crc = i;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
    tables[i] = crc;
  }
  for (let i = 256; i < tables.length; i++) {
    const before = tables[i - 256] as number;
    tables[i] = (before >>> 8) ^ (tables[before & 0xff] as number);
  }
  return tables;
}

/** The implementation in JavaScript, for platforms without the native one. */
export function makePortableCrc32c(): Crc32c {
  const t = makeTables();
  return (buffer, start = 0, end = buffer.length) => {
    let crc = 0xffffffff;
    let at = start;
    for (; at + 8 <= end; at += 8) {
      const low =
        crc ^
        ((buffer[at] as number) |
          ((buffer[at + 1] as number) << 8) |
          ((buffer[at + 2] as number) << 16) |
          ((buffer[at + 3] as number) << 24));
      crc =
        (t[0x700 + (low & 0xff)] as number) ^
        (t[0x600 + ((low >>> 8) & 0xff)] as number) ^
        (t[0x500 + ((low >>> 16) & 0xff)] as number) ^
        (t[0x400 + (low >>> 24)] as number) ^
        (t[0x300 + (buffer[at + 4] as number)] as number) ^
        (t[0x200 + (buffer[at + 5] as number)] as number) ^
        (t[0x100 + (buffer[at + 6] as number)] as number) ^
        (t[buffer[at + 7] as number] as number);
    }
    for (; at < end; at++) crc = (crc >>> 8) ^ (t[(crc ^ (buffer[at] as number)) & 0xff] as number);
    return (crc ^ 0xffffffff) >>> 0;
  };
}

/** The native implementation, where its prebuilt binary loads; checked against a known sum before it is trusted. */
function nativeCrc32c(): Crc32c | undefined {
  try {
    const native = createRequire(import.meta.url)('@node-rs/crc32') as {
      crc32c(input: Uint8Array): number;
    };
    if (native.crc32c(Buffer.from('123456789')) !== 0xe3069283) return undefined;
    return (buffer, start = 0, end = buffer.length) =>
      native.crc32c(start === 0 && end === buffer.length ? buffer : buffer.subarray(start, end)) >>> 0;
  } catch {
    // No prebuilt binary for this platform: the portable implementation gives the same sums, more slowly.
    return undefined;
  }
}

/**
 * The CRC-32C of `buffer`, from `start` up to but not including `end`: the checksum of record batches.
 */
export const crc32c: Crc32c = nativeCrc32c() ?? makePortableCrc32c();
