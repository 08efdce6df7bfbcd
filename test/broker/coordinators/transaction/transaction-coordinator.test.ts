import { afterEach, describe, expect, it } from 'vitest';
import { ErrorCode } from '../../../../src/protocol/error-codes.ts';
import type { ProducerIdentity } from '../../../../broker/coordinators/transaction/init-producer-id.ts';
import { ID, RETRY_MS, TIMEOUT_MS, TransactionHarness } from './transaction-harness.ts';

const HOUR_MS = 3_600_000;
const started: TransactionHarness[] = [];

async function start(
  options: Parameters<(typeof TransactionHarness)['started']>[0] = {},
): Promise<TransactionHarness> {
  const harness = await TransactionHarness.started(options);
  started.push(harness);
  return harness;
}

async function successorOf(harness: TransactionHarness, epoch = 1): Promise<TransactionHarness> {
  const next = await harness.successor(epoch);
  started.push(next);
  return next;
}

afterEach(() => {
  for (const harness of started.splice(0)) {
    harness.coordinator.close();
    expect(harness.errors).toEqual([]);
  }
});

/** A producer with a transaction over some partitions. */
async function begun(harness: TransactionHarness, ...partitions: number[]): Promise<ProducerIdentity> {
  const { errorCode, ...producer } = await harness.init();
  expect(errorCode).toBe(ErrorCode.NONE);
  expect(await harness.add(producer, ...partitions)).toBe(ErrorCode.NONE);
  return producer;
}

