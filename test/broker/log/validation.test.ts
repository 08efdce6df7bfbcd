import { describe, expect, it } from 'vitest';
import { crc32c } from '../../../src/base/crc32c.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { BatchView, batchesOf } from '../../../src/protocol/records/batch-view.ts';
import { decodeBatch } from '../../../src/protocol/records/decode-batch.ts';
import { makeBatch, makeMarker } from './batches.ts';
import { openLog, READ_ALL } from './open-log.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const EPOCH = { leaderEpoch: 0 };

describe('what a leader refuses to append', () => {
  const log = openLog(temporaryDirectory(), { maxMessageBytes: 2_000 });
  const changed = (change: (batch: Buffer) => void, options: { readonly fixCrc: boolean }): Buffer => {
    const batch = makeBatch({ records: 2 });
    change(batch);
    // Stamping the same producer again mends the checksum.
    if (options.fixCrc) {
      const view = new BatchView(batch);
      view.stampProducer({
        producerId: view.producerId,
        producerEpoch: view.producerEpoch,
        baseSequence: view.baseSequence,
      });
    }
    return batch;
  };
  const nowMs = Date.now();
  const cases: readonly (readonly [string, Buffer, ErrorCode])[] = [
    ['no batch at all', Buffer.alloc(0), ErrorCode.INVALID_RECORD],
    ['two batches', Buffer.concat([makeBatch(), makeBatch()]), ErrorCode.INVALID_RECORD],
    ['a cut batch', makeBatch().subarray(0, 70), ErrorCode.INVALID_RECORD],
    ['a cut header', makeBatch().subarray(0, 30), ErrorCode.INVALID_RECORD],
    [
      'two batches, one of them damaged',
      Buffer.concat([makeBatch(), changed((batch) => batch.writeInt8(99, 65), { fixCrc: false })]),
      ErrorCode.INVALID_RECORD,
    ],
    ...[-1, 0, 10].map((length): [string, Buffer, ErrorCode] => [
      `a batch of the length ${length}`,
      changed((batch) => batch.writeInt32BE(length, 8), { fixCrc: false }),
      ErrorCode.CORRUPT_MESSAGE,
    ]),
    ['magic 3', changed((batch) => batch.writeInt8(3, 16), { fixCrc: false }), ErrorCode.CORRUPT_MESSAGE],
    ['magic 1', changed((batch) => batch.writeInt8(1, 16), { fixCrc: false }), ErrorCode.INVALID_RECORD],
    [
      'a flipped bit',
      changed((batch) => batch.writeInt8(99, 65), { fixCrc: false }),
      ErrorCode.CORRUPT_MESSAGE,
    ],
    [
      'a wrong count',
      changed((batch) => batch.writeInt32BE(3, 57), { fixCrc: true }),
      ErrorCode.INVALID_RECORD,
    ],
    [
      'a count of 0',
      changed((batch) => batch.writeInt32BE(0, 57), { fixCrc: true }),
      ErrorCode.INVALID_RECORD,
    ],
    [
      'a base offset',
      changed((batch) => batch.writeInt32BE(7, 4), { fixCrc: false }),
      ErrorCode.INVALID_RECORD,
    ],
    [
      'a control batch',
      makeMarker({ producerId: 1, producerEpoch: 0, isAbort: true }),
      ErrorCode.INVALID_RECORD,
    ],
    ['an id without a sequence', makeBatch({ producerId: 5, producerEpoch: 0 }), ErrorCode.INVALID_RECORD],
    ['too many bytes', makeBatch({ valueBytes: 2_000 }), ErrorCode.MESSAGE_TOO_LARGE],
    ['a time too far ahead', makeBatch({ timestamp: nowMs + 3_700_000 }), ErrorCode.INVALID_TIMESTAMP],
    [
      'a base time beyond 2^53',
      changed((batch) => batch.writeInt32BE(0x7fffffff, 27), { fixCrc: true }),
      ErrorCode.INVALID_TIMESTAMP,
    ],
    [
      'a producer id beyond 2^53',
      changed((batch) => batch.writeInt32BE(0x7fffffff, 43), { fixCrc: false }),
      ErrorCode.CORRUPT_MESSAGE,
    ],
  ];

  it.each(cases)('%s', (_name, records, errorCode) => {
    const result = log.appendAsLeader(records, EPOCH);
    expect(result).toMatchObject({ errorCode, baseOffset: -1, lastOffset: -1 });
    expect(result.errorMessage).not.toBeNull();
    expect(log.logEndOffset).toBe(0);
  });

  it('a record without a key in a compacted topic, by its index', () => {
    const compacted = openLog(temporaryDirectory(), { compact: true });
    expect(compacted.appendAsLeader(makeBatch({ key: null, records: 2 }), EPOCH)).toMatchObject({
      errorCode: ErrorCode.INVALID_RECORD,
      errorMessage: expect.stringContaining('2 record errors in total'),
      badRecords: [
        { batchIndex: 0 },
        { batchIndex: 1, message: expect.stringMatching(/without key in topic partition .+-\d+$/) },
      ],
    });
    expect(compacted.appendAsLeader(makeBatch(), EPOCH).errorCode).toBe(ErrorCode.NONE);
  });

  it('a record older than message.timestamp.before.max.ms, by its index', () => {
    const bounded = openLog(temporaryDirectory(), { messageTimestampBeforeMaxMs: 60_000 });
    expect(bounded.appendAsLeader(makeBatch({ timestamp: nowMs - 90_000 }), EPOCH)).toMatchObject({
      errorCode: ErrorCode.INVALID_TIMESTAMP,
      errorMessage: 'One or more records have been rejected due to invalid timestamp',
      badRecords: [
        { batchIndex: 0, message: expect.stringContaining('of message with offset 0 is out of range') },
      ],
    });
    for (const timestamp of [nowMs, -1]) {
      expect(bounded.appendAsLeader(makeBatch({ timestamp }), EPOCH).errorCode).toBe(ErrorCode.NONE);
    }
  });
});

