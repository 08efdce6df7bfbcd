import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OperationalError } from '../../../src/base/errors.ts';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { StreamsApp, type StreamsAppOptions } from '../../../src/streams/index.ts';
import { EXACTLY_ONCE, type CommitVariation } from '../../../src/streams/runtime/commit-protocol.ts';
import { TransactionFailure } from '../../../src/streams/runtime/transaction-failure.ts';
import { waitFor } from './app-under-test.ts';
import {
  committedOffsets,
  createNumberedTopics,
  exactlyOnceOptions,
  numberedResults,
  numberingTopology,
  produceNumbered,
  resultsNow,
  resultsOf,
  until,
} from './numbered-results.ts';
import { describeCopiedFolder } from './copied-folder.case.ts';
import { describeRefusedResults } from './refused-results.case.ts';
import { startThread, type ThreadUnderTest } from './thread-under-test.ts';

const RECORDS = 12;
const KEYS = 3;

type CommitStep = (typeof EXACTLY_ONCE)[number];
type Cut = readonly ['before' | 'after', CommitStep];
const cuts: readonly Cut[] = EXACTLY_ONCE.flatMap((step): readonly Cut[] => [
  ['before', step],
  ['after', step],
]);
const placeOf = ([when, step]: Cut): number => 2 * EXACTLY_ONCE.indexOf(step) + (when === 'after' ? 1 : 0);
const isCommitted = (cut: Cut): boolean => placeOf(cut) >= placeOf(['after', 'commit-transaction']);
const isWritten = (cut: Cut): boolean => placeOf(cut) >= placeOf(['after', 'write-local-state']);

/** A processing loop that fails once, at a step of the first commit of all the records. */
async function startFailing(
  app: StreamsAppOptions,
  [when, step]: Cut,
  failure: () => Error,
): Promise<ThreadUnderTest> {
  let isOver = false;
  const started: ThreadUnderTest[] = [];
  const variation: CommitVariation = {
    at: (at, phase) => {
      const processed = started.reduce((sum, each) => sum + processedBy(each), 0);
      if (isOver || at !== step || phase !== when || processed < RECORDS) return;
      isOver = true;
      throw failure();
    },
  };
  const only = await startThread({ ...app, commitIntervalMs: 100 }, variation);
  started.push(only);
  return only;
}

const processedBy = ({ thread }: ThreadUnderTest): number => thread.metrics.totals(thread.tasks).processed;

