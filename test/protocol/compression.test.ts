import { createHash, randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import lz4 from 'lz4-napi';
import snappy from 'snappy';
import { describe, expect, it } from 'vitest';
import { compress, compressionOfId, decompress } from '../../src/protocol/compression/compression.ts';
import { compressWithWasm } from '../../src/protocol/compression/io/zstd-wasm.ts';
import { lz4Pieces } from '../../src/protocol/compression/lz4-frame.ts';
import { WASM_BASE64 } from '../../src/protocol/compression/wasm-binary.ts';
import {
  lz4Compress,
  lz4Decompress,
  snappyCompress,
  snappyDecompress,
} from '../../src/protocol/compression/wasm-codecs.ts';
import { zstdContentBytesMax } from '../../src/protocol/compression/zstd-frame.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { heldBytes } from '../setup/held-bytes.ts';

const text = Buffer.from(
  JSON.stringify(Array.from({ length: 4_000 }, (_, i) => ({ id: i, name: `user-${i % 97}` }))),
);

describe('snappy', () => {
  it('writes the framing of xerial, in chunks of 32 KiB that other decoders read', () => {
    const framed = compress('snappy', text);
    expect(framed.subarray(0, 16).toString('hex')).toBe('82534e41505059000000000100000001');
    const restored: Buffer[] = [];
    for (let at = 16; at < framed.length; ) {
      const length = framed.readInt32BE(at);
      restored.push(snappy.uncompressSync(framed.subarray(at + 4, at + 4 + length)) as Buffer);
      at += 4 + length;
    }
    expect(restored.slice(0, -1).every((chunk) => chunk.length === 32 * 1024)).toBe(true);
    expect(Buffer.concat(restored)).toEqual(text);
  });

  it('reads raw snappy and known framed bytes', () => {
    expect(decompress('snappy', snappy.compressSync(text))).toEqual(text);
    // One chunk of raw snappy: 5 bytes to restore, one literal of 5.
    const known = Buffer.from(
      '82534e41505059000000000100000001' + '00000007' + '0510' + Buffer.from('hello').toString('hex'),
      'hex',
    );
    expect(decompress('snappy', known).toString()).toBe('hello');
  });

  it('refuses a chunk that is cut short and a length beyond the limit', () => {
    const framed = compress('snappy', text);
    expect(() => decompress('snappy', framed.subarray(0, framed.length - 3))).toThrow(/cut short/);
    expect(() => decompress('snappy', Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 0]))).toThrow(/more than/);
  });
});

