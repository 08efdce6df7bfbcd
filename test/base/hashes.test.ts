import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32c, makePortableCrc32c } from '../../src/base/crc32c.ts';
import { coordinatorPartition, javaStringHash } from '../../src/base/java-hash.ts';
import { murmur2, partitionOfKey } from '../../src/base/murmur2.ts';

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
