import { beforeEach, describe, expect, it } from 'vitest';
import { nodeEnvironment } from '../../../../src/base/io/node-environment.ts';
import type { QueryPlan } from '../../../../src/sql/index.ts';
import type { ThreadCall, ThreadCommand } from '../../../../src/sql/runtime/thread/messages.ts';
import { NO_STATISTICS } from '../../../../src/sql/runtime/query-counts.ts';
import { threadEnded, threadSilent } from '../../../../src/streams/threads/thread-ended.ts';
import { ThreadQuery, type ThreadQueryOptions } from '../../../../src/sql/runtime/thread/thread-query.ts';
import { VirtualTime } from '../../../broker/quorum/virtual-time.ts';
import { planOf } from './plan-of.ts';

let plan: QueryPlan;
let asked: (ThreadCommand | ThreadCall)['kind'][];
let hasThread: boolean;
let isSilent: boolean;
let isSlow: boolean;
let time: VirtualTime;
let standstill: string | undefined;
let ending: Set<number>;
let query: ThreadQuery;

/** A thread that does nothing, and from which a test speaks. */
const thread: ThreadQueryOptions['thread'] = {
  post: ({ kind }) => void asked.push(kind),
  call: async ({ kind }) => {
    if (!hasThread) throw threadEnded();
    asked.push(kind);
    return undefined as never;
  },
  ask: async ({ kind }) => {
    if (!hasThread) throw threadEnded();
    if (isSilent) throw threadSilent('it does not answer');
    asked.push(kind);
    if (isSlow) return new Promise<never>(() => undefined);
    return { ...NO_STATISTICS, rowsIn: 7 } as never;
  },
  tell: async ({ kind }) => {
    if (!hasThread) throw threadEnded();
    asked.push(kind);
    if (isSilent) throw threadSilent('it does not answer');
    return undefined as never;
  },
  get standstill() {
    return standstill;
  },
  endIfHeldUpBy: (number) => void ending.add(number),
  goesOnWith: (number) => void ending.delete(number),
  callAgain: async ({ kind }) => void asked.push(kind),
  nextNumber: () => 0,
};

beforeEach(async () => {
  asked = [];
  hasThread = true;
  [isSilent, isSlow] = [false, false];
  time = new VirtualTime();
  standstill = undefined;
  ending = new Set();
  plan = await planOf('CREATE TABLE t AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;');
  query = new ThreadQuery({
    ...{ query: 1, plan, thread },
    sent: { plan, properties: {}, types: new Map() },
    host: {
      environment: { ...nodeEnvironment, timers: time },
      bootstrapServers: '',
      stateDir: '',
      serviceId: 'x_',
    },
    startInTurn: () => undefined,
    closed: () => undefined,
  });
  query.make();
});

const tell = (state: 'CREATED' | 'RUNNING' | 'REBALANCING' | 'PAUSED' | 'ERROR', change = 0): void =>
  query.take({ kind: 'queryState', query: 1, state, change });

