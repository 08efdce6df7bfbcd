import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMPRESSIONS, type Compression } from '../../src/protocol/compression/compression.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { ProtocolError } from '../../src/protocol/protocol-error.ts';
import { BatchBuilder } from '../../src/protocol/records/batch-builder.ts';
import { batchesOf, BatchView, forEachBatch } from '../../src/protocol/records/batch-view.ts';
import {
  controlBatch,
  ControlRecordType,
  controlRecordTypeOf,
  endTransactionRecord,
} from '../../src/protocol/records/control-record.ts';
import { decodeBatch } from '../../src/protocol/records/decode-batch.ts';
import type { Header, Record } from '../../src/protocol/records/record.ts';

interface Input {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly timestamp: number;
  readonly headers: readonly Header[];
}

const bytesArbitrary = fc.uint8Array({ maxLength: 200 }).map((raw) => Buffer.from(raw));
const nullableBytes = fc.option(bytesArbitrary, { nil: null });
const inputArbitrary: fc.Arbitrary<Input> = fc.record(
  {
    key: nullableBytes,
    value: nullableBytes,
    timestamp: fc.oneof(
      fc.integer({ min: 1_700_000_000_000, max: 1_700_000_100_000 }),
      fc.integer({ min: 0, max: 2 ** 52 }),
    ),
    headers: fc.array(
      fc.record({ key: fc.string({ unit: 'grapheme' }), value: nullableBytes }, { noNullPrototype: true }),
      { maxLength: 3 },
    ),
  },
  { noNullPrototype: true },
);

function build(inputs: readonly Input[], header: Parameters<BatchBuilder['build']>[0] = {}): Buffer {
  const builder = new BatchBuilder(64);
  for (const { key, value, timestamp, headers } of inputs) builder.append(key, value, timestamp, headers);
  return builder.build(header);
}

function plain(records: readonly Record[]): readonly Input[] {
  return records.map(({ key, value, timestamp, headers }) => ({ key, value, timestamp, headers }));
}

const sample: readonly Input[] = Array.from({ length: 50 }, (_, i) => ({
  key: i % 5 === 0 ? null : Buffer.from(`key-${i}`),
  value: i % 7 === 0 ? null : Buffer.from(`value-${i}-`.repeat(10)),
  timestamp: 1_700_000_000_000 + i * 10 - (i % 3) * 500,
  headers: i % 4 === 0 ? [{ key: 'trace', value: Buffer.from([i]) }] : [],
}));

describe.each(COMPRESSIONS.map((compression) => [compression]))(
  'a batch of %s',
  (compression: Compression) => {
    it('comes back as it was', () => {
      fc.assert(
        fc.property(
          fc.array(inputArbitrary, { minLength: 1, maxLength: 30 }),
          fc.nat(2 ** 40),
          (inputs, baseOffset) => {
            const bytes = build(inputs, { compression, baseOffset, partitionLeaderEpoch: 7 });
            const batch = new BatchView(bytes);
            expect(batch.isValid()).toBe(true);
            expect(batch.compression).toBe(compression);
            expect(batch.recordsCount).toBe(inputs.length);
            expect(batch.lastOffset).toBe(baseOffset + inputs.length - 1);
            expect(batch.maxTimestamp).toBe(Math.max(...inputs.map((input) => input.timestamp)));
            const records = decodeBatch(batch);
            expect(plain(records)).toStrictEqual(inputs);
            expect(records.map((record) => record.offset)).toEqual(inputs.map((_, i) => baseOffset + i));
          },
        ),
        { numRuns: 60 },
      );
    });

    it('ends changed bytes in records or in CORRUPT_MESSAGE, also where the checksum is not looked at', () => {
      const bytes = build(sample, { compression });
      fc.assert(
        fc.property(fc.nat(bytes.length - 62), fc.integer({ min: 1, max: 255 }), (at, change) => {
          const changed = Buffer.from(bytes);
          changed[61 + at] = (changed[61 + at] ?? 0) ^ change;
          expect(new BatchView(changed).isValid()).toBe(false);
          try {
            expect(decodeBatch(new BatchView(changed)).length).toBe(sample.length);
          } catch (error) {
            expect(error).toBeInstanceOf(ProtocolError);
            expect((error as ProtocolError).code).toBe(ErrorCode.CORRUPT_MESSAGE);
          }
        }),
        { numRuns: 150 },
      );
    });

    it('is refused when it decompresses to more than allowed', () => {
      const bytes = build([{ key: null, value: Buffer.alloc(200_000), timestamp: 1, headers: [] }], {
        compression,
      });
      if (compression === 'none') return;
      expect(bytes.length).toBeLessThan(20_000);
      expect(() => decodeBatch(new BatchView(bytes), { decompressedBytesMax: 100_000 })).toThrow(
        /more than the 100000/,
      );
      expect(decodeBatch(new BatchView(bytes), { decompressedBytesMax: 200_100 })).toHaveLength(1);
    });
  },
);

