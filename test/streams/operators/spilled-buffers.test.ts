import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assertDefined } from '../../../src/base/assert.ts';
import { JoinWindows, NO_HEADERS, Serdes, StreamsBuilder, TimeWindows } from '../../../src/streams/index.ts';
import type { Task } from '../../../src/streams/runtime/task.ts';
import { CacheBudget } from '../../../src/streams/state/cache-budget.ts';
import { MemoryEngine } from '../../../src/streams/state/memory-engine.ts';
import type { StoreEngine } from '../../../src/streams/state/engine.ts';
import { EMIT_ALWAYS } from '../recordings.ts';
import { taskUnderTest } from '../runtime/task-under-test.ts';
import { engines, rocksDbKinds, type EngineUnderTest } from '../state/engines.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };
const COMMIT_EVERY = 4_000;
const SMALL_BYTES = 262_144;

interface Input {
  readonly topic: 'in' | 'other';
  readonly key: string;
  readonly timestamp: number;
}

interface Case {
  /** After a restart the unmatched may be told earlier than without one: see docs/gaps.md. */
  readonly isSameOverRestarts?: false;
  readonly build: (builder: StreamsBuilder) => void;
  readonly inputs: readonly Input[];
}

/** `count` records in the order of their times, of which `timeOf` tells those; keys are in no order. */
function records(count: number, timeOf: (i: number) => number, topic: Input['topic'] = 'in'): Input[] {
  return Array.from({ length: count }, (_, i) => {
    return { topic, key: `k${(i * 7919) % 1_000_003}`, timestamp: timeOf(i) };
  });
}

const casesOf = (held: number): Readonly<Record<string, Case>> => ({
  'the final results of windows': {
    build: (builder) =>
      builder
        .stream('in', strings)
        .groupByKey()
        .windowedBy(TimeWindows.ofSizeAndGrace({ sizeMs: 1_000, gracePeriodMs: 1_000_000 }))
        .count()
        .suppress({ until: 'window-closes' })
        .toStream()
        .map(({ key, window }, count) => [key, `${window.startMs} ${count}`])
        .to('out', strings),
    // All wait, in twenty windows, which close one by one; some records come twice, long after the first time.
    inputs: [
      ...records(held, (i) => Math.floor((20_000 * i) / held)),
      ...records(held, (i) => Math.floor((20_000 * i) / held)).filter((_, i) => i % 50 === 0),
      ...Array.from({ length: 20 }, (_, i) => ({
        topic: 'in' as const,
        key: 'z',
        timestamp: 1_001_000 + 1_000 * i,
      })),
    ],
  },
  'changes of a table for a time': {
    build: (builder) =>
      builder
        .table('in', strings)
        .suppress({ until: 'time-limit', waitMs: 20_000 })
        .toStream()
        .to('out', strings),
    inputs: [
      ...records(20_000, (i) => Math.floor(i / 4)),
      ...records(20_000, (i) => 6_000 + Math.floor(i / 4)).filter((_, i) => i % 10 === 0),
      ...Array.from({ length: 30 }, (_, i) => ({
        topic: 'in' as const,
        key: 'z',
        timestamp: 20_000 + 300 * i,
      })),
    ],
  },
  'the unmatched records of a left join': {
    build: (builder) =>
      builder
        .stream('in', strings)
        .leftJoin(
          builder.stream('other', strings),
          (left, right) => `${left}-${right}`,
          JoinWindows.ofTimeDifferenceWithNoGrace(40_000),
          { ...strings, otherValueSerde: Serdes.string },
        )
        .to('out', strings),
    inputs: [
      ...records(20_000, (i) => i),
      ...records(20_000, (i) => 20_000 + i, 'other').filter((_, i) => i % 20 === 0),
      ...Array.from({ length: 30 }, (_, i) => ({
        topic: 'in' as const,
        key: 'z',
        timestamp: 41_000 + 1_000 * i,
      })),
    ],
  },
  'the unmatched records of both sides': {
    isSameOverRestarts: false,
    build: (builder) =>
      builder
        .stream('in', strings)
        .outerJoin(
          builder.stream('other', strings),
          (left, right) => `${left}-${right}`,
          JoinWindows.ofTimeDifferenceWithNoGrace(30_000).before(10_000),
          { ...strings, otherValueSerde: Serdes.string },
        )
        .to('out', strings),
    inputs: [
      ...records(20_000, (i) => i).map((each, i) => {
        return i % 3 === 0 ? { ...each, topic: 'other' as const, key: `${each.key}o` } : each;
      }),
      ...Array.from({ length: 30 }, (_, i) => ({
        topic: 'in' as const,
        key: 'z',
        timestamp: 21_000 + 1_500 * i,
      })),
    ],
  },
  'records that wait for a table': {
    build: (builder) =>
      builder
        .stream('in', strings)
        .join(
          builder.table('other', strings, { historyRetentionMs: 200_000 }),
          (left, right) => `${left}-${right}`,
          { ...strings, gracePeriodMs: 30_000 },
        )
        .to('out', strings),
    inputs: [
      ...records(20_000, (i) => i),
      ...records(20_000, (i) => i, 'other').filter((_, i) => i % 4 === 0),
      ...Array.from({ length: 30 }, (_, i) => ({
        topic: 'in' as const,
        key: 'z',
        timestamp: 31_000 + 1_000 * i,
      })),
    ],
  },
});