describe('a query that runs in another thread', () => {
  it('shows at once what was asked of it, whatever the thread said before it had heard of that', () => {
    tell('RUNNING');
    expect(query.state()).toBe('RUNNING');
    query.pause();
    expect(query.state()).toBe('PAUSED');
    tell('REBALANCING');
    tell('RUNNING');
    expect(query.state()).toBe('PAUSED');
    tell('PAUSED', 1);
    query.resume();
    expect(query.state()).toBe('CREATED');
    tell('PAUSED', 1);
    expect(query.state()).toBe('CREATED');
    tell('RUNNING', 2);
    expect(query.state()).toBe('RUNNING');
    expect(asked).toEqual(['makeQuery', 'pauseQuery', 'resumeQuery']);
  });

  it('is in ERROR and says why when its thread has ended, until it runs in another one', async () => {
    await query.start();
    tell('RUNNING');
    const late = { timestampMs: 1, message: 'a row', kind: 'USER' } as const;
    query.take({ kind: 'queryErrors', query: 1, errors: [late] });
    hasThread = false;
    query.lost(threadEnded(new Error('the heap is full')));
    expect(query.state()).toBe('ERROR');
    expect(query.errors().map(({ message }) => message)).toEqual([
      'a row',
      'the stream thread has ended: the heap is full',
    ]);
    expect(await query.statistics()).toMatchObject({
      groupId: '_confluent-ksql-x_query_CTAS_T_0',
      errors: 1,
    });
    // It must not hang.
    await query.start();

    hasThread = true;
    asked = [];
    query.makeAgain();
    expect(asked).toEqual(['makeQuery', 'startQuery']);
    tell('CREATED');
    tell('REBALANCING');
    expect(query.state()).toBe('ERROR');
    tell('RUNNING');
    expect(query.state()).toBe('RUNNING');
    expect(query.errors()).toHaveLength(2);
  });

  it('has the statistics of before while its thread does not answer', async () => {
    isSilent = true;
    expect(await query.statistics()).toMatchObject({
      groupId: '_confluent-ksql-x_query_CTAS_T_0',
      rowsIn: 0,
    });
    isSilent = false;
    expect(await query.statistics()).toMatchObject({ rowsIn: 7 });
    isSilent = true;
    expect(await query.statistics()).toMatchObject({ rowsIn: 7 });
    isSilent = false;
    hasThread = false;
    expect(await query.statistics()).toMatchObject({ rowsIn: 0 });
  });

  it('has the statistics of before where its thread takes long to answer', async () => {
    expect(await query.statistics()).toMatchObject({ rowsIn: 7 });
    isSlow = true;
    const shown = query.statistics();
    await time.run(5_000);
    expect(await shown).toMatchObject({ rowsIn: 7 });
  });

  it('is started, and its statement answered, though its thread does not answer', async () => {
    isSilent = true;
    await query.start();
    expect(asked).toEqual(['makeQuery', 'startQuery']);
  });

  it('has a standstill while it could go on, and its thread does not answer', async () => {
    await query.start();
    tell('RUNNING');
    expect(query.standstill).toBeUndefined();
    standstill = 'query A holds up';
    expect(query.standstill).toBe('query A holds up');
    query.pause();
    expect(query.standstill).toBeUndefined();
  });

  it('ends its thread where it holds that up, from when it is to pause until it has', async () => {
    await query.start();
    tell('RUNNING');
    query.pause();
    expect(ending).toEqual(new Set([1]));
    tell('PAUSED', 1);
    expect(ending).toEqual(new Set());
    query.resume();
    query.pause();
    query.resume();
    expect(ending).toEqual(new Set());
    query.pause();
    query.lost(threadEnded());
    expect(ending).toEqual(new Set());
  });

  it('is not made in another thread that is to leave its place to the next one', async () => {
    await query.start();
    await query.close();
    asked = [];
    query.makeAgain();
    expect(asked).toEqual([]);
  });

  it('waits, after a thread that has ended at it, while the others go on, each time for longer', async () => {
    await query.start();
    let waitedMs = 0;
    for (const ends of [1, 2, 3]) {
      query.lost(threadEnded(new Error('the heap is full')), { isSuspect: true });
      expect(query.errors().at(-1)?.message).toMatch(
        /^the stream thread has ended while a row of this query .* \d+ s after the others: the heap is full$/,
      );
      asked = [];
      query.makeAgain();
      const sinceMs = time.monotonicMs();
      expect(asked).toEqual(['makeQuery']);
      while (asked.length < 2) await time.run(1_000);
      expect(asked).toEqual(['makeQuery', 'startQuery']);
      expect(query.state()).toBe('ERROR');
      const nowMs = time.monotonicMs() - sinceMs;
      if (ends > 1) expect(nowMs).toBeGreaterThan(waitedMs * 1.5);
      waitedMs = nowMs;
    }
  });

  it('waits on where another thread has ended meanwhile at another query, and not where it is paused and resumed', async () => {
    await query.start();
    query.lost(threadEnded(), { isSuspect: true });
    query.makeAgain();
    query.lost(threadEnded());
    asked = [];
    query.makeAgain();
    expect(asked).toEqual(['makeQuery']);
    query.pause();
    query.resume();
    await time.run(1_000_000);
    expect(asked).toEqual(['makeQuery', 'pauseQuery', 'resumeQuery']);
    query.pause();
    query.lost(threadEnded(), { isSuspect: true });
    query.makeAgain();
    query.resume();
    query.lost(threadEnded());
    asked = [];
    query.makeAgain();
    expect(asked).toEqual(['makeQuery', 'startQuery']);
  });

  it('remembers what it failed with in all threads that it was in, as many as are to be remembered', () => {
    const fail = (message: string, timestampMs: number): void => {
      const errors = [{ timestampMs, message, kind: 'USER' } as const];
      query.take({ kind: 'queryErrors', query: 1, errors });
      query.lost(threadEnded(new Error(`after ${message}`)));
    };
    fail('the first', 1);
    fail('the second', 2);
    expect(query.errors().map(({ message }) => message)).toEqual([
      'the first',
      'the second',
      'the stream thread has ended: after the first',
      'the stream thread has ended: after the second',
    ]);
    for (let timestampMs = 3; timestampMs < 50; timestampMs++) fail(`number ${timestampMs}`, timestampMs);
    // Ten ends of threads, and of each of the two sorts of errors that a thread tells ten.
    expect(query.errors()).toHaveLength(30);
  });

  it('stays paused over the end of its thread', async () => {
    await query.start();
    query.pause();
    query.lost(threadEnded());
    expect(query.state()).toBe('PAUSED');
    asked = [];
    query.makeAgain();
    expect(asked).toEqual(['makeQuery', 'pauseQuery']);
  });

  it('is not started in another thread once it is to be closed', async () => {
    await query.start();
    await query.close({ cleanUp: true });
    expect(query.state()).toBe('CLOSED');
    asked = [];
    query.makeAgain();
    expect(asked).toEqual(['makeQuery']);
  });

  it('has a table as its plan says, unless it cannot be made', () => {
    expect(query.table).toMatchObject({ isWindowed: false });
    const errors = [{ timestampMs: 1, message: 'a function that there is not', kind: 'USER' }] as const;
    query.take({ kind: 'queryMade', query: 1, topology: '', hasTable: false, errors });
    expect(query.table).toBeUndefined();
    expect(query.errors()).toEqual(errors);
  });
});