describe('a batch', () => {
  it('has the bytes that the format says', () => {
    const bytes = build([{ key: Buffer.from('k'), value: null, timestamp: 1_000, headers: [] }], {
      producerId: 5,
      producerEpoch: 2,
      baseSequence: 9,
    });
    expect(bytes.toString('hex')).toBe(
      [
        '0000000000000000', // base offset
        '00000039', // length: 57 bytes follow
        'ffffffff', // leader epoch
        '02', // magic
        bytes.subarray(17, 21).toString('hex'),
        '0000', // attributes
        '00000000', // last offset delta
        '00000000000003e8', // base timestamp
        '00000000000003e8', // max timestamp
        '0000000000000005', // producer id
        '0002', // producer epoch
        '00000009', // base sequence
        '00000001', // records
        '0e', // record length 7, zig-zag
        '00', // attributes
        '00', // timestamp delta
        '00', // offset delta
        '02', // key length 1
        '6b',
        '01', // value length -1
        '00', // headers
      ].join(''),
    );
  });

  it('keeps its checksum when offset and epoch are stamped, and gets a new one with time or producer', () => {
    const batch = new BatchView(build(sample));
    const before = batch.crc;
    batch.stampOffset(123_456_789_012);
    batch.stampLeaderEpoch(42);
    expect([batch.baseOffset, batch.partitionLeaderEpoch, batch.crc]).toEqual([123_456_789_012, 42, before]);
    expect(batch.isValid()).toBe(true);
    batch.stampLogAppendTime(1_800_000_000_000);
    expect(batch.isValid()).toBe(true);
    expect(new Set(decodeBatch(batch).map((record) => record.timestamp))).toEqual(
      new Set([1_800_000_000_000]),
    );
    batch.stampProducer({ producerId: 77, producerEpoch: 1, baseSequence: 2 ** 31 - 10 });
    expect([batch.producerId, batch.producerEpoch, batch.isValid()]).toEqual([77, 1, true]);
    expect(batch.lastSequence).toBe(39);
  });

  it('is left out of a fetch when its end is missing', () => {
    const one = build(sample);
    const two = Buffer.concat([one, one]);
    for (let cut = one.length; cut < two.length; cut++) {
      let seen = 0;
      expect(forEachBatch(two.subarray(0, cut), () => seen++)).toBe(one.length);
      expect(seen).toBe(1);
    }
    expect(batchesOf(two)).toHaveLength(2);
  });

  it('is refused with a wrong magic or an impossible length', () => {
    const bytes = build(sample);
    const wrongMagic = Buffer.from(bytes);
    wrongMagic[16] = 1;
    expect(() => new BatchView(wrongMagic)).toThrow(ProtocolError);
    const short = Buffer.from(bytes);
    short.writeInt32BE(10, 8);
    expect(() => forEachBatch(short, () => undefined)).toThrow(ProtocolError);
    const negative = Buffer.from(bytes);
    negative.writeInt32BE(-5, 8);
    expect(() => forEachBatch(negative, () => undefined)).toThrow(ProtocolError);
    const count = Buffer.from(bytes);
    count.writeInt32BE(0x7fffffff, 57);
    expect(() => decodeBatch(new BatchView(count))).toThrow(ProtocolError);
  });

  it('leaves out records below the offset asked for', () => {
    const records = decodeBatch(new BatchView(build(sample, { baseOffset: 1_000 })), { fromOffset: 1_030 });
    expect(records.map((record) => record.offset)).toEqual(Array.from({ length: 20 }, (_, i) => 1_030 + i));
  });

  it('marks the end of a transaction', () => {
    const bytes = controlBatch([endTransactionRecord({ commit: true, coordinatorEpoch: 3 })], {
      timestamp: 5,
      producerId: 9,
      producerEpoch: 1,
      isTransactional: true,
    });
    const batch = new BatchView(bytes);
    expect([batch.isControl, batch.isTransactional, batch.isValid(), batch.baseSequence]).toEqual([
      true,
      true,
      true,
      -1,
    ]);
    const [record] = decodeBatch(batch);
    expect(record?.key?.toString('hex')).toBe('00000001');
    expect(record?.value?.toString('hex')).toBe('000000000003');
    expect(controlRecordTypeOf(record?.key ?? Buffer.alloc(0))).toBe(ControlRecordType.COMMIT);
  });
});

