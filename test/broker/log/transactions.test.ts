import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Log } from '../../../broker/log/log.ts';
import { DEFAULT_LOG_CONFIG } from '../../../broker/log/log-config.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { appendVerified, makeBatch, makeMarker } from './batches.ts';
import { openLog } from './open-log.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const BY_COORDINATOR = { leaderEpoch: 0, origin: 'coordinator' as const };

interface Sent {
  readonly sequence: number;
  readonly epoch?: number;
  readonly producerId?: number;
  readonly records?: number;
}

const batchOf = ({ sequence, epoch = 0, producerId = 7, records = 1 }: Sent): Buffer =>
  makeBatch({ producerId, producerEpoch: epoch, baseSequence: sequence, records, isTransactional: true });

const question = ({ sequence, epoch = 0, producerId = 7 }: Sent, beginsAtZero = false) => ({
  producerId,
  producerEpoch: epoch,
  baseSequence: sequence,
  beginsAtZero,
});

function end(
  log: Log,
  options: {
    readonly isAbort?: boolean;
    readonly epoch?: number;
    readonly coordinatorEpoch?: number;
    readonly transactionVersion?: number;
    readonly producerId?: number;
  } = {},
): number {
  const {
    isAbort = false,
    epoch = 0,
    coordinatorEpoch = 0,
    transactionVersion = 0,
    producerId = 7,
  } = options;
  const marker = makeMarker({ producerId, producerEpoch: epoch, isAbort, coordinatorEpoch });
  return log.appendAsLeader(marker, { ...BY_COORDINATOR, transactionVersion }).errorCode;
}

