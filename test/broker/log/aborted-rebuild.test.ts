import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ClosedLog } from '../../../broker/log/closed-log.ts';
import type { Log } from '../../../broker/log/log.ts';
import { ReadLease } from '../../../broker/log/read-memory.ts';
import { DelayedFetch } from '../../../broker/replication/delayed-fetch.ts';
import type { PartitionRead } from '../../../broker/replication/partition-read.ts';
import { BufferPool } from '../../../src/base/buffer-pool.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { TurnCounter } from '../../base/turn-counter.ts';
import { partitionOf, registrationOf } from '../replication/test-partition.ts';
import { abortedOf, appendVerified, makeBatch, makeMarker } from './batches.ts';
import { openLog } from './open-log.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const TRANSACTIONS = 1_000;

/** Appends an aborted transaction of two offsets. */
function abortOne(log: Log, sequence: number): void {
  const producer = { producerId: 7, producerEpoch: 0 };
  appendVerified(log, makeBatch({ ...producer, baseSequence: sequence, isTransactional: true, records: 1 }));
  log.appendAsLeader(makeMarker({ ...producer, isAbort: true }), { leaderEpoch: 0, origin: 'coordinator' });
  log.setHighWatermark(log.logEndOffset);
}

function closedAs({ closed }: Log): ClosedLog {
  if (closed === undefined) throw new Error('the log was not closed');
  return closed;
}

const expected = (count: number): unknown[] =>
  Array.from({ length: count }, (_, i) => ({ producerId: 7, firstOffset: 2 * i }));

describe('an index of aborted transactions that has got lost', () => {
  let original = '';
  let closed: ClosedLog;

  beforeAll(async () => {
    original = fs.mkdtempSync(`${tmpdir()}/millrace-lost-index-`);
    const log = openLog(original);
    for (let i = 0; i < TRANSACTIONS; i++) abortOne(log, i);
    await log.close();
    closed = closedAs(log);
    for (const name of fs.readdirSync(`${original}/events-0`))
      if (name.endsWith('.txnindex')) fs.rmSync(`${original}/events-0/${name}`);
    return () => fs.rmSync(original, { recursive: true, force: true });
  });

  /** The log, and a clock by which 64 batches take longer than a turn of the event loop may. */
  function open(): { readonly log: Log; readonly turns: TurnCounter; readonly root: string } {
    const root = temporaryDirectory();
    fs.cpSync(original, root, { recursive: true, preserveTimestamps: true });
    const turns = new TurnCounter(10);
    const environment = { ...nodeEnvironment, ...turns.environment };
    const log = openLog(root, {}, { environment, closed, highWatermark: closed.logEndOffset });
    return { log, turns, root };
  }

  /** Asks until the answer is there. */
  async function told(log: Log): Promise<unknown> {
    for (;;) {
      const answer = log.abortedTransactions(0, log.logEndOffset);
      if (!(answer instanceof Promise)) return answer;
      await answer;
    }
  }

  it('is made anew in turns with others, and the log is written to meanwhile', async () => {
    const { log, turns } = open();
    let appended = 0;
    turns.onTurn = () => abortOne(log, TRANSACTIONS + appended++);
    expect(log.abortedTransactions(0, 1)).toBeInstanceOf(Promise);
    expect(await told(log)).toEqual(expected(TRANSACTIONS + appended));
    expect(turns.count).toBeGreaterThan(TRANSACTIONS / 64);
    expect(appended).toBe(turns.count);
    turns.onTurn = () => undefined;
    await log.close();
  });

  it('is learned once for all who ask', async () => {
    const { log, turns } = open();
    const answers = [log.abortedTransactions(0, 1), log.abortedTransactions(500, 501)];
    expect(answers[1]).toBe(answers[0]);
    await answers[0];
    const count = turns.count;
    expect(abortedOf(log, 0, log.logEndOffset)).toEqual(expected(TRANSACTIONS));
    expect(turns.count).toBe(count);
    await log.close();
  });

  it('is begun anew where the log is cut meanwhile', async () => {
    const { log, turns } = open();
    turns.onTurn = () => {
      if (turns.count === 5) log.truncateTo(200);
      if (turns.count === 6) abortOne(log, 100);
    };
    expect(await told(log)).toEqual(expected(101));
    turns.onTurn = () => undefined;
    await log.close();
  });

  it('is left as it is where the log is closed meanwhile', async () => {
    const first = open();
    const waiting = first.log.abortedTransactions(0, 1);
    for (let i = 0; i < 10; i++) abortOne(first.log, TRANSACTIONS + i);
    await first.log.close();
    await waiting;
    const again = openLog(first.root, {}, { closed: closedAs(first.log), highWatermark: 2_020 });
    expect(await told(again)).toEqual(expected(TRANSACTIONS + 10));
    await again.close();
  });

  it('is waited for no longer by who needs all of it, a cleaning or a close, once the log is closed', async () => {
    const { log, turns } = open();
    turns.onTurn = () => {
      if (turns.count === 2) log.closeHandles();
    };
    expect(await log.compaction.readAborted()).toEqual([]);
    expect(turns.count).toBeLessThan(5);
  });

  it('lets a fetch of committed records wait, and look as if there were nothing yet once its time is up', async () => {
    const { log } = open();
    const partition = partitionOf(log);
    partition.onRegistration(registrationOf({ isr: [1], replicas: [1] }));
    log.setHighWatermark(log.logEndOffset);
    const pool = new BufferPool();
    const fetch = (maxWaitMs: number): Promise<readonly PartitionRead[]> =>
      new Promise((resolve) => {
        const item = {
          partition,
          errorCode: 0,
          fetch: {
            fetchOffset: 0,
            currentLeaderEpoch: -1,
            lastFetchedEpoch: -1,
            logStartOffset: -1,
            maxBytes: 1_000,
            knownHighWatermark: Number.MAX_SAFE_INTEGER,
          },
        };
        const reader = { replicaId: -1, replicaEpoch: -1, readCommitted: true };
        const room = { bytesNow: () => 1_000_000, wait() {}, cancel() {}, lease: () => new ReadLease(pool) };
        const limits = { maxWaitMs, minBytes: 1, maxBytes: 1_000 };
        new DelayedFetch([item], reader, limits, room, resolve).start(nodeEnvironment.timers);
      });
    const patient = fetch(60_000);
    const [hasty] = await fetch(0);
    expect(hasty).toMatchObject({ errorCode: 0, sizeInBytes: 0, lastStableOffset: 2_000 });
    const [read] = await patient;
    expect(read?.sizeInBytes).toBeGreaterThan(0);
    expect(read?.abortedTransactions?.slice(0, 2)).toEqual(expected(2));
    await log.close();
  });
});
