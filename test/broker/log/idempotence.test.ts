import { describe, expect, it } from 'vitest';
import type { Log } from '../../../broker/log/log.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { appendVerified, makeBatch, makeMarker } from './batches.ts';
import { openLog } from './open-log.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const EPOCH = { leaderEpoch: 0 };

function send(
  log: Log,
  baseSequence: number,
  options: { readonly epoch?: number; readonly records?: number } = {},
) {
  return log.appendAsLeader(
    makeBatch({
      producerId: 7,
      producerEpoch: options.epoch ?? 0,
      baseSequence,
      records: options.records ?? 1,
    }),
    EPOCH,
  );
}

describe('idempotent producers', () => {
  it('answers a repeated batch with where it is, for the last five', () => {
    const log = openLog(temporaryDirectory());
    for (let sequence = 0; sequence < 14; sequence += 2) send(log, sequence, { records: 2 });
    expect(log.logEndOffset).toBe(14);
    expect(send(log, 4, { records: 2 })).toMatchObject({
      errorCode: 0,
      duplicate: true,
      baseOffset: 4,
      lastOffset: 5,
    });
    expect(send(log, 12, { records: 2 })).toMatchObject({ duplicate: true, baseOffset: 12 });
    // The sixth last is forgotten: it only looks out of order.
    expect(send(log, 2, { records: 2 }).errorCode).toBe(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    expect(send(log, 12, { records: 1 }).errorCode).toBe(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    expect(log.logEndOffset).toBe(14);
  });

  it('takes the same sequences of a new epoch for new batches, and none of the old epoch for its own', () => {
    const log = openLog(temporaryDirectory());
    for (let sequence = 0; sequence < 6; sequence += 2) send(log, sequence, { records: 2 });
    // The producer has bumped its epoch (KIP-360) and begins anew: what it sends now was never written.
    for (let sequence = 0; sequence < 4; sequence += 2) {
      expect(send(log, sequence, { epoch: 1, records: 2 })).toMatchObject({
        errorCode: 0,
        duplicate: false,
        baseOffset: 6 + sequence,
      });
    }
    // The last sequence of the old epoch does not go on in the new one either.
    expect(send(log, 6, { epoch: 1, records: 2 }).errorCode).toBe(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    expect(send(log, 2, { epoch: 1, records: 2 })).toMatchObject({ duplicate: true, baseOffset: 8 });
    expect(log.logEndOffset).toBe(10);
  });

  it('recognises the last five after a restart too, though a snapshot has only the last', async () => {
    const directory = temporaryDirectory();
    const log = openLog(directory, { segmentBytes: 300 });
    for (let sequence = 0; sequence < 14; sequence += 2) send(log, sequence, { records: 2 });
    expect(log.segmentCount).toBeGreaterThan(2);
    await log.close();
    const again = openLog(directory, { segmentBytes: 300 }, { hadCleanShutdown: true, recoveryPoint: 14 });
    for (let sequence = 4; sequence < 14; sequence += 2) {
      expect(send(again, sequence, { records: 2 })).toMatchObject({ duplicate: true, baseOffset: sequence });
    }
    expect(send(again, 2, { records: 2 }).errorCode).toBe(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    // So does one that was truncated.
    again.truncateTo(12);
    expect(send(again, 2, { records: 2 })).toMatchObject({ duplicate: true, baseOffset: 2 });
    expect(send(again, 12, { records: 2 })).toMatchObject({ duplicate: false, baseOffset: 12 });
    again.closeHandles();
  });

  it('wants the next sequence, 0 in a new epoch, and no older epoch', () => {
    const log = openLog(temporaryDirectory());
    expect(send(log, 40).errorCode).toBe(ErrorCode.NONE);
    expect(send(log, 42).errorCode).toBe(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    expect(send(log, 41).errorCode).toBe(ErrorCode.NONE);
    expect(send(log, 42, { epoch: 1 }).errorCode).toBe(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    expect(send(log, 0, { epoch: 1 }).errorCode).toBe(ErrorCode.NONE);
    expect(send(log, 42).errorCode).toBe(ErrorCode.INVALID_PRODUCER_EPOCH);
  });

  it('wraps sequences from 2^31 - 1 to 0, also within a batch', () => {
    const log = openLog(temporaryDirectory());
    const last = 2 ** 31 - 1;
    expect(send(log, last - 1, { records: 4 })).toMatchObject({ errorCode: 0 });
    expect(send(log, 2)).toMatchObject({ errorCode: 0, duplicate: false });
    expect(send(log, last - 1, { records: 4 })).toMatchObject({
      duplicate: true,
      baseOffset: 0,
      lastOffset: 3,
    });
  });

  it('remembers producers over a clean close, an unclean stop and a truncation', async () => {
    for (const clean of [true, false]) {
      const root = temporaryDirectory();
      const log = openLog(root, { segmentBytes: 400 });
      for (let sequence = 0; sequence < 10; sequence++) send(log, sequence);
      if (clean) await log.close();
      else log.closeHandles();
      const again = openLog(root, {}, { hadCleanShutdown: clean });
      expect(send(again, 9)).toMatchObject({ duplicate: true, baseOffset: 9 });
      expect(send(again, 11).errorCode).toBe(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
      again.truncateTo(5);
      expect(send(again, 5)).toMatchObject({ errorCode: 0, duplicate: false, baseOffset: 5 });
      again.closeHandles();
    }
  });
});

describe('transactions in the log', () => {
  const data = (producerId: number, baseSequence: number) =>
    makeBatch({ producerId, producerEpoch: 0, baseSequence, records: 2, isTransactional: true });
  const end = (producerId: number, isAbort: boolean) => makeMarker({ producerId, producerEpoch: 0, isAbort });
  const byCoordinator = { leaderEpoch: 0, origin: 'coordinator' as const };

  it('holds the last stable offset at the first open transaction and lists aborted ones', async () => {
    const root = temporaryDirectory();
    const log = openLog(root, { segmentBytes: 500 });
    appendVerified(log, data(1, 0)); // 0, 1
    appendVerified(log, data(2, 0)); // 2, 3
    log.setHighWatermark(4);
    expect(log.lastStableOffset).toBe(0);
    log.appendAsLeader(end(1, true), byCoordinator); // 4
    expect(log.lastStableOffset).toBe(0);
    log.setHighWatermark(5);
    expect(log.lastStableOffset).toBe(2);
    appendVerified(log, data(1, 2)); // 5, 6
    log.appendAsLeader(end(2, false), byCoordinator); // 7
    log.appendAsLeader(end(1, true), byCoordinator); // 8
    log.setHighWatermark(9);
    expect(log.lastStableOffset).toBe(9);
    const aborted = [
      { producerId: 1, firstOffset: 0 },
      { producerId: 1, firstOffset: 5 },
    ];
    const check = (each: Log): void => {
      expect(each.abortedTransactions(0, 9)).toEqual(aborted);
      expect(each.abortedTransactions(0, 5)).toEqual([aborted[0]]);
      expect(each.abortedTransactions(5, 9)).toEqual([aborted[1]]);
    };
    check(log);
    log.closeHandles();
    const recovered = openLog(root, {}, { highWatermark: 9 });
    check(recovered);
    await recovered.close();
    const reopened = openLog(root, {}, { highWatermark: 9, hadCleanShutdown: true });
    check(reopened);
    expect(reopened.lastStableOffset).toBe(9);
    await reopened.close();
  });

  it('knows an open transaction again after a restart', () => {
    const root = temporaryDirectory();
    const log = openLog(root);
    log.appendAsLeader(makeBatch(), EPOCH);
    appendVerified(log, data(1, 0));
    expect(
      log.appendAsLeader(makeBatch({ producerId: 1, producerEpoch: 0, baseSequence: 2 }), EPOCH).errorCode,
    ).toBe(ErrorCode.INVALID_TXN_STATE);
    log.closeHandles();
    const again = openLog(root, {}, { highWatermark: 3 });
    expect(again.lastStableOffset).toBe(1);
    expect(
      again.appendAsLeader(
        makeMarker({ producerId: 1, producerEpoch: 0, isAbort: false, coordinatorEpoch: 4 }),
        byCoordinator,
      ).errorCode,
    ).toBe(ErrorCode.NONE);
    expect(
      again.appendAsLeader(
        makeMarker({ producerId: 1, producerEpoch: 0, isAbort: false, coordinatorEpoch: 3 }),
        byCoordinator,
      ).errorCode,
    ).toBe(ErrorCode.TRANSACTION_COORDINATOR_FENCED);
    again.closeHandles();
  });
});