describe('the coordinator of transactions', () => {
  it('commits: the outcome is answered, then all partitions are told, then it is complete', async () => {
    const txn = await start();
    const producer = await begun(txn, 0, 1, 2);
    expect(producer).toEqual({ producerId: 1_000, producerEpoch: 0 });
    expect(await txn.end(producer)).toEqual({
      errorCode: ErrorCode.NONE,
      producerId: 1_000,
      producerEpoch: 1,
    });
    expect([txn.state, txn.partitions.told]).toEqual(['PrepareCommit 1000/1', []]);
    await txn.settle();
    expect(txn.state).toBe('CompleteCommit 1000/1');
    expect(txn.partitions.told.sort()).toEqual([0, 1, 2].map((i) => `commit of 1000/1 in ${i}`));
  });

  it('takes the same end again, before and after it is complete', async () => {
    const txn = await start();
    const producer = await begun(txn, 0);
    const next = await txn.end(producer, false);
    expect((await txn.end(producer, false)).errorCode).toBe(ErrorCode.CONCURRENT_TRANSACTIONS);
    await txn.settle();
    expect(await txn.end(producer, false)).toEqual(next);
    expect((await txn.end(producer, true)).errorCode).toBe(ErrorCode.INVALID_TXN_STATE);
    expect(txn.partitions.told).toEqual(['abort of 1000/1 in 0']);
  });

  it('keeps the epoch for clients of the earlier protocol', async () => {
    const txn = await start();
    const producer = await begun(txn, 0);
    expect(await txn.end(producer, true, 0)).toMatchObject({ errorCode: ErrorCode.NONE, producerEpoch: 0 });
    await txn.settle();
    expect(txn.partitions.told).toEqual(['commit of 1000/0 in 0']);
    expect((await txn.end(producer, true, 0)).errorCode).toBe(ErrorCode.NONE);
    expect(await txn.add(producer, 1)).toBe(ErrorCode.NONE);
  });

  it('takes nothing of the newer protocol where its records have no place for it', async () => {
    const txn = await start({ transactionVersion: 0 });
    const { errorCode: _, ...producer } = await txn.init();
    expect(await txn.add(producer, 0)).toBe(ErrorCode.UNSUPPORTED_VERSION);
    const topics = new Map([['a', new Set([0])]]);
    await txn.coordinator.addPartitions(ID, { ...producer, topics, clientVersion: 0 }, { patienceMs: 0 });
    expect((await txn.end(producer)).errorCode).toBe(ErrorCode.UNSUPPORTED_VERSION);
    expect((await txn.end(producer, true, 0)).errorCode).toBe(ErrorCode.NONE);
    await txn.settle();
    expect(txn.state).toBe('CompleteCommit 1000/0');
  });

  it('sends markers of many transactions to a broker together', async () => {
    const txn = await start();
    const ids = Array.from({ length: 20 }, (_, i) => `id-${i}`);
    for (const id of ids) {
      const { errorCode: _, ...producer } = await txn.coordinator.initProducerId(id, {
        timeoutMs: 1_000,
        expected: undefined,
      });
      const topics = new Map([['a', new Set([0])]]);
      await txn.coordinator.addPartitions(id, { ...producer, topics, clientVersion: 2 }, { patienceMs: 0 });
      await txn.coordinator.endTransaction(id, { ...producer, isCommit: true, clientVersion: 2 });
    }
    await txn.settle();
    expect(txn.partitions.requests).toEqual([20]);
    expect(txn.partitions.markers).toHaveLength(20);
  });

  it('lets a second producer in: the first one is fenced, its transaction aborted', async () => {
    const txn = await start();
    const first = await begun(txn, 0, 1);
    expect((await txn.init()).errorCode).toBe(ErrorCode.CONCURRENT_TRANSACTIONS);
    expect(await txn.add(first, 2)).toBe(ErrorCode.CONCURRENT_TRANSACTIONS);
    await txn.settle();
    expect(txn.partitions.told.sort()).toEqual(['abort of 1000/1 in 0', 'abort of 1000/1 in 1']);
    const second = await txn.init();
    expect(second).toEqual({ errorCode: ErrorCode.NONE, producerId: 1_000, producerEpoch: 2 });
    expect(await txn.add(first, 0)).toBe(ErrorCode.PRODUCER_FENCED);
    expect((await txn.end(first)).errorCode).toBe(ErrorCode.PRODUCER_FENCED);
    expect(await txn.add(second, 0)).toBe(ErrorCode.NONE);
  });

  it('never lets two producers that take turns have the same epoch', async () => {
    const txn = await start();
    const seen = new Set<string>();
    for (let i = 0; i < 50; i++) {
      const { errorCode, ...producer } = await txn.init();
      if (errorCode === ErrorCode.CONCURRENT_TRANSACTIONS) {
        await txn.settle();
        continue;
      }
      expect(seen.has(`${producer.producerId}/${producer.producerEpoch}`)).toBe(false);
      seen.add(`${producer.producerId}/${producer.producerEpoch}`);
      if (i % 3 !== 0) await txn.add(producer, i % 4);
    }
    expect(seen.size).toBeGreaterThan(20);
  });

  it('refuses what is not allowed before it knows anything of it', async () => {
    const txn = await start({ config: { timeoutMsMax: 900_000 } });
    const me = { producerId: 1, producerEpoch: 0 };
    const wrong = { timeoutMs: 1_000, expected: undefined };
    expect((await txn.coordinator.initProducerId('', wrong)).errorCode).toBe(ErrorCode.INVALID_REQUEST);
    expect((await txn.init(undefined, 900_001)).errorCode).toBe(ErrorCode.INVALID_TRANSACTION_TIMEOUT);
    expect((await txn.init(undefined, 0)).errorCode).toBe(ErrorCode.INVALID_TRANSACTION_TIMEOUT);
    expect(await txn.add(me, 0)).toBe(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
    expect((await txn.end(me)).errorCode).toBe(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
    expect(txn.coordinator.verify(ID, me).errorCode).toBe(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
    expect(txn.coordinator.verify('', me).errorCode).toBe(ErrorCode.INVALID_REQUEST);
    expect(txn.coordinator.describe(ID).errorCode).toBe(ErrorCode.TRANSACTIONAL_ID_NOT_FOUND);
    expect(txn.coordinator.describe('').errorCode).toBe(ErrorCode.INVALID_REQUEST);
    txn.hasNoProducerIds = true;
    expect((await txn.init()).errorCode).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
    expect(txn.log.appends).toBe(0);
  });

  it('says of ids that it does not coordinate that it does not', async () => {
    const txn = await start();
    const producer = await begun(txn, 0);
    txn.coordinator.unload(0);
    expect((await txn.init()).errorCode).toBe(ErrorCode.NOT_COORDINATOR);
    expect(await txn.add(producer, 0)).toBe(ErrorCode.NOT_COORDINATOR);
    expect((await txn.end(producer)).errorCode).toBe(ErrorCode.NOT_COORDINATOR);
    let loaded = (): void => {};
    const loading = txn.coordinator.load(
      0,
      1,
      (async function* () {
        await new Promise<void>((resolve) => (loaded = resolve));
        yield* txn.log.batches(0);
      })(),
    );
    await txn.settle();
    expect((await txn.init()).errorCode).toBe(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
    const all = { states: new Set<string>(), producerIds: new Set<number>(), durationMs: -1 };
    expect(txn.coordinator.list({ ...all, matches: () => true }).errorCode).toBe(
      ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
    );
    loaded();
    await loading;
    expect(txn.state).toBe('Ongoing 1000/0');
    const broken = txn.coordinator.load(
      0,
      2,
      (async function* () {
        yield* txn.log.batches(0);
        await Promise.reject(new Error('the partition is damaged'));
      })(),
    );
    await expect(broken).rejects.toThrow('damaged');
    expect((await txn.init()).errorCode).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
  });

  it('answers nothing but errors where its log cannot be written, and goes on from what was', async () => {
    const txn = await start();
    const producer = await begun(txn, 0);
    const errors: number[] = [];
    for (const failure of [
      ErrorCode.NOT_ENOUGH_REPLICAS,
      ErrorCode.REQUEST_TIMED_OUT,
      ErrorCode.NOT_LEADER_OR_FOLLOWER,
      ErrorCode.MESSAGE_TOO_LARGE,
    ]) {
      txn.log.failWith = failure;
      errors.push(
        (await txn.end(producer)).errorCode,
        (await txn.init()).errorCode,
        await txn.add(producer, 1),
      );
    }
    const { COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR, UNKNOWN_SERVER_ERROR } = ErrorCode;
    expect(errors).toEqual(
      [COORDINATOR_NOT_AVAILABLE, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR, UNKNOWN_SERVER_ERROR].flatMap(
        (error) => [error, error, error],
      ),
    );
    txn.log.failWith = undefined;
    expect(txn.state).toBe('Ongoing 1000/0');
    expect((await txn.end(producer)).errorCode).toBe(ErrorCode.NONE);
  });

  it('changes an id one step at a time', async () => {
    const txn = await start();
    const producer = await begun(txn, 0);
    txn.log.isHolding = true;
    const ending = txn.end(producer);
    expect(await txn.add(producer, 1)).toBe(ErrorCode.CONCURRENT_TRANSACTIONS);
    expect((await txn.init()).errorCode).toBe(ErrorCode.CONCURRENT_TRANSACTIONS);
    expect((await txn.end(producer)).errorCode).toBe(ErrorCode.CONCURRENT_TRANSACTIONS);
    // A leader may go by what holds so far.
    expect(txn.coordinator.verify(ID, producer).errorCode).toBe(ErrorCode.NONE);
    txn.log.release();
    expect((await ending).errorCode).toBe(ErrorCode.NONE);
    expect(txn.coordinator.verify(ID, producer).errorCode).toBe(ErrorCode.PRODUCER_FENCED);
  });
});

describe('a producer that has patience', () => {
  const topics = new Map([['a', new Set([0])]]);

  it('begins as soon as the transaction before is complete', async () => {
    const txn = await start();
    const producer = await begun(txn, 0);
    const { errorCode: _, ...next } = await txn.end(producer);
    const adding = [0, 1].map(() =>
      txn.coordinator.addPartitions(ID, { ...next, topics, clientVersion: 2 }, { patienceMs: 100 }),
    );
    await txn.settle();
    expect(await Promise.all(adding)).toEqual([ErrorCode.NONE, ErrorCode.NONE]);
    expect(txn.state).toBe('Ongoing 1000/1');
  });

  it('is told to come again when its patience is at an end', async () => {
    const txn = await start();
    const producer = await begun(txn, 0);
    txn.partitions.leaderless.add(0);
    const { errorCode: _, ...next } = await txn.end(producer);
    const adding = txn.coordinator.addPartitions(
      ID,
      { ...next, topics, clientVersion: 2 },
      { patienceMs: 100 },
    );
    await txn.time.advance(99);
    const answered = await Promise.race([adding, Promise.resolve('not yet')]);
    await txn.time.advance(1);
    expect([answered, await adding]).toEqual(['not yet', ErrorCode.CONCURRENT_TRANSACTIONS]);
    const moved = txn.coordinator.addPartitions(
      ID,
      { ...next, topics, clientVersion: 2 },
      { patienceMs: 100 },
    );
    txn.coordinator.unload(0);
    await txn.time.advance(100);
    expect(await moved).toBe(ErrorCode.NOT_COORDINATOR);
  });
});

describe('markers', () => {
  it.each([
    ['the request is lost', 'request lost'],
    ['the answer is lost', 'answer lost'],
    ['another broker leads by now', ErrorCode.NOT_LEADER_OR_FOLLOWER],
    ['the leader knows nothing of the partition yet', ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
    ['too few replicas are in sync', ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND],
    ['the leader fails in some other way', ErrorCode.UNKNOWN_SERVER_ERROR],
    ['the leader believes in a later coordinator', ErrorCode.TRANSACTION_COORDINATOR_FENCED],
  ] as const)('are sent again where %s', async (_what, fault) => {
    const txn = await start();
    const producer = await begun(txn, 0, 1, 2);
    txn.partitions.faults.set(0, [fault, fault]);
    await txn.end(producer);
    await txn.time.advance(2 * RETRY_MS);
    expect(txn.state).toBe('CompleteCommit 1000/1');
    expect(new Set(txn.partitions.told)).toEqual(new Set([0, 1, 2].map((i) => `commit of 1000/1 in ${i}`)));
  });

  it('wait for a leader, and not for a partition that is gone', async () => {
    const txn = await start();
    const producer = await begun(txn, 0, 1, 2);
    txn.partitions.leaderless.add(0);
    txn.partitions.deleted.add(1);
    await txn.end(producer);
    await txn.time.advance(60_000);
    expect(txn.state).toBe('PrepareCommit 1000/1');
    expect(txn.coordinator.describe(ID).metadata?.topics).toEqual(new Map([['a', new Set([0])]]));
    expect((await txn.init()).errorCode).toBe(ErrorCode.CONCURRENT_TRANSACTIONS);
    txn.partitions.leaderless.delete(0);
    await txn.time.advance(RETRY_MS);
    expect(txn.state).toBe('CompleteCommit 1000/1');
    expect(txn.partitions.told.sort()).toEqual(['commit of 1000/1 in 0', 'commit of 1000/1 in 2']);
  });

  it('are not sent again where the partition has seen a later epoch', async () => {
    const txn = await start();
    const producer = await begun(txn, 0);
    txn.partitions.faults.set(0, [ErrorCode.INVALID_PRODUCER_EPOCH]);
    await txn.end(producer);
    await txn.settle();
    expect([txn.state, txn.partitions.told]).toEqual(['CompleteCommit 1000/1', []]);
  });

  it('are written before their transaction is complete, however often that cannot be noted', async () => {
    const txn = await start();
    const producer = await begun(txn, 0);
    await txn.end(producer);
    txn.log.failWith = ErrorCode.NOT_ENOUGH_REPLICAS;
    await txn.time.advance(10 * RETRY_MS);
    expect([txn.state, txn.partitions.told]).toEqual(['PrepareCommit 1000/1', ['commit of 1000/1 in 0']]);
    txn.log.failWith = undefined;
    await txn.time.advance(RETRY_MS);
    expect(txn.state).toBe('CompleteCommit 1000/1');
  });
});

describe('a coordinator that takes over', () => {
  it('goes on with every transaction where it was, and with the producers', async () => {
    const txn = await start();
    const producer = await begun(txn, 0);
    txn.coordinator.unload(0);
    const next = await successorOf(txn);
    expect(next.state).toBe('Ongoing 1000/0');
    expect(await next.add(producer, 1)).toBe(ErrorCode.NONE);
    expect((await next.end(producer)).errorCode).toBe(ErrorCode.NONE);
    await next.settle();
    expect(new Set(next.partitions.markers.map(({ partition }) => partition))).toEqual(new Set([0, 1]));
    expect(next.partitions.markers).toHaveLength(2);
    expect(next.partitions.markers.every(({ coordinatorEpoch }) => coordinatorEpoch === 1)).toBe(true);
  });

  it.each([true, false])(
    'finishes the second phase of commit=%s after a crash at any step',
    async (isCommit) => {
      const outcome = isCommit ? 'commit' : 'abort';
      // A crash after each append: 0 lets the outcome be written and no more.
      for (const faults of [[], [0], [1], [0, 1], [0, 1, 2]]) {
        for (const isComplete of [false, true]) {
          const txn = await start();
          const producer = await begun(txn, 0, 1, 2);
          for (const partition of faults)
            txn.partitions.faults.set(partition, Array(1_000).fill('request lost'));
          await txn.end(producer, isCommit);
          // Markers of a broker go together, so that all of them are lost with one.
          if (!isComplete) txn.log.failWith = ErrorCode.NOT_LEADER_OR_FOLLOWER;
          await txn.time.advance(3 * RETRY_MS);
          const wasComplete = isComplete && faults.length === 0;
          txn.coordinator.unload(0);
          txn.log.failWith = undefined;
          txn.partitions.faults.clear();
          const told = txn.partitions.markers.length;
          const next = await successorOf(txn);
          await next.time.advance(RETRY_MS);
          expect(next.state).toBe(`Complete${isCommit ? 'Commit' : 'Abort'} 1000/1`);
          expect(new Set(next.partitions.told)).toEqual(
            new Set([0, 1, 2].map((i) => `${outcome} of 1000/1 in ${i}`)),
          );
          expect(next.partitions.markers.length - told).toBe(wasComplete ? 0 : 3);
          // The producer goes on as if nothing had been.
          const again = await next.end(producer, isCommit);
          expect(again).toEqual({ errorCode: ErrorCode.NONE, producerId: 1_000, producerEpoch: 1 });
        }
      }
    },
  );

  it('leaves nothing for the one before to do', async () => {
    const txn = await start();
    const producer = await begun(txn, 0);
    txn.partitions.leaderless.add(0);
    await txn.end(producer);
    await txn.time.advance(RETRY_MS);
    txn.coordinator.unload(0);
    txn.partitions.leaderless.clear();
    await txn.time.advance(HOUR_MS);
    expect(txn.partitions.told).toEqual([]);
    expect(txn.log.batches(0)).toHaveLength(3);
  });

  it('hears what was decided while it was written, and answers that somebody else knows', async () => {
    const txn = await start();
    const producer = await begun(txn, 0);
    txn.log.isHolding = true;
    const ending = txn.end(producer);
    txn.coordinator.unload(0);
    txn.log.release();
    expect((await ending).errorCode).toBe(ErrorCode.NOT_COORDINATOR);
    const next = await successorOf(txn);
    await next.settle();
    expect(next.state).toBe('CompleteCommit 1000/1');
    expect((await next.end(producer)).errorCode).toBe(ErrorCode.NONE);
  });
});

describe('time', () => {
  it('aborts a transaction that is open for too long, and fences its producer', async () => {
    const txn = await start({ config: { abortIntervalMs: 10_000 } });
    const producer = await begun(txn, 0);
    await txn.time.advance(TIMEOUT_MS);
    expect(txn.state).toBe('Ongoing 1000/0');
    // Partitions that are added do not give it more time.
    await txn.add(producer, 1);
    await txn.time.advance(10_000);
    expect(txn.state).toBe('CompleteAbort 1000/1');
    expect(txn.partitions.told.sort()).toEqual(['abort of 1000/1 in 0', 'abort of 1000/1 in 1']);
    expect(await txn.add(producer, 0)).toBe(ErrorCode.PRODUCER_FENCED);
    expect((await txn.init()).producerEpoch).toBe(2);
  });

  it('aborts it also where the producer asked for it before the coordinator moved', async () => {
    const txn = await start();
    await begun(txn, 0);
    txn.coordinator.unload(0);
    const next = await successorOf(txn);
    await next.time.advance(TIMEOUT_MS + 10_000);
    expect(next.state).toBe('CompleteAbort 1000/1');
  });

  it('forgets ids that nobody has used for long, and no others', async () => {
    const config = {
      idExpirationMs: 24 * HOUR_MS,
      expiryIntervalMs: HOUR_MS,
      abortIntervalMs: HOUR_MS,
      timeoutMsMax: 2 ** 31 - 1,
    };
    const txn = await start({ config });
    const { errorCode: _, ...producer } = await txn.init(undefined, 2 ** 31 - 1);
    await txn.coordinator.initProducerId('other', { timeoutMs: 1_000, expected: undefined });
    await txn.time.advance(12 * HOUR_MS);
    await txn.add(producer, 0);
    await txn.time.advance(13 * HOUR_MS);
    expect(txn.coordinator.describe('other').errorCode).toBe(ErrorCode.TRANSACTIONAL_ID_NOT_FOUND);
    expect(txn.state).toBe('Ongoing 1000/0');
    // An open transaction stays, however old it is.
    await txn.time.advance(48 * HOUR_MS);
    expect(txn.state).toBe('Ongoing 1000/0');
    await txn.end(producer);
    await txn.time.advance(25 * HOUR_MS);
    expect(txn.state).toBe('none');
    txn.coordinator.unload(0);
    const next = await successorOf(txn);
    expect(next.state).toBe('none');
    // Whoever comes now begins with another producer id.
    expect(await next.init()).toMatchObject({ producerId: 2_002, producerEpoch: 0 });
  });

  it('keeps an id whose removal could not be written', async () => {
    const txn = await start({ config: { idExpirationMs: HOUR_MS, expiryIntervalMs: HOUR_MS } });
    await txn.init();
    txn.log.failWith = ErrorCode.NOT_ENOUGH_REPLICAS;
    await txn.time.advance(2 * HOUR_MS);
    expect(txn.state).toBe('Empty 1000/0');
    txn.log.failWith = undefined;
    await txn.time.advance(HOUR_MS);
    expect(txn.state).toBe('none');
  });
});

describe('lists', () => {
  it('take filters by state, producer, duration and text', async () => {
    const txn = await start();
    const producer = await begun(txn, 0);
    await txn.time.advance(5_000);
    await txn.coordinator.initProducerId('other', { timeoutMs: 1_000, expected: undefined });
    const ids = (filter: {
      states?: string[];
      producerIds?: number[];
      durationMs?: number;
      matches?: (id: string) => boolean;
    }): string[] =>
      txn.coordinator
        .list({
          states: new Set(filter.states),
          producerIds: new Set(filter.producerIds),
          durationMs: filter.durationMs ?? -1,
          matches: filter.matches ?? (() => true),
        })
        .transactions.map(({ transactionalId }) => transactionalId);
    expect(ids({})).toEqual([ID, 'other']);
    expect(ids({ states: ['Ongoing'] })).toEqual([ID]);
    expect(ids({ states: ['Dead'] })).toEqual([]);
    expect(ids({ producerIds: [producer.producerId, 9] })).toEqual([ID]);
    // An id without a transaction has been without one since before all time, as in Kafka.
    expect(ids({ durationMs: 4_999 })).toEqual([ID, 'other']);
    expect(ids({ durationMs: 5_000 })).toEqual(['other']);
    expect(ids({ matches: (id) => id.startsWith('o') })).toEqual(['other']);
  });
});
