import lz4 from 'lz4-napi';
import snappy from 'snappy';
import { describe, expect, it } from 'vitest';
import { xxhash32 } from '../../src/base/xxhash32.ts';
import {
  COMPRESSIONS,
  compress,
  type Compression,
  decompress,
} from '../../src/protocol/compression/compression.ts';
import { decompressPieces } from '../../src/protocol/compression/decompress-pieces.ts';
import { compressWithWasm } from '../../src/protocol/compression/io/zstd-wasm.ts';

const MIB = 1024 * 1024;

async function restore(compression: Compression, bytes: Buffer): Promise<{ whole: Buffer; largest: number }> {
  const pieces: Buffer[] = [];
  let largest = 0;
  for await (const piece of decompressPieces(compression, bytes)) {
    pieces.push(Buffer.from(piece));
    largest = Math.max(largest, piece.length);
  }
  return { whole: Buffer.concat(pieces), largest };
}

let seed = Number(process.env.SEED ?? 1);

/** A small generator, so that a failure repeats (`SEED=2` for another run). */
function upTo(limit: number): number {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed % limit;
}

function randomBytes(length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let i = 0; i < length; i++) bytes[i] = upTo(2 ** 24) >>> 16;
  return bytes;
}

/** Some that repeats near and far, some that does not. */
function mixed(bytes: number): Buffer {
  const parts: Buffer[] = [];
  const phrase = randomBytes(90_000);
  for (let size = 0; size < bytes; ) {
    const part = [
      randomBytes(1 + upTo(9_000)),
      Buffer.alloc(1 + upTo(70_000), 'ab'),
      phrase.subarray(0, 40 + upTo(80_000)),
      Buffer.from(JSON.stringify(Array.from({ length: 200 }, (_, i) => ({ id: i, name: `user-${i % 7}` })))),
    ][upTo(4)] as Buffer;
    parts.push(part);
    size += part.length;
  }
  return Buffer.concat(parts);
}

describe.each(COMPRESSIONS.filter((compression) => compression !== 'none'))('%s in pieces', (compression) => {
  it('is what it is as a whole', async () => {
    for (const size of [0, 1, 20, 5_000, 70_000, 3 * MIB]) {
      const bytes = size < 100 ? randomBytes(size) : mixed(size);
      const packed = compress(compression, bytes);
      const { whole } = await restore(compression, packed);
      expect(whole.equals(bytes)).toBe(true);
      expect(decompress(compression, packed).equals(bytes)).toBe(true);
    }
  });

  it('is never in memory as a whole', async () => {
    const { whole, largest } = await restore(compression, compress(compression, Buffer.alloc(40 * MIB, 'a')));
    expect(whole).toHaveLength(40 * MIB);
    expect(largest).toBeLessThanOrEqual(4 * MIB);
  });

  it('is refused where it is cut short', async () => {
    const packed = compress(compression, mixed(MIB));
    const half = restore(compression, packed.subarray(0, packed.length >> 1)).then(
      ({ whole }) => whole.length,
    );
    await expect(half).rejects.toThrow(compression);
  });
});

describe('what a WebAssembly codec is not asked for', () => {
  it.each(['lz4', 'zstd'] as const)('more than 16 MiB of %s', (compression) => {
    const bytes = mixed(17 * MIB);
    expect(decompress(compression, compress(compression, bytes)).equals(bytes)).toBe(true);
    const bomb = compress(compression, Buffer.alloc(64 * MIB));
    expect(() => decompress(compression, bomb, 20 * MIB)).toThrow(/more than the 20971520 bytes/);
  });
});

describe('lz4 frames of others', () => {
  it('with blocks of their own kinds', async () => {
    const bytes = mixed(3 * MIB);
    const { whole } = await restore('lz4', lz4.compressFrameSync(bytes) as Buffer);
    expect(whole.equals(bytes)).toBe(true);
  });

  it('with linked blocks, whose matches reach into the block before', async () => {
    // A literal block of "abcdefgh", then a match of 8 bytes at distance 8 and the literals "!".
    const first = Buffer.from('abcdefgh');
    const second = Buffer.from([0x04, 8, 0, 0x50, ...Buffer.from('12345')]);
    const header = Buffer.from([0x40, 0x40]);
    const frame = Buffer.concat([
      Buffer.from('04224d18', 'hex'),
      header,
      Buffer.from([(xxhash32(header) >>> 8) & 0xff]),
      uint32(first.length + 2 ** 31),
      first,
      uint32(second.length),
      second,
      uint32(0),
    ]);
    expect((await restore('lz4', frame)).whole.toString()).toBe('abcdefghabcdefgh12345');
    expect(decompress('lz4', frame).toString()).toBe('abcdefghabcdefgh12345');
  });

  function uint32(value: number): Buffer {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return bytes;
  }
});

describe('zstd frames', () => {
  it('of several levels and after one another', async () => {
    const parts = [1, 3, 9, 19].map((level) => ({ level, bytes: mixed(700_000) }));
    const frames = parts.map(({ level, bytes }) => compressWithWasm(bytes, level));
    const all = Buffer.concat(parts.map(({ bytes }) => bytes));
    const { whole } = await restore('zstd', Buffer.concat(frames));
    expect(whole.equals(all)).toBe(true);
    expect(decompress('zstd', Buffer.concat(frames)).equals(all)).toBe(true);
    expect(() => decompress('zstd', Buffer.concat(frames), all.length - 1)).toThrow(
      /more than the \d+ bytes/,
    );
  });

  it('that want a window of more than 128 MiB are refused', async () => {
    const frame = Buffer.from('28b52ffd00' + '98' + '010000', 'hex');
    await expect(restore('zstd', frame)).rejects.toThrow(/zstd/);
  });
});

it('raw snappy that claims more than snappy can restore is refused before there is room for it', async () => {
  await expect(restore('snappy', Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0]))).rejects.toThrow(/length/);
  const bytes = mixed(MIB);
  expect((await restore('snappy', snappy.compressSync(bytes) as Buffer)).whole.equals(bytes)).toBe(true);
});

it('xxhash32 gives the published values', () => {
  expect(xxhash32(Buffer.from(''))).toBe(0x02cc5d05);
  expect(xxhash32(Buffer.from('abc'))).toBe(0x32d153ff);
  expect(xxhash32(Buffer.from('Nobody inspects the spammish repetition'))).toBe(0xe2293b2f);
});
