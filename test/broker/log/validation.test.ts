import { describe, expect, it } from 'vitest';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { BatchView, batchesOf } from '../../../src/protocol/records/batch-view.ts';
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
      'a second batch that is cut',
      Buffer.concat([makeBatch(), makeBatch().subarray(0, 70)]),
      ErrorCode.CORRUPT_MESSAGE,
    ],
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
      'a LogAppendTime of its own',
      changed((batch) => batch.writeInt16BE(8, 21), { fixCrc: true }),
      ErrorCode.INVALID_TIMESTAMP,
    ],
    [
      'a number beyond 2^53',
      changed((batch) => batch.writeInt32BE(0x7fffffff, 35), { fixCrc: true }),
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