/** What exactly-once promises, on a broker that has transactions. */
export function describeExactlyOnce(
  name: string,
  startBroker: () => Promise<{ readonly bootstrapServers: string; readonly stop: () => Promise<void> }>,
): void {
  describe(`exactly-once on ${name}`, () => {
    let bootstrapServers: string;
    let stop: () => Promise<void> = async () => {};
    let folder: string;

    beforeAll(async () => {
      ({ bootstrapServers, stop } = await startBroker());
      folder = mkdtempSync(path.join(tmpdir(), 'exactly-once-'));
    });
    afterAll(() => stop());

    /** Names of topics and groups end in it, where a broker has those of an earlier run. */
    const run = Date.now().toString(36);
    const options = (applicationId: string) =>
      exactlyOnceOptions(applicationId, { bootstrapServers, folder });
    const restored = ({ thread }: ThreadUnderTest): number => thread.metrics.snapshot().restoredRecords;

    it.concurrent.each(cuts)(
      'a crash %s %s of a commit loses nothing, and tells nothing twice',
      async (...cut) => {
        const applicationId = `crash-${cut.join('-')}-${run}`;
        const topics = await createNumberedTopics(bootstrapServers, applicationId);
        const app = { ...options(applicationId), topology: numberingTopology(topics) };
        await produceNumbered(bootstrapServers, topics, { count: RECORDS, keys: KEYS });
        const victim = await startFailing(app, cut, () => new Error('cut off'));
        await waitFor(environment, 'the cut', () => victim.hasEnded());
        expect(await victim.end()).toMatchObject({ message: 'cut off' });
        // The markers of a transaction come a moment after it is committed.
        const committed = (): Promise<number> =>
          committedOffsets(bootstrapServers, applicationId, topics.input);
        if (isCommitted(cut)) await until('the offsets', async () => (await committed()) === RECORDS);
        else expect(await committed()).toBe(0);

        const heir = await startThread({ ...app, commitIntervalMs: 100 });
        await produceNumbered(bootstrapServers, topics, { from: RECORDS, count: RECORDS, keys: KEYS });
        expect(await resultsOf(bootstrapServers, topics, 2 * RECORDS)).toEqual(
          numberedResults(2 * RECORDS, KEYS),
        );
        expect(processedBy(heir)).toBe(isCommitted(cut) ? RECORDS : 2 * RECORDS);
        // What is committed and not on the disk is read from the changelog, and nothing else is.
        expect(restored(heir)).toBe(isCommitted(cut) && !isWritten(cut) ? KEYS : 0);
        expect(await heir.end()).toBeUndefined();
      },
    );

    it.concurrent.each(cuts)('a failure %s %s of a commit is mended where it is', async (...cut) => {
      const applicationId = `abort-${cut.join('-')}-${run}`;
      const topics = await createNumberedTopics(bootstrapServers, applicationId);
      await produceNumbered(bootstrapServers, topics, { count: RECORDS, keys: KEYS });
      const only = await startFailing(
        { ...options(applicationId), topology: numberingTopology(topics) },
        cut,
        () => new TransactionFailure('replay', new Error('cut off')),
      );
      await resultsOf(bootstrapServers, topics, RECORDS);
      await produceNumbered(bootstrapServers, topics, { from: RECORDS, count: RECORDS, keys: KEYS });
      expect(await resultsOf(bootstrapServers, topics, 2 * RECORDS)).toEqual(
        numberedResults(2 * RECORDS, KEYS),
      );
      expect(only.thread.metrics.snapshot().abortedTransactions).toBe(1);
      expect(restored(only)).toBe(isCommitted(cut) && !isWritten(cut) ? KEYS : 0);
      expect(await only.end()).toBeUndefined();
    });

    it.each([
      ['a store without a changelog', { loggingEnabled: false }],
      ['a store in memory', { storeType: 'memory' }],
      ['a store that is in memory only', { storeType: 'memory', loggingEnabled: false }],
      ['a repartition topic', { isRepartitioned: true }],
    ] as const)('aborts %s with the rest', async (what, store) => {
      const applicationId = `aborts-${what.replaceAll(' ', '-')}-${run}`;
      const topics = await createNumberedTopics(bootstrapServers, applicationId);
      let fails = false;
      const only = await startThread(
        { ...options(applicationId), topology: numberingTopology(topics, store), commitIntervalMs: 100 },
        {
          at: (step, when) => {
            if (!fails || step !== 'commit-transaction' || when !== 'before') return;
            fails = false;
            throw new TransactionFailure('replay', new Error('once more'));
          },
        },
      );
      for (let from = 0; from < 5 * RECORDS; from += RECORDS) {
        await produceNumbered(bootstrapServers, topics, { from, count: RECORDS, keys: KEYS });
        await resultsOf(bootstrapServers, topics, from + RECORDS);
        fails = true;
      }
      expect(await resultsNow(bootstrapServers, topics)).toEqual(numberedResults(5 * RECORDS, KEYS));
      expect(only.thread.metrics.snapshot().abortedTransactions).toBeGreaterThan(0);
      expect(await only.end()).toBeUndefined();
    });

    it('shows interactive queries what is committed, and nothing else', async () => {
      const applicationId = `shows-committed-${run}`;
      const topics = await createNumberedTopics(bootstrapServers, applicationId);
      let fails = false;
      const app = new StreamsApp(
        { ...options(applicationId), topology: numberingTopology(topics), commitIntervalMs: 100 },
        {
          commitVariation: {
            at: (step, when) => {
              if (!fails || step !== 'commit-transaction' || when !== 'before') return;
              throw new TransactionFailure('replay', new Error('not yet'));
            },
          },
        },
      );
      await app.start();
      const aborted = (): number => app.metrics().threads[0]?.abortedTransactions ?? 0;
      const counts = app.keyValueStore<string, number>('counts');
      /** Undefined while the tasks are opened anew. */
      const shown = async (): Promise<readonly unknown[] | undefined> => {
        try {
          const rows: unknown[] = [];
          for await (const [key, { value }] of counts.entries())
            rows.push([key, value, (await counts.get(key))?.value]);
          return rows;
        } catch (error) {
          if (error instanceof OperationalError && error.code === 'STORE_NOT_AVAILABLE') return undefined;
          throw error;
        }
      };
      await produceNumbered(bootstrapServers, topics, { count: 1, keys: 1 });
      await resultsOf(bootstrapServers, topics, 1);
      await until('the first row', async () => (await shown())?.length === 1);
      fails = true;
      await produceNumbered(bootstrapServers, topics, { from: 1, count: RECORDS - 1, keys: 1 });
      const seen = new Set<string>();
      await until('aborted transactions', async () => {
        for (let i = 0; i < 20; i++) seen.add(JSON.stringify(await shown()));
        return aborted() >= 3;
      });
      fails = false;
      seen.delete(JSON.stringify(undefined));
      expect([...seen]).toEqual(['[["key-0",1,1]]']);
      await until(
        'all rows',
        async () => JSON.stringify(await shown()) === `[["key-0",${RECORDS},${RECORDS}]]`,
      );
      await app.close();
    });

    it('commits with tasks that come and go', async () => {
      const applicationId = `comes-and-goes-${run}`;
      const topics = await createNumberedTopics(bootstrapServers, applicationId, 4);
      const topology = numberingTopology(topics, { isRepartitioned: true });
      const member = async (name: string): Promise<StreamsApp> => {
        const app = new StreamsApp({
          ...options(applicationId),
          ...{ topology, stateDir: path.join(folder, applicationId, name) },
        });
        await app.start();
        return app;
      };
      const total = 2_000;
      const stays = await member('stays');
      let written = 0;
      for (const name of ['first', 'second', 'third']) {
        const guest = await member(name);
        await produceNumbered(bootstrapServers, topics, { from: written, count: total / 4, keys: 20 });
        written += total / 4;
        await waitFor(environment, 'tasks', () => Object.keys(guest.metrics().tasks).length > 0);
        await guest.close();
      }
      await produceNumbered(bootstrapServers, topics, { from: written, count: total - written, keys: 20 });
      expect(await resultsOf(bootstrapServers, topics, total)).toEqual(numberedResults(total, 20));
      await stays.close();
    });

    it('goes on with the state of at-least-once, and the other way round', async () => {
      const applicationId = `changes-its-mind-${run}`;
      const topics = await createNumberedTopics(bootstrapServers, applicationId);
      const topology = numberingTopology(topics);
      const guarantees = ['at_least_once', 'exactly_once_v2', 'at_least_once'] as const;
      for (const [i, processingGuarantee] of guarantees.entries()) {
        await produceNumbered(bootstrapServers, topics, { from: i * RECORDS, count: RECORDS, keys: KEYS });
        const app = { ...options(applicationId), topology, processingGuarantee, commitIntervalMs: 100 };
        const member = await startThread(app);
        expect(await resultsOf(bootstrapServers, topics, (i + 1) * RECORDS)).toEqual(
          numberedResults((i + 1) * RECORDS, KEYS),
        );
        expect(restored(member)).toBe(0);
        expect(await member.end()).toBeUndefined();
      }
    });

    const cases = { bootstrapServers: () => bootstrapServers, run, options };
    describeRefusedResults(cases);
    describeCopiedFolder(cases);

    it('commits nothing where nothing has come', async () => {
      const applicationId = `idle-${run}`;
      const topics = await createNumberedTopics(bootstrapServers, applicationId);
      await produceNumbered(bootstrapServers, topics, { count: RECORDS, keys: KEYS });
      let transactions = 0;
      const only = await startThread(
        { ...options(applicationId), topology: numberingTopology(topics), commitIntervalMs: 20 },
        {
          at: (step, when) => {
            if (step === 'add-offsets' && when === 'before') transactions++;
          },
        },
      );
      await resultsOf(bootstrapServers, topics, RECORDS);
      await waitFor(environment, 'rest', () => only.thread.tasks.every((task) => task.isSettled));
      const before = transactions;
      const rounds = only.thread.metrics.snapshot().rounds;
      await waitFor(environment, 'rounds', () => only.thread.metrics.snapshot().rounds > rounds);
      expect(transactions).toBe(before);
      expect(await only.end()).toBeUndefined();
    });
  });
}
