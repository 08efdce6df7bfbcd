import { describe, expect, it } from 'vitest';
import { task } from '../../../broker/log/inspection-task.ts';
import type { LogConfig, TargetCompression } from '../../../broker/log/log-config.ts';
import type { Log } from '../../../broker/log/log.ts';
import { type Compression, COMPRESSIONS } from '../../../src/protocol/compression/compression.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { BatchBuilder } from '../../../src/protocol/records/batch-builder.ts';
import { CRC_AT, MAX_TIMESTAMP_AT, RECORDS_COUNT_AT } from '../../../src/protocol/records/batch-format.ts';
import { stampCrc } from '../../../src/protocol/records/batch-header.ts';
import { type BatchView, batchesOf } from '../../../src/protocol/records/batch-view.ts';
import { decodeBatch } from '../../../src/protocol/records/decode-batch.ts';
import { makeBatch, makeMarker } from './batches.ts';
import { openLog, READ_ALL } from './open-log.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const EPOCH = { leaderEpoch: 3 };
const PRODUCER = { producerId: 41, producerEpoch: 2, baseSequence: 7 };
const TARGETS: readonly TargetCompression[] = [
  { codec: 'none', level: undefined },
  { codec: 'gzip', level: -1 },
  { codec: 'snappy', level: undefined },
  { codec: 'lz4', level: 9 },
  { codec: 'lz4', level: 12 },
  { codec: 'zstd', level: 3 },
];

/** Records of every kind: with and without key, value and headers, later ones with an earlier time. */
function mixedBatch(compression: Compression, timestamp: number): Buffer {
  const builder = new BatchBuilder();
  builder.append(Buffer.from('k'), Buffer.from('value '.repeat(50)), timestamp);
  builder.append(null, Buffer.from('no key'), timestamp + 7);
  builder.append(Buffer.from('no value'), null, timestamp - 5);
  builder.append(Buffer.from('h'), Buffer.alloc(0), timestamp + 2, [
    { key: 'a', value: Buffer.from('1') },
    { key: 'b', value: null },
  ]);
  return builder.build({ compression, ...PRODUCER });
}

function open(config: Partial<LogConfig>): Log {
  return openLog(temporaryDirectory(), config);
}

function stored(log: Log): BatchView[] {
  return batchesOf(Buffer.concat(log.read(log.logStartOffset, READ_ALL).chunks));
}

describe.each(TARGETS)('in a topic of $codec, level $level', (compression) => {
  it.each([...COMPRESSIONS])('a batch of %s has that codec, and is otherwise as it was sent', (codec) => {
    const log = open({ compression });
    log.appendAsLeader(makeBatch({ records: 3, timestamp: Date.now() }), EPOCH);
    const nowMs = Date.now();
    const sent = mixedBatch(codec, nowMs);
    const expected = decodeBatch(batchesOf(Buffer.from(sent))[0] as BatchView);
    expect(log.appendAsLeader(sent, EPOCH)).toMatchObject({
      errorCode: ErrorCode.NONE,
      baseOffset: 3,
      lastOffset: 6,
    });

    const [, batch] = stored(log);
    expect(batch?.isValid()).toBe(true);
    expect(batch).toMatchObject({
      compression: compression.codec,
      baseOffset: 3,
      lastOffset: 6,
      partitionLeaderEpoch: 3,
      recordsCount: 4,
      maxTimestamp: nowMs + 7,
      isLogAppendTime: false,
      isTransactional: false,
      ...PRODUCER,
    });
    const records = decodeBatch(batch as BatchView);
    expect(records).toEqual(expected.map((record) => ({ ...record, offset: record.offset + 3 })));
    if (codec === compression.codec) expect(batch?.bytes.equals(sent)).toBe(true);
    // What was sent before is known again, though it was stored in another form.
    expect(log.appendAsLeader(mixedBatch(codec, nowMs), EPOCH)).toMatchObject({
      duplicate: true,
      baseOffset: 3,
    });
    expect(log.logEndOffset).toBe(7);
  });

  it.each([...COMPRESSIONS])('a batch of %s gets the time of the log', (codec) => {
    const log = open({ compression, messageTimestampType: 'LogAppendTime' });
    const { logAppendTimeMs } = log.appendAsLeader(mixedBatch(codec, 1_000), EPOCH);
    const [batch] = stored(log);
    expect(batch?.isValid()).toBe(true);
    expect(batch).toMatchObject({ compression: compression.codec, isLogAppendTime: true, ...PRODUCER });
    const times = decodeBatch(batch as BatchView).map(({ timestamp }) => timestamp);
    expect(times).toEqual(Array.from({ length: 4 }, () => logAppendTimeMs));
  });

  it.each([...COMPRESSIONS])('a batch of %s is told its largest time', (codec) => {
    const log = open({ compression });
    const sent = mixedBatch(codec, 5_000);
    sent.writeBigInt64BE(9_000n, MAX_TIMESTAMP_AT);
    stampCrc(sent, 0, sent.length);
    expect(log.appendAsLeader(sent, EPOCH).errorCode).toBe(ErrorCode.NONE);
    const [batch] = stored(log);
    expect(batch?.isValid()).toBe(true);
    expect(batch?.maxTimestamp).toBe(5_007);
  });

  it.each([...COMPRESSIONS])('an empty batch of %s, or one whose checksum is wrong, is refused', (codec) => {
    const log = open({ compression });
    const empty = makeBatch({ records: 1, compression: codec, timestamp: Date.now() });
    empty.writeInt32BE(0, RECORDS_COUNT_AT);
    stampCrc(empty, 0, empty.length);
    expect(log.appendAsLeader(empty, EPOCH).errorCode).toBe(ErrorCode.INVALID_RECORD);
    const flipped = makeBatch({ records: 1, compression: codec, timestamp: Date.now() });
    flipped.writeUInt32BE((flipped.readUInt32BE(CRC_AT) ^ 1) >>> 0, CRC_AT);
    expect(log.appendAsLeader(flipped, EPOCH).errorCode).toBe(ErrorCode.CORRUPT_MESSAGE);
    expect(log.logEndOffset).toBe(0);
  });

  it('a large batch is the same beside the event loop as on it', async () => {
    const rules = {
      partition: 'a-0',
      keyRequired: false,
      timestampMin: 0,
      timestampMax: Number.MAX_SAFE_INTEGER,
      decompressedBytesMax: 2 ** 30,
      target: compression,
      recompressedBytesMax: 2 ** 30,
    };
    for (const codec of COMPRESSIONS) {
      const batch = makeBatch({ records: 4_000, valueBytes: 100, compression: codec, timestamp: 1_000 });
      const log = open({ compression, maxMessageBytes: 2 ** 30 });
      const inspection = await task.run({ batch: new Uint8Array(batch), rules });
      expect(inspection.stored === undefined).toBe(codec === compression.codec);
      expect(log.appendAsLeader(Buffer.from(batch), { ...EPOCH, inspection }).errorCode).toBe(ErrorCode.NONE);
      const onLoop = open({ compression, maxMessageBytes: 2 ** 30 });
      expect(onLoop.appendAsLeader(Buffer.from(batch), EPOCH).errorCode).toBe(ErrorCode.NONE);
      const read = (from: Log) => from.read(0, { ...READ_ALL, maxBytes: 2 ** 30 }).chunks;
      expect(Buffer.concat(read(log)).equals(Buffer.concat(read(onLoop)))).toBe(true);
    }
  });

  it('what a coordinator writes has that codec, but for markers', () => {
    const log = open({ compression });
    const batches = [
      makeBatch(),
      makeMarker({ producerId: 5, producerEpoch: 0, isAbort: true }),
      makeBatch(),
    ];
    const result = log.appendAsLeader(Buffer.concat(batches), { ...EPOCH, origin: 'coordinator' });
    expect(result).toMatchObject({ errorCode: ErrorCode.NONE, baseOffset: 0, lastOffset: 2 });
    const found = stored(log);
    expect(found.map((batch) => batch.isValid())).toEqual([true, true, true]);
    expect(found.map((batch) => batch.compression)).toEqual([compression.codec, 'none', compression.codec]);
    expect(found.map((batch) => batch.isControl)).toEqual([false, true, false]);
    expect(found.map((batch) => batch.baseOffset)).toEqual([0, 1, 2]);
  });
});