type Numbered = Input & { readonly offset: number };

/** What is processed between two commits: much of what is held back, and few of the records that let it go. */
function chunks(inputs: readonly Input[]): Numbered[][] {
  const all: Numbered[][] = [[]];
  let size = 0;
  for (const [offset, each] of inputs.entries()) {
    if (size >= COMMIT_EVERY) {
      all.push([]);
      size = 0;
    }
    all.at(-1)?.push({ ...each, offset });
    size += each.key === 'z' ? COMMIT_EVERY / 4 : 1;
  }
  return all;
}

interface Place {
  readonly engine: StoreEngine;
  readonly prefix: string;
  readonly budgetBytes: number;
  /** The task is dropped before so many commits, and another one goes on where the last commit was. */
  readonly dieBefore: readonly number[];
}

/** Runs a case; answers its results in order, those told twice once, and how much was in memory after commits at most. */
async function run({ build, inputs }: Case, place: Place) {
  const builder = new StreamsBuilder();
  build(builder);
  const topology = builder.build();
  const stores = [...topology.stores.keys()];
  const results: string[] = [];
  let sent: string[] = [];
  let budget = new CacheBudget(place.budgetBytes);
  const makeTask = (): Task =>
    taskUnderTest(topology, {
      inputs: ['in', 'other']
        .filter((topic) => inputs.some((each) => each.topic === topic))
        .map((topic) => ({ topic, partition: 0 })),
      engineFor: (store) => ({
        engine: place.engine,
        prefix: place.prefix + String.fromCharCode(stores.indexOf(store)),
      }),
      budget: (budget = new CacheBudget(place.budgetBytes)),
      collector: {
        send: ({ key, value, timestamp }) => sent.push(`${String(key)}=${String(value)}@${timestamp}`),
        partitionCount: () => 1,
      },
      config: (name) => (EMIT_ALWAYS as Readonly<Record<string, number>>)[name],
      cachingEnabled: true,
    });
  let task = makeTask();
  await task.open();
  let committed: Parameters<Task['open']>[0] = [];
  const inMemory: number[] = [];
  const commit = async (): Promise<void> => {
    await task.flushCaches();
    task.logChanges(() => () => undefined);
    committed = task.offsets.committable(() => undefined);
    await place.engine.write((batch) => task.writeTo(batch));
    task.committed();
    await task.expire();
    task.evict();
    for (const result of sent.splice(0)) results.push(result);
    expect(budget.usedBytes).toBeLessThanOrEqual(place.budgetBytes);
    for (const store of task.stores.values())
      if ('recordCount' in store) inMemory.push(Number(store.recordCount));
  };
  const dieBefore = new Set(place.dieBefore);
  const all = chunks(inputs);
  for (let at = 0; at < all.length; at++) {
    for (const { topic, key, timestamp, offset } of all[at] ?? []) {
      const queue = assertDefined(
        task.queues.find((each) => each.topic === topic),
        topic,
      );
      const bytes = { key: Buffer.from(key), value: Buffer.from(`v${offset}`) };
      task.addRecords(queue, [{ offset, timestamp, ...bytes, headers: NO_HEADERS }]);
      while (await task.processNext());
    }
    if (dieBefore.delete(at)) {
      task.close();
      sent = [];
      task = makeTask();
      await task.open(committed);
      at--;
    } else await commit();
  }
  const inMemoryMax = Math.max(0, ...inMemory);
  task.close();
  return { results, inMemoryMax };
}

describe.each(rocksDbKinds)('what is held back on %s RocksDB', (kind) => {
  let under: EngineUnderTest;
  let runs = 0;
  beforeAll(async () => {
    under = await assertDefined(engines[`${kind} RocksDB`], kind)();
  });
  afterAll(() => under.close());

  // Waiting for every page, each record takes its time with the other binding.
  it.each(Object.entries(casesOf(kind === 'synchronous' ? 200_000 : 20_000)))(
    '%s are told as they are in memory, and few rows are there',
    async (_name, each) => {
      const engine = new MemoryEngine();
      const whole = { engine, prefix: 'm', budgetBytes: Number.POSITIVE_INFINITY, dieBefore: [] };
      const expected = await run(each, whole);
      const commits = chunks(each.inputs).length;
      const spilled = await run(each, {
        engine: under.engine,
        prefix: `p${String.fromCharCode(runs++)}`,
        budgetBytes: SMALL_BYTES,
        // While all wait, and where a part was told.
        dieBefore: each.isSameOverRestarts === false ? [] : [Math.floor(commits / 2), commits - 3],
      });
      expect(spilled.results.length).toBeGreaterThan(1_000);
      expect(spilled.results).toEqual(expected.results);
      expect(spilled.inMemoryMax).toBeLessThan(1_500);
    },
  );
});
