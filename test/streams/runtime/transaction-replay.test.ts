import { beforeEach, describe, expect, it } from 'vitest';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { OperationalError } from '../../../src/base/errors.ts';
import { TransactionError } from '../../../src/client/index.ts';
import { failureHandlers } from '../../../src/streams/runtime/failures.ts';
import { OutputProducer } from '../../../src/streams/runtime/output-producer.ts';
import { TASK_TIMEOUT_MS } from '../../../src/streams/runtime/task-timeout.ts';
import { ThreadMetrics } from '../../../src/streams/runtime/thread-metrics.ts';
import { TransactionFailure, transactionFailure } from '../../../src/streams/runtime/transaction-failure.ts';
import { TransactionReplay } from '../../../src/streams/runtime/transaction-replay.ts';
import { TransactionalOutput } from '../../../src/streams/runtime/transactional-output.ts';
import { Script, ScriptedProducer } from './scripted-producer.ts';

const MEMBER = { groupId: 'app', generationId: 3, memberId: 'me', groupInstanceId: null };
const aborted = new TransactionError('TRANSACTION_ABORTABLE', 'abort', { recovery: 'abort' });
const fenced = new TransactionError('PRODUCER_FENCED', 'fenced', { recovery: 'restart' });
const left = new TransactionError('COMMIT_FAILED', 'left', { recovery: 'abort' });
const away = new OperationalError('TIMED_OUT', 'the cluster is away', { retriable: true });

describe('a transaction that has failed', () => {
  let nowMs: number;
  let pauses: number[];
  let script: Script;
  let transactions: TransactionalOutput;
  let group: typeof MEMBER;
  let done: string[];
  let reopening: (() => Promise<void>) | undefined;
  let metrics: ThreadMetrics;
  let replay: TransactionReplay;

  beforeEach(() => {
    nowMs = 0;
    pauses = [];
    done = [];
    group = MEMBER;
    reopening = undefined;
    script = new Script();
    const clock = { nowMs: () => nowMs, monotonicMs: () => nowMs };
    const sleep = (ms: number): Promise<void> => {
      pauses.push(ms);
      nowMs += ms;
      return Promise.resolve();
    };
    const environment = { ...nodeEnvironment, clock, timers: { ...nodeEnvironment.timers, sleep } };
    transactions = new TransactionalOutput(() => new ScriptedProducer(script));
    metrics = new ThreadMetrics(environment, silentLogger);
    replay = new TransactionReplay({
      ...{ transactions, metrics, settings: { environment, logger: silentLogger } },
      consumer: { groupMetadata: () => group },
      output: new OutputProducer({
        ...{ producer: transactions, handlers: failureHandlers({}), keepsInputs: false },
        ...{ onDropped: () => undefined, onFailed: () => undefined },
      }),
      tasks: () => ({
        close: () => void done.push('close'),
        reopen: async () => {
          await reopening?.();
          done.push('reopen');
        },
      }),
      rejoin: () => {
        done.push('rejoin');
        return Promise.resolve();
      },
    });
  });

  const failed = (error: unknown): TransactionFailure => {
    const failure = transactionFailure(error);
    if (failure === undefined) throw new Error('no failure of a transaction');
    return failure;
  };
  const errorOf = (working: Promise<void>): Promise<unknown> =>
    working.then(
      () => undefined,
      (error: unknown) => error,
    );

  it('is aborted, and its tasks begin again where they are, at once', async () => {
    await replay.begin();
    transactions.send({ topic: 'out', value: 'a' });
    await replay.recover(failed(aborted));
    expect(script.calls).toEqual(['init', 'begin', 'send a', 'abort']);
    expect(done).toEqual(['reopen']);
    expect(pauses).toEqual([]);
    expect(metrics.snapshot().abortedTransactions).toBe(1);
  });

  it('leaves the tasks to others where its producer is fenced', async () => {
    await replay.begin();
    await replay.recover(failed(fenced));
    expect(script.calls).toEqual(['init', 'close', 'init (2)']);
    expect(done).toEqual(['close', 'rejoin']);
  });

  it('leaves them to others where the group has left the member behind', async () => {
    await replay.begin();
    await replay.recover(new TransactionFailure('rejoin', left, MEMBER));
    expect(done).toEqual(['close', 'rejoin']);
  });

  it('keeps them where the member is in the next generation of the group', async () => {
    await replay.begin();
    group = { ...MEMBER, generationId: 4 };
    await replay.recover(new TransactionFailure('rejoin', left, MEMBER));
    expect(done).toEqual(['reopen']);
  });

  it('that fails again and again has longer and longer pauses, as long as none is committed between', async () => {
    await replay.begin();
    for (let i = 0; i < 6; i++) await replay.recover(failed(aborted));
    expect(pauses).toHaveLength(5);
    expect(pauses.toSorted((a, b) => a - b)).toEqual(pauses);
    for (let i = 0; i < 6; i++) await replay.recover(failed(aborted));
    expect(Math.max(...pauses)).toBeLessThanOrEqual(2_000);
  });

  it('is given up when that has gone on for five minutes', async () => {
    await replay.begin();
    await replay.recover(failed(aborted));
    nowMs += TASK_TIMEOUT_MS - 1_000;
    replay.committed();
    await replay.recover(failed(aborted));
    nowMs += TASK_TIMEOUT_MS;
    expect(await errorOf(replay.recover(failed(aborted)))).toBe(aborted);
  });

  it('is aborted as often as it takes, while the cluster is away', async () => {
    await replay.begin();
    let attempts = 0;
    reopening = () => (++attempts < 3 ? Promise.reject(away) : Promise.resolve());
    await replay.recover(failed(aborted));
    expect(attempts).toBe(3);
    expect(done).toEqual(['reopen']);
  });

  it('is nothing that anything else is: that ends the loop', async () => {
    const bug = new TypeError('a bug');
    expect(await errorOf(replay.recover(bug))).toBe(bug);
    await replay.begin();
    reopening = () => Promise.reject(bug);
    expect(await errorOf(replay.recover(failed(aborted)))).toBe(bug);
  });

  it('begins again where the transactional id cannot be taken over yet', async () => {
    script.fail('init', away);
    await replay.begin();
    expect(script.calls).toEqual(['init', 'close', 'init (2)']);
  });

  it('that lost tasks have written to is noted, and mended by the loop', async () => {
    await replay.begin();
    replay.note(undefined);
    expect(() => replay.throwNoted()).not.toThrow();
    transactions.send({ topic: 'out', value: 'a' });
    replay.note(undefined);
    expect(() => replay.throwNoted()).toThrow(TransactionFailure);
    await replay.recover(failed(aborted));
    expect(() => replay.throwNoted()).not.toThrow();
    expect(() => replay.note(new TypeError('a bug'))).toThrow('a bug');
  });
});
