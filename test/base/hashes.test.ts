import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32c, makePortableCrc32c } from '../../src/base/crc32c.ts';
import { coordinatorPartition, javaStringHash } from '../../src/base/java-hash.ts';
import { murmur2, partitionOfKey } from '../../src/base/murmur2.ts';
import { murmur3 } from '../../src/base/murmur3.ts';

describe('crc32c', () => {
  it('has the check value of the polynomial, and those of RFC 3720', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
    expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
    expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
  });

  it('is the same in both implementations, over any part', () => {
    const portable = makePortableCrc32c();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), fc.nat(300), (raw, a, b) => {
        const bytes = Buffer.from(raw);
        const start = Math.min(a, b, bytes.length);
        const end = Math.min(Math.max(a, b), bytes.length);
        expect(portable(bytes, start, end)).toBe(crc32c(bytes, start, end));
      }),
    );
  });
});

describe('murmur2', () => {
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])("hashes %s as Kafka's own test has it", (text, hash) => {
    expect(murmur2(Buffer.from(text))).toBe(hash);
    expect(partitionOfKey(Buffer.from(text), 10)).toBe((hash & 0x7fffffff) % 10);
  });
});

const U64 = (1n << 64n) - 1n;

/** As the published code has it, step by step. */
function murmur3Exactly(bytes: Uint8Array, seed: bigint): string {
  const rotate = (value: bigint, bits: bigint): bigint => ((value << bits) | (value >> (64n - bits))) & U64;
  const word = (at: number): bigint =>
    Array.from(bytes.subarray(at, at + 8)).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const [c1, c2] = [0x87c37b91114253d5n, 0x4cf5ad432745937fn];
  const scramble = (k: bigint, [a, bits, b]: readonly [bigint, bigint, bigint]): bigint =>
    (rotate((k * a) & U64, bits) * b) & U64;
  let [h1, h2] = [seed, seed];
  for (let at = 0; at < bytes.length; at += 16) {
    const isWhole = at + 16 <= bytes.length;
    h1 ^= scramble(word(at), [c1, 31n, c2]);
    if (isWhole) h1 = ((rotate(h1, 27n) + h2) * 5n + 0x52dce729n) & U64;
    h2 ^= scramble(word(at + 8), [c2, 33n, c1]);
    if (isWhole) h2 = ((rotate(h2, 31n) + h1) * 5n + 0x38495ab5n) & U64;
  }
  const mixed = (h: bigint): bigint => {
    for (const factor of [0xff51afd7ed558ccdn, 0xc4ceb9fe1a85ec53n]) h = ((h ^ (h >> 33n)) * factor) & U64;
    return h ^ (h >> 33n);
  };
  h1 ^= BigInt(bytes.length);
  h2 ^= BigInt(bytes.length);
  h1 = (h1 + h2) & U64;
  h2 = (h2 + h1) & U64;
  h1 = mixed(h1);
  h2 = mixed(h2);
  h1 = (h1 + h2) & U64;
  h2 = (h2 + h1) & U64;
  return h1.toString(16).padStart(16, '0') + h2.toString(16).padStart(16, '0');
}

describe('murmur3', () => {
  it.each([
    ['', '00000000000000000000000000000000'],
    ['hello', 'cbd8a7b341bd9b025b1e906a48ae1d19'],
    ['The quick brown fox jumps over the lazy dog', 'e34bbc7bbc071b6c7a433ca9c49a9347'],
  ])('hashes %j as everybody does, without a seed', (text, hash) => {
    expect(murmur3(Buffer.from(text), 0).toString('hex')).toBe(hash);
    expect(murmur3Exactly(Buffer.from(text), 0n)).toBe(hash);
  });

  it("is the same in halves as in whole numbers, with Kafka Streams' seed", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
        expect(murmur3(bytes).toString('hex')).toBe(murmur3Exactly(bytes, 104_729n));
      }),
      { numRuns: 500 },
    );
  });
});

describe("Java's string hash", () => {
  it.each([
    ['', 0],
    ['hello', 99162322],
    ['polygenelubricants', -2147483648],
  ])('of %j', (text, hash) => {
    expect(javaStringHash(text)).toBe(hash);
  });

  it('finds partitions by the absolute value, and 0 for the one integer that has none', () => {
    expect(coordinatorPartition('polygenelubricants', 50)).toBe(0);
    expect(coordinatorPartition('hello', 50)).toBe(22);
    expect(coordinatorPartition('zebra-group', 50)).toBe(Math.abs(javaStringHash('zebra-group')) % 50);
  });
});
