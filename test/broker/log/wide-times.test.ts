import { describe, expect, it } from 'vitest';
import { task } from '../../../broker/log/inspection-task.ts';
import type { Log } from '../../../broker/log/log.ts';
import { UNLIMITED, type LogConfig } from '../../../broker/log/log-config.ts';
import { task as timestampTask } from '../../../broker/log/timestamp-task.ts';
import { recordRules } from '../../../broker/log/batch-validation.ts';
import { DEFAULT_LOG_CONFIG } from '../../../broker/log/log-config.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { RECORDS_AT } from '../../../src/protocol/records/batch-format.ts';
import { type BatchView, batchesOf } from '../../../src/protocol/records/batch-view.ts';
import { RecordIterator } from '../../../src/protocol/records/decode-batch.ts';
import { NANOSECONDS, wideBatch } from '../../protocol/wide-batch.ts';
import { makeBatch } from './batches.ts';
import { openLog, READ_ALL } from './open-log.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const EPOCH = { leaderEpoch: 3 };
const ANY_TIME: Partial<LogConfig> = { messageTimestampAfterMaxMs: UNLIMITED };
const TIMES = [NANOSECONDS, NANOSECONDS + 3n, NANOSECONDS - 1_000_000n];

function stored(log: Log): BatchView[] {
  return batchesOf(Buffer.concat(log.read(log.logStartOffset, READ_ALL).chunks));
}

function timesOf(batch: BatchView | undefined): (number | bigint)[] {
  const times: (number | bigint)[] = [];
  if (batch === undefined) return times;
  const iterator = new RecordIterator(batch);
  while (iterator.next()) times.push(iterator.exactTimestamp);
  return times;
}

describe('times beyond 2^53', () => {
  it.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)(
    'of a batch of %s are stored as they were sent, where the topic takes any time',
    (compression) => {
      const log = openLog(temporaryDirectory(), ANY_TIME);
      const sent = wideBatch(TIMES, { compression });
      expect(log.appendAsLeader(Buffer.from(sent), EPOCH).errorCode).toBe(ErrorCode.NONE);
      const [batch] = stored(log);
      expect(batch?.isValid()).toBe(true);
      // All but base offset and leader epoch, which the checksum does not cover.
      expect(batch?.bytes.subarray(16)).toEqual(sent.subarray(16));
      expect(timesOf(batch)).toEqual(TIMES);
    },
  );

  it('are mended to the last digit where the header tells another largest one', () => {
    const log = openLog(temporaryDirectory(), ANY_TIME);
    for (const maxTimestamp of [1n, NANOSECONDS + 4n, 2n ** 63n - 1n]) {
      log.appendAsLeader(wideBatch(TIMES, { maxTimestamp }), EPOCH);
    }
    const batches = stored(log);
    expect(batches.map(({ exactMaxTimestamp }) => exactMaxTimestamp)).toEqual([
      NANOSECONDS + 3n,
      NANOSECONDS + 3n,
      NANOSECONDS + 3n,
    ]);
    expect(batches.every((batch) => batch.isValid())).toBe(true);
  });

  it('stay when the batch is put under another codec', () => {
    const compression = { codec: 'gzip', level: -1 } as const;
    const log = openLog(temporaryDirectory(), { ...ANY_TIME, compression });
    log.appendAsLeader(wideBatch(TIMES), EPOCH);
    const [batch] = stored(log);
    expect(batch?.compression).toBe('gzip');
    expect(timesOf(batch)).toEqual(TIMES);
    expect(batch?.exactMaxTimestamp).toBe(NANOSECONDS + 3n);
  });

  it('stay in the records where the log sets its own, which is what readers see', () => {
    const log = openLog(temporaryDirectory(), { messageTimestampType: 'LogAppendTime' });
    const beforeMs = Date.now();
    const sent = wideBatch(TIMES);
    const { logAppendTimeMs } = log.appendAsLeader(Buffer.from(sent), EPOCH);
    expect(logAppendTimeMs).toBeGreaterThanOrEqual(beforeMs);
    const [batch] = stored(log);
    expect(timesOf(batch)).toEqual([logAppendTimeMs, logAppendTimeMs, logAppendTimeMs]);
    expect(batch?.bytes.subarray(RECORDS_AT)).toEqual(sent.subarray(RECORDS_AT));
  });

  it('are refused by the bound of the topic, and named as they were sent', () => {
    const log = openLog(temporaryDirectory());
    expect(log.appendAsLeader(wideBatch([NANOSECONDS]), EPOCH)).toMatchObject({
      errorCode: ErrorCode.INVALID_TIMESTAMP,
      badRecords: [{ message: expect.stringContaining(`Timestamp ${NANOSECONDS} of message`) }],
    });
    const past = openLog(temporaryDirectory(), { ...ANY_TIME, messageTimestampBeforeMaxMs: 60_000 });
    expect(past.appendAsLeader(wideBatch([-NANOSECONDS]), EPOCH).badRecords).toMatchObject([
      { message: expect.stringMatching(`^Timestamp -${NANOSECONDS} .*, 9223372036854775807]$`) },
    ]);
  });

  it('are found by time, also after a restart and after a crash', async () => {
    const root = temporaryDirectory();
    let log = openLog(root, { ...ANY_TIME, segmentBytes: 400 });
    for (let i = 0; i < 8; i++) {
      log.appendAsLeader(makeBatch({ timestamp: 1_000 + i }), EPOCH);
      log.appendAsLeader(wideBatch([NANOSECONDS + BigInt(i) * 1_000_000n]), EPOCH);
    }
    const look = (timestamp: number) => log.offsetForTimestamp(timestamp, Number.MAX_SAFE_INTEGER);
    const expectFound = (): void => {
      expect(look(1_000)).toMatchObject({ offset: 0, timestamp: 1_000 });
      expect(look(2 ** 53)).toMatchObject({ offset: 1, timestamp: NANOSECONDS });
      expect(look(Number(NANOSECONDS) + 3_000_000)).toMatchObject({
        offset: 7,
        timestamp: NANOSECONDS + 3_000_000n,
      });
      expect(look(Number(NANOSECONDS) * 2)).toBeNull();
      expect(log.offsetOfMaxTimestamp(log.logEndOffset)).toMatchObject({
        offset: 15,
        timestamp: NANOSECONDS + 7_000_000n,
      });
    };
    expectFound();
    await log.close();
    log = openLog(root, { ...ANY_TIME, segmentBytes: 400 });
    expectFound();
    log.closeHandles();
    log = openLog(root, { ...ANY_TIME, segmentBytes: 400 });
    expectFound();
    await log.close();
  });

  it('beside the event loop are the same', async () => {
    const batch = new Uint8Array(wideBatch(TIMES, { compression: 'gzip' }));
    const rules = recordRules({
      config: { ...DEFAULT_LOG_CONFIG, ...ANY_TIME },
      partition: 'events-0',
      nowMs: Date.now(),
    });
    const found = await task.run({ batch, rules });
    expect(found).toEqual({ maxTimestamp: NANOSECONDS + 3n, refusal: undefined });
    const target = { timestamp: Number(NANOSECONDS), fromOffset: 1 };
    expect(await timestampTask.run({ batch, ...target })).toEqual({ offset: 1, timestamp: NANOSECONDS + 3n });
  });
});