it('a batch that grows beyond max.message.bytes is MESSAGE_TOO_LARGE', () => {
  const sent = (compression: Compression) =>
    makeBatch({ records: 19, valueBytes: 100, compression, timestamp: Date.now() });
  const { length } = sent('none');
  for (const [maxMessageBytes, expected] of [
    [length - 100, ErrorCode.MESSAGE_TOO_LARGE],
    [length - 1, ErrorCode.MESSAGE_TOO_LARGE],
    [length, ErrorCode.NONE],
  ] as const) {
    const log = open({ compression: { codec: 'none', level: undefined }, maxMessageBytes });
    expect(log.appendAsLeader(sent('zstd'), EPOCH).errorCode).toBe(expected);
  }
  const packed = open({ compression: { codec: 'gzip', level: 1 }, maxMessageBytes: 2_000 });
  const bomb = makeBatch({ valueBytes: 150_000, compression: 'zstd', timestamp: Date.now() });
  expect(packed.appendAsLeader(bomb, EPOCH)).toMatchObject({
    errorCode: ErrorCode.MESSAGE_TOO_LARGE,
    errorMessage: expect.stringContaining('max.message.bytes, because compression.type'),
  });
});

it('batches of producers that are trusted get the codec, too', () => {
  const log = open({ compression: { codec: 'lz4', level: undefined }, validateRecords: false });
  log.appendAsLeader(makeBatch({ compression: 'gzip', timestamp: Date.now() }), EPOCH);
  expect(stored(log)[0]?.compression).toBe('lz4');
});

it('levels are those of the setting', () => {
  const text = Array.from({ length: 3_000 }, (_, i) => `${(i * 7919) % 1013} of ${i % 37}`).join(', ');
  const sizeAt = (codec: Compression, level: number): number => {
    const log = open({ compression: { codec, level } });
    log.appendAsLeader(makeBatch({ text, timestamp: Date.now() }), EPOCH);
    return stored(log)[0]?.sizeInBytes ?? 0;
  };
  expect(sizeAt('gzip', 1)).toBeGreaterThan(sizeAt('gzip', 9));
  expect(sizeAt('gzip', -1)).toBe(sizeAt('gzip', 6));
  expect(sizeAt('lz4', 9)).toBeGreaterThan(sizeAt('lz4', 12));
  expect(sizeAt('zstd', -50)).toBeGreaterThan(sizeAt('zstd', 3));
  expect(sizeAt('zstd', 3)).toBeGreaterThan(sizeAt('zstd', 22));
});

it('a log takes another codec from the next batch on', () => {
  const log = open({});
  const codecs: Compression[] = [];
  for (const compression of [null, ...TARGETS, null]) {
    log.config = { ...log.config, compression };
    log.appendAsLeader(makeBatch({ compression: 'snappy', timestamp: Date.now() }), EPOCH);
    codecs.push(compression?.codec ?? 'snappy');
  }
  expect(stored(log).map((batch) => batch.compression)).toEqual(codecs);
});