/** What kafkajs makes of a batch: an implementation that shares nothing with ours. */
describe('kafkajs', () => {
  const require = createRequire(import.meta.url);
  const Decoder = require('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => unknown;
  const decodeTheirs = require('kafkajs/src/protocol/recordBatch/v0/decoder') as (
    decoder: unknown,
  ) => Promise<{ records: readonly TheirRecord[] }>;
  const { RecordBatch } = require('kafkajs/src/protocol/recordBatch/v0') as {
    readonly RecordBatch: (options: object) => Promise<{ readonly buffer: Buffer }>;
  };
  const TheirRecordEncoder = require('kafkajs/src/protocol/recordBatch/record/v0') as (
    record: object,
  ) => unknown;

  interface TheirRecord {
    readonly offset: string;
    readonly timestamp: string;
    readonly key: Buffer | null;
    readonly value: Buffer | null;
    readonly headers: { readonly [key: string]: Buffer };
  }

  it.each([['none'], ['gzip']] as const)('reads our batches (%s)', async (compression) => {
    const bytes = build(sample, { baseOffset: 31, compression });
    const { records } = await decodeTheirs(new Decoder(bytes));
    expect(records.map(({ offset, timestamp, key, value }) => ({ offset, timestamp, key, value }))).toEqual(
      sample.map(({ key, value, timestamp }, i) => ({
        offset: String(31 + i),
        timestamp: String(timestamp),
        key,
        value,
      })),
    );
    expect(records[4]?.headers).toEqual({ trace: Buffer.from([4]) });
  });

  it.each([[0], [1]])('writes batches that we read (compression %i)', async (compression) => {
    const withoutNullHeaders = sample.map((input) => ({ ...input, headers: {} }));
    const { buffer } = await RecordBatch({
      compression,
      firstTimestamp: 1_700_000_000_000,
      maxTimestamp: 1_700_000_000_490,
      lastOffsetDelta: sample.length - 1,
      records: withoutNullHeaders.map(({ key, value, timestamp }, i) =>
        TheirRecordEncoder({ offsetDelta: i, timestampDelta: timestamp - 1_700_000_000_000, key, value }),
      ),
    });
    const batch = new BatchView(buffer);
    expect(batch.isValid()).toBe(true);
    expect(decodeBatch(batch).map(({ key, value, timestamp }) => ({ key, value, timestamp }))).toEqual(
      sample.map(({ key, value, timestamp }) => ({ key, value, timestamp })),
    );
  });
});