describe('lz4', () => {
  it('reads and is read by another implementation', () => {
    expect(decompress('lz4', lz4.compressFrameSync(text))).toEqual(text);
    expect(lz4.decompressFrameSync(compress('lz4', text))).toEqual(text);
  });

  it('looks longer for its matches at other levels than 9, and is read by another implementation', () => {
    const sizes = [1, 4, 17].map((level) => compress('lz4', text, level).length);
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
    expect(compress('lz4', text, 9)).toEqual(compress('lz4', text));
    expect(sizes.at(-1)).toBeLessThan(compress('lz4', text).length);
    expect(lz4.decompressFrameSync(compress('lz4', text, 12))).toEqual(text);
  });

  it('restores whatever it has made at any level', () => {
    // Bytes of a small alphabet repeat themselves at every distance, those of a large one do not.
    const part = fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 3_000 }));
    const anyBytes = fc
      .array(
        fc.oneof(part, fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 400, max: 1 }), fc.constant(1))),
        {
          minLength: 1,
          maxLength: 6,
        },
      )
      .map((parts) =>
        Buffer.concat(parts.flatMap(([bytes, count]) => Array.from({ length: count }, () => bytes))),
      );
    fc.assert(
      fc.property(anyBytes, fc.integer({ min: 1, max: 17 }), (bytes, level) => {
        const compressed = compress('lz4', bytes, level);
        expect(decompress('lz4', compressed).equals(bytes)).toBe(true);
        const pieces: Buffer[] = [];
        // A piece is overwritten by the next.
        for (const piece of lz4Pieces(compressed)) pieces.push(Buffer.from(piece));
        expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('takes little more than what cannot be compressed, at the edges of blocks', () => {
    for (const size of [1, 12, 13, 65_535, 65_536, 65_537, 200_000]) {
      const noise = randomBytes(size);
      const compressed = compress('lz4', noise, 12);
      expect(compressed.length).toBeLessThanOrEqual(size + 11 + 4 * Math.ceil(size / 65_536));
      expect(decompress('lz4', compressed).equals(noise)).toBe(true);
    }
  });

  it('has the header checksum that magic 2 demands', () => {
    // Flags 0x60, block size 0x40: xxHash32 of the two bytes, second byte.
    expect(compress('lz4', text).subarray(0, 4).toString('hex')).toBe('04224d18');
    expect(() => decompress('lz4', Buffer.from('04224d18604083', 'hex'))).toThrow(/lz4/);
  });

  it('counts what a bomb would restore, and does not restore it', () => {
    const bomb = compress('lz4', Buffer.alloc(8 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(64 * 1024);
    expect(() => decompress('lz4', bomb, 1024 * 1024)).toThrow(/more than the 1048576 bytes/);
    expect(decompress('lz4', bomb, 8 * 1024 * 1024)).toHaveLength(8 * 1024 * 1024);
  });
});

describe('the WebAssembly of lz4 and snappy', () => {
  it('is the published one', () => {
    const digest = createHash('sha256').update(Buffer.from(WASM_BASE64, 'base64')).digest('hex');
    expect(digest).toBe('9af107a7b0f75bc3823c69449daf26cbe5fd822ca5eb67f8dd9874ff34b4a70e');
  });

  it.each([
    ['lz4', lz4Compress, lz4Decompress],
    ['snappy', snappyCompress, snappyDecompress],
  ] as const)('keeps no memory of %s that it could not restore', (_codec, squeeze, restore) => {
    const cut = squeeze(randomBytes(4 * 1024 * 1024)).subarray(0, -1000);
    const fail = (times: number): void => {
      for (let i = 0; i < times; i++) expect(() => restore(cut)).toThrow();
    };
    fail(1);
    const before = heldBytes();
    fail(60);
    // If each kept its input and its room, it would be half a gigabyte.
    expect(heldBytes() - before).toBeLessThan(150 * 1024 * 1024);
    expect(restore(squeeze(text))).toEqual(text);
  });

  it('takes inputs of all sizes in turn', () => {
    for (const size of [0, 1, 5000, 3_000_000, 10, 100_000]) {
      const bytes = randomBytes(size);
      expect(bytes.equals(decompress('lz4', compress('lz4', bytes)))).toBe(true);
      expect(bytes.equals(decompress('snappy', compress('snappy', bytes)))).toBe(true);
    }
  });
});

describe('gzip', () => {
  it('reads any level', () => {
    expect(decompress('gzip', gzipSync(text, { level: 9 }))).toEqual(text);
  });
});

describe('zstd', () => {
  it('bounds what a frame restores by its header', () => {
    expect(zstdContentBytesMax(compress('zstd', text))).toEqual({ bytes: text.length, isExact: true });
  });

  it('reads frames without a content size, as streaming writers leave them', () => {
    const sized = compressWithWasm(text, 3);
    const unsized = withoutContentSize(sized);
    const bound = zstdContentBytesMax(unsized);
    expect(bound.isExact).toBe(false);
    expect(bound.bytes).toBeGreaterThanOrEqual(text.length);
    expect(decompress('zstd', unsized)).toEqual(text);
    expect(() => decompress('zstd', unsized, 1_000)).toThrow(/zstd/);
  });

  it('refuses a frame that says it restores an exabyte', () => {
    const frame = Buffer.from('28b52ffde0' + '00000000000000f0' + '010000', 'hex');
    expect(() => decompress('zstd', frame)).toThrow(/zstd/);
  });

  /** A frame with a content size is of one segment; without, it needs a window: 8 MiB here. */
  function withoutContentSize(frame: Buffer): Buffer {
    const sizeFlag = (frame[4] ?? 0) >>> 6;
    const sizeBytes = sizeFlag === 0 ? 1 : 2 ** sizeFlag;
    return Buffer.concat([frame.subarray(0, 4), Buffer.from([0x00, 13 << 3]), frame.subarray(5 + sizeBytes)]);
  }
});

describe('compression types', () => {
  it('does not know the numbers 5 to 7', () => {
    for (const id of [5, 6, 7]) {
      expect(() => compressionOfId(id)).toThrow(
        expect.objectContaining({ code: ErrorCode.UNSUPPORTED_COMPRESSION_TYPE }),
      );
    }
  });
});