describe('what Kafka takes, too', () => {
  const nowMs = Date.now();
  const append = (records: Buffer, config: Parameters<typeof openLog>[1] = {}) => {
    const log = openLog(temporaryDirectory(), config);
    const { errorCode } = log.appendAsLeader(records, EPOCH);
    const stored = Buffer.concat(log.read(0, READ_ALL).chunks);
    const [batch] = batchesOf(stored);
    if (batch !== undefined) expect(batch.isValid()).toBe(true);
    return { errorCode, batch, bytes: stored.length };
  };
  const sent = (change: (batch: Buffer) => void, compression: 'none' | 'zstd' = 'none'): Buffer => {
    const batch = makeBatch({ records: 3, timestamp: nowMs, compression });
    change(batch);
    batch.writeUInt32BE(crc32c(batch, 21), 17);
    return batch;
  };

  it('bytes after the batch that are no whole one: they are left out', () => {
    const batch = makeBatch({ timestamp: nowMs });
    for (const rest of [Buffer.from('short'), makeBatch().subarray(0, 70)]) {
      const result = append(Buffer.concat([batch, rest]));
      expect(result).toMatchObject({ errorCode: ErrorCode.NONE, bytes: batch.length });
    }
  });

  it.each(['none', 'zstd'] as const)('a LogAppendTime that is not so: %s', (compression) => {
    const records = sent((batch) => {
      batch.writeInt16BE(batch.readInt16BE(21) | 0x7f08, 21);
      batch.writeInt32BE(1, 35);
    }, compression);
    const { errorCode, batch } = append(Buffer.from(records));
    expect(errorCode).toBe(ErrorCode.NONE);
    expect(batch).toMatchObject({ isLogAppendTime: false, maxTimestamp: nowMs + 2, compression });
    expect((batch?.attributes ?? 0) & ~7).toBe(0);
    expect(append(records, { messageTimestampType: 'LogAppendTime' }).errorCode).toBe(
      ErrorCode.INVALID_TIMESTAMP,
    );
  });

  it('a largest time that is none', () => {
    const { errorCode, batch } = append(sent((bytes) => bytes.writeInt32BE(0x7fffffff, 35)));
    expect(errorCode).toBe(ErrorCode.NONE);
    expect(batch?.maxTimestamp).toBe(nowMs + 2);
  });

  it('any time where the log sets its own, and attributes without a meaning', () => {
    const before = Date.now();
    for (const at of [27, 35]) {
      const records = sent((bytes) => {
        bytes.writeInt32BE(0x7fffffff, at);
        bytes.writeInt16BE(0x7f00, 21);
      });
      const { errorCode, batch } = append(records, { messageTimestampType: 'LogAppendTime' });
      expect(errorCode).toBe(ErrorCode.NONE);
      expect(batch?.attributes).toBe(8);
      const times = batch === undefined ? [] : decodeBatch(batch).map(({ timestamp }) => timestamp);
      expect(times.length).toBe(3);
      for (const time of times) expect(time).toBeGreaterThanOrEqual(before);
    }
  });

  it('a producer without an epoch', () => {
    const producer = { producerId: 5, producerEpoch: -1 };
    const log = openLog(temporaryDirectory());
    for (const baseSequence of [0, 1]) {
      expect(log.appendAsLeader(makeBatch({ ...producer, baseSequence }), EPOCH)).toMatchObject({
        errorCode: ErrorCode.NONE,
        baseOffset: baseSequence,
      });
    }
    expect(log.appendAsLeader(makeBatch({ ...producer, baseSequence: 1 }), EPOCH).duplicate).toBe(true);
  });
});

describe('LogAppendTime', () => {
  it('stamps time and checksum and tells the time', () => {
    const log = openLog(temporaryDirectory(), { messageTimestampType: 'LogAppendTime' });
    const before = Date.now();
    const result = log.appendAsLeader(makeBatch({ timestamp: 5 }), EPOCH);
    expect(result.logAppendTimeMs).toBeGreaterThanOrEqual(before);
    const [batch] = batchesOf(Buffer.concat(log.read(0, READ_ALL).chunks));
    expect(batch?.isValid()).toBe(true);
    expect(batch).toMatchObject({ isLogAppendTime: true, maxTimestamp: result.logAppendTimeMs });
  });
});