describe('a batch that begins a transaction in a partition (KIP-890)', () => {
  it('is refused unless the coordinator was asked about it, and those after it are not', () => {
    const log = openLog(temporaryDirectory());
    const refused = log.appendAsLeader(batchOf({ sequence: 0 }), { leaderEpoch: 0 });
    expect(refused.errorCode).toBe(ErrorCode.INVALID_TXN_STATE);
    expect(log.logEndOffset).toBe(0);
    const guard = log.verificationGuard(question({ sequence: 0 }));
    expect(log.appendAsLeader(batchOf({ sequence: 0 }), { leaderEpoch: 0, guard }).errorCode).toBe(0);
    expect(log.verificationGuard(question({ sequence: 1 }))).toBeUndefined();
    expect(log.appendAsLeader(batchOf({ sequence: 1 }), { leaderEpoch: 0 }).errorCode).toBe(0);
    log.closeHandles();
  });

  it.each([false, true])('is refused where a marker came before the answer (abort: %s)', (isAbort) => {
    const log = openLog(temporaryDirectory());
    const asked = log.verificationGuard(question({ sequence: 0 }));
    expect(end(log, { isAbort })).toBe(0);
    // The next transaction is asked about as well: the late answer is none to that question.
    const next = log.verificationGuard(question({ sequence: 0 }));
    const late = log.appendAsLeader(batchOf({ sequence: 0 }), { leaderEpoch: 0, guard: asked });
    expect(late.errorCode).toBe(ErrorCode.INVALID_TXN_STATE);
    expect(log.appendAsLeader(batchOf({ sequence: 0 }), { leaderEpoch: 0, guard: next }).errorCode).toBe(0);
    log.closeHandles();
  });

  it('is taken where the marker of the transaction before came meanwhile, with the epoch of this one (TV2)', () => {
    const log = openLog(temporaryDirectory());
    appendVerified(log, batchOf({ sequence: 0 }), { beginsAtZero: true });
    const guard = log.verificationGuard(question({ sequence: 0, epoch: 1 }, true));
    expect(end(log, { epoch: 1, transactionVersion: 2 })).toBe(0);
    const next = log.appendAsLeader(batchOf({ sequence: 0, epoch: 1 }), { leaderEpoch: 0, guard });
    expect(next.errorCode).toBe(0);
    const later = log.verificationGuard(question({ sequence: 0, epoch: 2 }, true));
    expect(end(log, { epoch: 3 })).toBe(0);
    const late = log.appendAsLeader(batchOf({ sequence: 0, epoch: 2 }), { leaderEpoch: 0, guard: later });
    expect(late.errorCode).toBe(ErrorCode.INVALID_TXN_STATE);
    log.closeHandles();
  });

  it('is refused where the log was cut after the question', () => {
    const log = openLog(temporaryDirectory());
    log.appendAsLeader(makeBatch({ records: 3 }), { leaderEpoch: 0 });
    const guard = log.verificationGuard(question({ sequence: 0 }));
    log.truncateTo(2);
    log.truncateFullyAndStartAt(9);
    const late = log.appendAsLeader(batchOf({ sequence: 0 }), { leaderEpoch: 0, guard });
    expect(late.errorCode).toBe(ErrorCode.INVALID_TXN_STATE);
    log.closeHandles();
  });

  it('is appended first where several are asked about at once', () => {
    const log = openLog(temporaryDirectory());
    const second = log.verificationGuard(question({ sequence: 5 }));
    const first = log.verificationGuard(question({ sequence: 3 }));
    expect(second).toBe(first);
    const tooEarly = log.appendAsLeader(batchOf({ sequence: 5 }), { leaderEpoch: 0, guard: second });
    expect(tooEarly.errorCode).toBe(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    const inTurn = log.appendAsLeader(batchOf({ sequence: 3, records: 2 }), { leaderEpoch: 0, guard: first });
    expect(inTurn.errorCode).toBe(0);
    expect(log.appendAsLeader(batchOf({ sequence: 5 }), { leaderEpoch: 0 }).errorCode).toBe(0);
    log.closeHandles();
  });

  it('forgets the sequence of an older epoch', () => {
    const log = openLog(temporaryDirectory());
    log.verificationGuard(question({ sequence: 0 }));
    const guard = log.verificationGuard(question({ sequence: 4, epoch: 1 }));
    log.verificationGuard(question({ sequence: 1 }));
    const sent = log.appendAsLeader(batchOf({ sequence: 4, epoch: 1 }), { leaderEpoch: 0, guard });
    expect(sent.errorCode).toBe(0);
    log.closeHandles();
  });

  it('begins at 0 where the producer has an epoch per transaction and is not known here (TV2)', () => {
    const log = openLog(temporaryDirectory());
    const unknown = appendVerified(log, batchOf({ sequence: 2 }), { beginsAtZero: true });
    expect(unknown.errorCode).toBe(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    expect(appendVerified(log, batchOf({ sequence: 2, producerId: 8 })).errorCode).toBe(0);
    expect(appendVerified(log, batchOf({ sequence: 0 }), { beginsAtZero: true }).errorCode).toBe(0);
    log.closeHandles();
  });

  it('is taken unasked where nothing is verified', () => {
    const log = openLog(temporaryDirectory(), { verifyTransactions: false });
    expect(log.appendAsLeader(batchOf({ sequence: 0 }), { leaderEpoch: 0 }).errorCode).toBe(0);
    log.closeHandles();
  });

  it('is a repetition where it was appended before, whether or not it was asked about', () => {
    const log = openLog(temporaryDirectory());
    appendVerified(log, batchOf({ sequence: 0 }));
    end(log);
    const again = log.appendAsLeader(batchOf({ sequence: 0 }), { leaderEpoch: 0 });
    expect(again).toMatchObject({ errorCode: 0, duplicate: true, baseOffset: 0 });
    log.closeHandles();
  });

  it('must be asked about when a coordinator writes it, too', () => {
    const log = openLog(temporaryDirectory());
    const asked = question({ sequence: 0 });
    expect(log.appendAsLeader(batchOf({ sequence: 0 }), BY_COORDINATOR).errorCode).toBe(
      ErrorCode.INVALID_TXN_STATE,
    );
    const guard = log.verificationGuard(asked);
    expect(log.appendAsLeader(batchOf({ sequence: 0 }), { ...BY_COORDINATOR, guard }).errorCode).toBe(0);
    log.closeHandles();
  });

  it('must be asked about anew after the time of producers, and the one before it is forgotten', async () => {
    const log = openLog(temporaryDirectory(), { producerIdExpirationMs: 1 });
    const guard = log.verificationGuard(question({ sequence: 0 }));
    const startMs = Date.now();
    while (Date.now() < startMs + 3) await new Promise((resolve) => setImmediate(resolve));
    log.expireProducers();
    const late = log.appendAsLeader(batchOf({ sequence: 0 }), { leaderEpoch: 0, guard });
    expect(late.errorCode).toBe(ErrorCode.INVALID_TXN_STATE);
    log.closeHandles();
  });
});

describe('the epochs of transactions', () => {
  it('refuse what is late after a marker of a bumped epoch, and begin at sequence 0 again (TV2)', () => {
    const log = openLog(temporaryDirectory());
    appendVerified(log, batchOf({ sequence: 0, records: 3 }), { beginsAtZero: true });
    expect(end(log, { epoch: 1, transactionVersion: 2 })).toBe(0);
    const late = appendVerified(log, batchOf({ sequence: 3 }), { beginsAtZero: true });
    expect(late.errorCode).toBe(ErrorCode.INVALID_PRODUCER_EPOCH);
    const wrong = appendVerified(log, batchOf({ sequence: 3, epoch: 1 }), { beginsAtZero: true });
    expect(wrong.errorCode).toBe(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    expect(appendVerified(log, batchOf({ sequence: 0, epoch: 1 }), { beginsAtZero: true }).errorCode).toBe(0);
    log.closeHandles();
  });

  it('go on with the sequence where a marker has the epoch of the batches (TV1)', () => {
    const log = openLog(temporaryDirectory());
    appendVerified(log, batchOf({ sequence: 0, records: 3 }));
    expect(end(log)).toBe(0);
    expect(appendVerified(log, batchOf({ sequence: 4 })).errorCode).toBe(
      ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
    );
    expect(appendVerified(log, batchOf({ sequence: 3 })).errorCode).toBe(0);
    log.closeHandles();
  });

  it('let a marker of the open transaction only through with a newer epoch (TV2), and a repetition once it ended', () => {
    const log = openLog(temporaryDirectory());
    appendVerified(log, batchOf({ sequence: 0, epoch: 4 }), { beginsAtZero: true });
    for (const epoch of [3, 4]) {
      expect(end(log, { epoch, transactionVersion: 2 })).toBe(ErrorCode.INVALID_PRODUCER_EPOCH);
    }
    expect(end(log, { epoch: 5, transactionVersion: 2 })).toBe(0);
    expect(end(log, { epoch: 5, transactionVersion: 2 })).toBe(0);
    expect(end(log, { epoch: 4, transactionVersion: 2 })).toBe(ErrorCode.INVALID_PRODUCER_EPOCH);
    log.closeHandles();
  });

  it('are looked at before those of coordinators, of which an older one ends nothing', () => {
    const log = openLog(temporaryDirectory());
    appendVerified(log, batchOf({ sequence: 0, epoch: 4 }));
    expect(end(log, { epoch: 4, coordinatorEpoch: 9 })).toBe(0);
    appendVerified(log, batchOf({ sequence: 1, epoch: 4 }));
    expect(end(log, { epoch: 3, coordinatorEpoch: 8 })).toBe(ErrorCode.INVALID_PRODUCER_EPOCH);
    expect(end(log, { epoch: 4, coordinatorEpoch: 8 })).toBe(ErrorCode.TRANSACTION_COORDINATOR_FENCED);
    expect(log.lastStableOffset).toBe(0);
    log.setHighWatermark(log.logEndOffset);
    expect(log.lastStableOffset).toBe(2);
    expect(end(log, { epoch: 4, coordinatorEpoch: 10 })).toBe(0);
    log.closeHandles();
  });
});

describe('the last stable offset', () => {
  it('does not lie before the log start, wherever a transaction that is open began', () => {
    const log = openLog(temporaryDirectory());
    appendVerified(log, batchOf({ sequence: 0 }));
    log.appendAsLeader(makeBatch({ records: 5 }), { leaderEpoch: 0 });
    log.setHighWatermark(6);
    expect(log.lastStableOffset).toBe(0);
    expect(log.deleteRecordsBefore(4)).toBe(ErrorCode.NONE);
    expect(log.lastStableOffset).toBe(4);
    end(log, { isAbort: true });
    log.setHighWatermark(7);
    expect(log.lastStableOffset).toBe(7);
    log.closeHandles();
  });

  it('is not moved by a marker that ends nothing, which is no entry of the index either', () => {
    const log = openLog(temporaryDirectory());
    appendVerified(log, batchOf({ sequence: 0 }));
    expect(end(log, { isAbort: true, producerId: 99 })).toBe(0);
    log.setHighWatermark(2);
    expect(log.lastStableOffset).toBe(0);
    expect(log.abortedTransactions(0, 2)).toEqual([]);
    end(log, { isAbort: true });
    log.setHighWatermark(3);
    expect(log.abortedTransactions(0, 3)).toEqual([{ producerId: 7, firstOffset: 0 }]);
    log.closeHandles();
  });

  it('stays where it is when the producers of a log are read that was closed well', async () => {
    const root = temporaryDirectory();
    const first = openLog(root);
    appendVerified(first, batchOf({ sequence: 0 }));
    end(first);
    first.setHighWatermark(2);
    await first.close();
    const { closed } = first;
    expect(closed?.hasProducers).toBe(true);
    const log = Log.open({
      environment: nodeEnvironment,
      directory: first.directory,
      config: DEFAULT_LOG_CONFIG,
      highWatermark: 2,
      hadCleanShutdown: true,
      ...(closed === undefined ? {} : { closed }),
    });
    // The snapshot cannot be read: all of the log is looked through.
    for (const name of fs.readdirSync(first.directory))
      if (name.endsWith('.snapshot')) fs.writeFileSync(`${first.directory}/${name}`, 'no snapshot');
    expect(log.lastStableOffset).toBe(2);
    expect([...log.activeProducers]).toHaveLength(1);
    expect(log.lastStableOffset).toBe(2);
    log.closeHandles();
  });
});
