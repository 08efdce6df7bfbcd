import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BytesReader } from '../../src/base/bytes-reader.ts';
import { INT64_MAX } from '../../src/base/int64.ts';
import { BytesWriter } from '../../src/base/bytes-writer.ts';
import { ProtocolError } from '../../src/base/protocol-error.ts';
import { sizeOfUnsignedVarint, sizeOfVarlong, writeVarlong } from '../../src/base/varint.ts';

function written(write: (writer: BytesWriter) => void): Buffer {
  const writer = new BytesWriter(16);
  write(writer);
  return writer.finishBuffer();
}

/** Any, and those around where numbers are no longer exact. */
const anyInt64 = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.bigInt({ min: 2n ** 53n - 4n, max: 2n ** 53n + 4n }),
  fc.constantFrom(2n ** 63n - 1n, 2n ** 63n - 2n, -(2n ** 63n), 10n ** 18n),
);

describe('64-bit integers of any size', () => {
  it('are read as the nearest number, and written exactly or not at all', () => {
    fc.assert(
      fc.property(anyInt64, (value) => {
        const bytes = written((writer) => writer.int64(value));
        expect(bytes.readBigInt64BE(0)).toBe(value);
        const read = new BytesReader(bytes).int64();
        expect(read).toBe(Number(value));
        const again = (): Buffer => written((writer) => writer.int64(read));
        if (Number.isSafeInteger(read)) expect(again()).toEqual(bytes);
        else if (read === INT64_MAX) expect(again().readBigInt64BE(0)).toBe(2n ** 63n - 1n);
        else expect(again).toThrow(ProtocolError);
      }),
    );
  });

  it.each([Number.NaN, 0.5, Number.POSITIVE_INFINITY, 1e18])('%d is not written', (value) => {
    expect(() => written((writer) => writer.int64(value))).toThrow(ProtocolError);
  });
});

describe('numbers', () => {
  it('agree with Buffer and with BigInt', () => {
    fc.assert(
      fc.property(fc.integer(), fc.maxSafeInteger(), fc.double(), (small, large, real) => {
        const expected = Buffer.alloc(22);
        expected.writeInt32BE(small, 0);
        expected.writeInt16BE((small << 16) >> 16, 4);
        expected.writeBigInt64BE(BigInt(large), 6);
        expected.writeDoubleBE(real, 14);
        const bytes = written((writer) => {
          writer.int32(small);
          writer.int16(small);
          writer.int64(large);
          writer.float64(real);
        });
        expect(bytes).toEqual(expected);
        const reader = new BytesReader(bytes);
        expect([reader.int32(), reader.int16(), reader.int64(), reader.float64()]).toEqual([
          small,
          (small << 16) >> 16,
          large,
          real,
        ]);
      }),
    );
  });

  it('pass Long.MAX_VALUE through', () => {
    const bytes = written((writer) => writer.int64(INT64_MAX));
    expect(bytes.toString('hex')).toBe('7fffffffffffffff');
    expect(new BytesReader(bytes).int64()).toBe(INT64_MAX);
  });
});

describe('varints', () => {
  const anyLong = fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.integer({ min: -200, max: 200 }));

  it('zig-zag as the protocol does, in as many bytes as computed', () => {
    fc.assert(
      fc.property(anyLong, (value) => {
        const target = Buffer.alloc(10);
        const length = writeVarlong(target, 0, value);
        expect(length).toBe(sizeOfVarlong(value));
        let zigzag = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n));
        for (let i = 0; i < length; i++) {
          expect(target[i]).toBe(Number(zigzag & 0x7fn) | (i < length - 1 ? 0x80 : 0));
          zigzag >>= 7n;
        }
        expect(zigzag).toBe(0n);
      }),
      { numRuns: 1_000 },
    );
  });

  it('come back in 32 bits, where they have no sign', () => {
    fc.assert(
      fc.property(fc.integer(), (value) => {
        const unsigned = written((writer) => writer.unsignedVarint(value >>> 0));
        expect(unsigned.length).toBe(sizeOfUnsignedVarint(value >>> 0));
        expect(new BytesReader(unsigned).unsignedVarint()).toBe(value >>> 0);
      }),
    );
  });

  it.each(['ffffffff1f', 'ffffffffff01', '8080808080', ''])('refuses %s', (hex) => {
    expect(() => new BytesReader(Buffer.from(hex, 'hex')).unsignedVarint()).toThrow(ProtocolError);
  });
});

describe('strings', () => {
  it('come back, short and long, of any script', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        const bytes = written((writer) => {
          writer.string(text);
          writer.compactString(text);
        });
        const reader = new BytesReader(bytes);
        expect([reader.string(), reader.compactString()]).toEqual([text, text]);
        reader.expectEnd();
      }),
    );
  });

  it('refuses a null where none may be; a length below -1 is one, as in Kafka', () => {
    expect(() => new BytesReader(Buffer.from('ffff', 'hex')).string()).toThrow(ProtocolError);
    expect(new BytesReader(Buffer.from('fffe', 'hex')).nullableString()).toBeNull();
    expect(() => new BytesReader(Buffer.from('00', 'hex')).compactString()).toThrow(ProtocolError);
    expect(new BytesReader(Buffer.from('00', 'hex')).compactNullableString()).toBeNull();
  });

  it('have 32767 bytes at most, read and written, and what is no UTF-8 counts as it would be written', () => {
    const [longest, tooLong] = ['x'.repeat(32_767), 'x'.repeat(32_768)];
    const long = written((writer) => writer.compactString(longest));
    expect(new BytesReader(long).compactString()).toBe(longest);
    for (const write of ['string', 'compactString'] as const) {
      expect(() => written((writer) => writer[write](tooLong))).toThrow(ProtocolError);
      expect(() => written((writer) => writer[write]('\u20ac'.repeat(10_923)))).toThrow(ProtocolError);
    }
    const lengthAndText = (text: Buffer): Buffer =>
      Buffer.concat([written((writer) => writer.unsignedVarint(text.length + 1)), text]);
    const read = (text: Buffer): string => new BytesReader(lengthAndText(text)).compactString();
    expect(() => read(Buffer.from(tooLong))).toThrow(ProtocolError);
    expect(() => read(Buffer.alloc(10_923, 0xff))).toThrow(ProtocolError);
    expect(read(Buffer.alloc(10_922, 0xff))).toBe('\ufffd'.repeat(10_922));
  });
});

describe('a writer', () => {
  it('puts sizes before tagged fields of any length', () => {
    for (const length of [0, 1, 127, 128, 300, 16_383, 16_384, 70_000]) {
      const bytes = written((writer) => {
        const mark = writer.beginTag(3);
        writer.raw(Buffer.alloc(length, 9));
        writer.endTag(mark);
        writer.int8(42);
      });
      const reader = new BytesReader(bytes);
      expect([reader.unsignedVarint(), reader.unsignedVarint()]).toEqual([3, length]);
      expect(reader.view(length).every((byte) => byte === 9)).toBe(true);
      expect(reader.int8()).toBe(42);
    }
  });

  it('keeps the order of what it copies and what it passes through', () => {
    const writer = new BytesWriter(16);
    writer.int32(0);
    writer.chunk(Buffer.alloc(1_000, 1));
    writer.chunk(Buffer.alloc(3, 2));
    writer.int8(3);
    writer.setInt32AtStart(writer.length - 4);
    const all = Buffer.concat(writer.finish());
    expect(all.readInt32BE(0)).toBe(1_004);
    expect([...all.subarray(1_003)]).toEqual([1, 2, 2, 2, 3]);
    expect(writer.length).toBe(0);
  });
});
