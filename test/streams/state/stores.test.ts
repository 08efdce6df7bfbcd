import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { allOf } from '../all-of.ts';
import { assertDefined } from '../../../src/base/assert.ts';
import { NO_HEADERS, Serdes } from '../../../src/streams/index.ts';
import { endOfPrefix } from '../../../src/streams/state/engine.ts';
import { CacheBudget } from '../../../src/streams/state/cache-budget.ts';
import { createStore } from '../../../src/streams/state/create-store.ts';
import {
  NO_ORIGIN,
  type ChangelogRecord,
  type ManagedStore,
} from '../../../src/streams/state/managed-store.ts';
import type {
  BufferState,
  JoinState,
  OuterJoinState,
  SessionState,
  SubscriptionState,
  TableState,
  WindowState,
} from '../../../src/streams/state/states.ts';
import type { ReadOnlyWindowStore } from '../../../src/streams/state/store.ts';
import type { StoreDefinition } from '../../../src/streams/state/store-definition.ts';
import { engines, type EngineUnderTest } from './engines.ts';

const basics = {
  name: 's',
  storeType: 'rocksdb',
  cachingEnabled: false,
  loggingEnabled: true,
  logConfig: {},
} as const;
const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };

const definitions = {
  keyValue: { kind: 'key-value', ...basics, ...strings, timestamped: true },
  window: {
    kind: 'window',
    ...basics,
    ...strings,
    windowSizeMs: 10,
    advanceMs: 10,
    retentionMs: 100,
  },
  session: { kind: 'session', ...basics, ...strings, retentionMs: 1000 },
  join: { kind: 'join', ...basics, ...strings, windowSizeMs: 20, retentionMs: 120_000 },
  outer: { kind: 'outer-join', ...basics, ...strings, otherValueSerde: Serdes.string },
  versioned: { kind: 'versioned', ...basics, ...strings, historyRetentionMs: 10 },
  buffer: { kind: 'buffer', ...basics, ...strings, perKey: false, bounded: false },
  subscription: {
    kind: 'subscription',
    ...basics,
    foreignKeySerde: Serdes.string,
    primaryKeySerde: Serdes.string,
  },
} as const;

function forwardAll(store: ManagedStore): void {
  const pending = store.takePending?.();
  for (let index = 0; index < (pending?.count ?? 0); index++) pending?.forward(index);
}

const subscriptionKey = Buffer.from('\x00\x00\x00\x01fp');

type Windows = WindowState<string, string> & ManagedStore;

function queried(store: ManagedStore): ReadOnlyWindowStore<string, string> {
  return (store as ManagedStore & { forQueries(): ReadOnlyWindowStore<string, string> }).forQueries();
}

describe.each(Object.entries(engines))('stores on %s', (_name, open) => {
  let under: EngineUnderTest;
  let opened = 0;

  beforeEach(async () => {
    under = await open();
  });
  afterEach(() => under.close());

  /** A store with a cache of its own; `prefix` tells stores of one engine apart. */
  function make(definition: object, prefix = 'p', budget = new CacheBudget(1 << 20)): ManagedStore {
    opened++;
    return createStore(definition as StoreDefinition, {
      engine: under.engine,
      prefix,
      budget,
      changelogTopic: `changelog-${opened}`,
      origin: () => NO_ORIGIN,
      resume: () => {},
      timestamp: () => 7,
      storeTime: { value: -1 },
      hidesExpired: false,
    });
  }

  async function commit(store: ManagedStore): Promise<ChangelogRecord[]> {
    const log: ChangelogRecord[] = [];
    store.logChanges((record) => log.push(record));
    await under.engine.write((batch) => store.writeTo(batch));
    store.committed();
    return log;
  }

  /** A second store of the same definition, filled from the first one's changelog only. */
  async function restored(definition: object, log: readonly ChangelogRecord[]): Promise<ManagedStore> {
    const store = make(definition, 'q');
    await store.open();
    for (const record of log) store.prefetchForRestore(record);
    await store.loadPrefetched();
    for (const record of log) store.restore(record);
    await commit(store);
    return store;
  }

  it('what is restored past the memory is what is restored through it, and is seen by who has read before', async () => {
    type Table = TableState<string, string> & ManagedStore;
    const table = make(definitions.keyValue) as Table;
    const windows = make(definitions.window, 'w') as Windows;
    for (const [i, key] of ['a', 'b', 'c', 'a'].entries()) {
      for (const waiting of [table.load(key), windows.load(key, 10 * i)]) await waiting;
      table.put(key, `${key}${i}`, i);
      windows.put(key, 10 * i, `${key}${i}`, i);
    }
    const logs = [await commit(table), await commit(windows)] as const;
    await table.load('b');
    table.put('b', null, 20);
    logs[0].push(...(await commit(table)));

    for (const [definition, log] of [
      [definitions.keyValue, logs[0]],
      [definitions.window, logs[1]],
    ] as const) {
      const through = await restored(definition, log);
      const past = make(definition, 'r');
      await past.open();
      if (definition.kind === 'key-value') {
        await (past as Table).load('a');
        expect((past as Table).get('a')).toBeUndefined();
      }
      await under.engine.write((batch) => {
        for (const record of log) past.restoreInto?.(batch, record);
      });
      const rows = async (prefix: string): Promise<readonly (readonly [string, string])[]> =>
        (await under.engine.scan({ from: prefix, to: endOfPrefix(prefix) })).map(([key, bytes]) => [
          key.slice(prefix.length),
          bytes.toString('latin1'),
        ]);
      expect(await rows('r')).toEqual(await rows('q'));
      expect(await rows('r')).not.toEqual([]);
      if (definition.kind === 'key-value') {
        await (past as Table).load('a');
        expect((past as Table).get('a')).toEqual({ value: 'a3', timestamp: 3 });
      } else {
        // What it has learnt of where its windows end goes on with what was restored.
        await (past as Windows).load('a', 30);
        expect((past as Windows).get('a', 30)).toEqual({ value: 'a3', timestamp: 3 });
      }
      through.close();
      past.close();
      await under.engine.clear({ from: 'q', to: 's' });
    }
  });

  it('a table keeps rows over eviction, restart and restore; deletions too', async () => {
    type Table = TableState<string, string> & ManagedStore;
    const store = make(definitions.keyValue) as Table;
    for (const key of ['a', 'b', 'c']) {
      await store.load(key);
      store.put(key, `${key}1`, 10);
    }
    const log = await commit(store);
    await store.load('b');
    store.put('b', null, 20);
    log.push(...(await commit(store)));
    // A deletion is logged with the time of the record in flight, as in Kafka Streams.
    expect(log.at(-1)).toMatchObject({ key: Buffer.from('b'), value: null, timestamp: 7 });
    expect(log[0]).toMatchObject({ key: Buffer.from('a'), value: Buffer.from('a1'), timestamp: 10 });

    for (const reader of [
      make(definitions.keyValue) as Table,
      (await restored(definitions.keyValue, log)) as Table,
    ]) {
      for (const key of ['a', 'b', 'c', 'd']) await reader.load(key);
      expect(reader.get('a')).toEqual({ value: 'a1', timestamp: 10 });
      expect(reader.get('b')).toBeUndefined();
      expect(reader.get('d')).toBeUndefined();
    }
  });

  /** What Kafka Streams, or a later version of ours, could have written. */
  const foreign: readonly (readonly [keyof typeof definitions, string, Partial<ChangelogRecord>])[] = [
    [
      'subscription',
      'a value of version 2',
      { key: subscriptionKey, value: Buffer.from([2, ...Array(28).fill(0)]) },
    ],
    ['subscription', 'a value of another length', { key: subscriptionKey, value: Buffer.from([1, 0, 0, 7]) }],
    ['subscription', 'a key that is no foreign key', { key: Buffer.from('\x00\x00\x01'), value: null }],
    ['buffer', 'a change of version 2', { headers: [{ key: 'v', value: Buffer.of(2) }] }],
    ['buffer', 'a change without a version', {}],
    ['outer', 'a list of another kind', { key: Buffer.alloc(10), value: Buffer.of(0, 0, 0, 0, 0) }],
    ['window', 'a key without a window', {}],
    ['session', 'a key without a session', {}],
    ['join', 'a key without a time', {}],
  ];

  it.each(foreign)('%s: %s in a changelog is refused before anything is applied', (kind, _what, record) => {
    const store = make(definitions[kind]);
    const whole = {
      key: Buffer.from('k'),
      value: Buffer.from('v'),
      timestamp: 1,
      headers: NO_HEADERS,
      ...record,
    };
    expect(() => store.prefetchForRestore(whole)).toThrow(
      expect.objectContaining({
        code: 'STATE_FORMAT_UNKNOWN',
        message: expect.stringMatching(/^changelog-\d+: .*another program or a later version wrote it$/),
      }),
    );
  });

  it.each(['session', 'versioned', 'join'] as const)(
    'a value of another version in the state folder is refused: %s',
    async (kind) => {
      const key = kind === 'join' ? `${'\0'.repeat(8)}k` : 'k';
      await under.engine.write((batch) => batch.put(`p${key}`, Buffer.of(9, 1, 2, 3)));
      const read = async (): Promise<void> => {
        const store = make(definitions[kind]);
        if (kind === 'join')
          await (store as JoinState<string, string> & ManagedStore).load('k', { fromMs: 0, toMs: 1 });
        else await (store as SessionState<string, string> & ManagedStore).load('k');
      };
      await expect(read()).rejects.toMatchObject({ code: 'STATE_FORMAT_UNKNOWN' });
    },
  );

  it('what is not committed is seen by its own store and by nobody else', async () => {
    const store = make(definitions.keyValue) as TableState<string, string> & ManagedStore;
    await store.load('a');
    store.put('a', 'x', 1);
    expect(store.get('a')?.value).toBe('x');
    const other = make(definitions.keyValue) as TableState<string, string> & ManagedStore;
    await other.load('a');
    expect(other.get('a')).toBeUndefined();
  });

  it('a cache smaller than the state lets clean entries go and finds them again', async () => {
    const budget = new CacheBudget(4096);
    const store = make(definitions.keyValue, 'p', budget) as TableState<string, string> & ManagedStore;
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 200; i++) {
        await store.load(`key${i}`);
        store.put(`key${i}`, `${round}-${i}`, round);
      }
      await commit(store);
      store.evict();
      expect(budget.usedBytes).toBeLessThanOrEqual(4096);
      expect(budget.dirtyBytes).toBe(0);
    }
    for (let i = 0; i < 200; i++) {
      await store.load(`key${i}`);
      expect(store.get(`key${i}`)?.value).toBe(`2-${i}`);
    }
    store.close();
    expect(budget.usedBytes).toBe(0);
  });

  it('prefetched keys are there without waiting', async () => {
    const first = make(definitions.keyValue) as TableState<string, string> & ManagedStore;
    await first.load('a');
    first.put('a', 'x', 1);
    await commit(first);
    const store = make(definitions.keyValue) as TableState<string, string> & ManagedStore;
    store.prefetch(Buffer.from('a'));
    store.prefetch(Buffer.from('missing'));
    await store.loadPrefetched();
    expect(store.load('a')).toBeUndefined();
    expect(store.load('missing')).toBeUndefined();
    expect(store.get('a')?.value).toBe('x');
  });

  it('a cached table forwards each key once, by its last change, however often keys changed', async () => {
    const store = make({ ...definitions.keyValue, cachingEnabled: true }) as TableState<string, string> &
      ManagedStore;
    const flushed: unknown[] = [];
    store.onFlush(({ key, newValue }) => flushed.push([key, newValue]));
    for (const round of [1, 2]) {
      const last = new Map<string, string>();
      // Far more changes than keys, and some keys that change but once.
      for (let change = 0; change < 5000; change++) {
        const key = change % 50 === 0 ? `once ${change}` : `k${(change * change) % 97}`;
        const value = `${round} ${change}`;
        await store.load(key);
        store.put(key, value, 1);
        last.delete(key);
        last.set(key, value);
      }
      forwardAll(store);
      expect(flushed.splice(0)).toEqual([...last]);
    }
  });

  it('a cached table forwards the last change per key, in the order of the last changes, with the first old value', async () => {
    const store = make({ ...definitions.keyValue, cachingEnabled: true }) as TableState<string, string> &
      ManagedStore;
    const flushed: unknown[] = [];
    store.onFlush(({ key, newValue, oldValue }) => flushed.push([key, newValue, oldValue]));
    const put = async (key: string, value: string | null): Promise<void> => {
      await store.load(key);
      store.put(key, value, 1);
    };
    const flush = (): void => forwardAll(store);
    await put('a', '1');
    await put('b', '1');
    await put('a', '2');
    flush();
    await put('b', '2');
    await put('b', null);
    flush();
    expect(flushed).toEqual([
      ['b', '1', null],
      ['a', '2', null],
      ['b', null, '1'],
    ]);
  });

  it('windows are found by key and start, scanned by start and key, and expire', async () => {
    const store = make(definitions.window) as Windows;
    for (const [key, startMs] of [
      ['b', 10],
      ['a', 10],
      ['a', 0],
      ['a', 20],
    ] as const) {
      await store.load(key, startMs);
      store.put(key, startMs, `${key}${startMs}`, startMs + 1);
    }
    const keys = async (): Promise<unknown[]> =>
      (await store.scan({ fromMs: 0, toMs: 15 })).map(({ key, startMs }) => `${key}${startMs}`);
    expect(await keys()).toEqual(['a0', 'a10', 'b10']);
    const log = await commit(store);
    expect(await keys()).toEqual(['a0', 'a10', 'b10']);
    expect(log[0]?.key).toEqual(
      Buffer.concat([Buffer.from('b'), Buffer.from([0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 0, 0])]),
    );
    const copy = (await restored(definitions.window, log)) as Windows;
    await copy.load('a', 20);
    expect(copy.get('a', 20)).toEqual({ value: 'a20', timestamp: 21 });

    await store.load('a', 200_000);
    store.put('a', 200_000, 'late', 200_000);
    await commit(store);
    await store.expire();
    expect(await keys()).toEqual([]);
    await store.load('a', 200_000);
    expect(store.get('a', 200_000)?.value).toBe('late');
  });

  it('sessions of a key are found by overlap and removed one by one', async () => {
    type Sessions = SessionState<string, string> & ManagedStore;
    const store = make(definitions.session) as Sessions;
    await store.load('a');
    store.put('a', { startMs: 30, endMs: 40, value: 'two' });
    store.put('a', { startMs: 5, endMs: 10, value: 'one' });
    const log = await commit(store);
    expect(store.find('a', { fromMs: 10, toMs: 30 }).map(({ value }) => value)).toEqual(['one', 'two']);
    expect(store.find('a', { fromMs: 11, toMs: 29 })).toEqual([]);
    store.remove('a', { startMs: 5, endMs: 10 });
    log.push(...(await commit(store)));
    expect(log.at(-1)?.value).toBeNull();
    const copy = (await restored(definitions.session, log)) as Sessions;
    await copy.load('a');
    expect(copy.find('a', { fromMs: 0, toMs: 100 })).toEqual([{ startMs: 30, endMs: 40, value: 'two' }]);
    expect(await copy.scanEnds({ fromMs: 40, toMs: 40 })).toEqual([
      { key: 'a', startMs: 30, endMs: 40, value: 'two' },
    ]);
  });

  it('sessions that have expired are hidden from every kind of query', async () => {
    type Sessions = SessionState<string, string> &
      ManagedStore & { forQueries(): ReadOnlyWindowStore<string, string> };
    const store = make(definitions.session) as Sessions;
    await store.load('a');
    store.put('a', { startMs: 30, endMs: 40, value: 'gone' });
    await store.load('b');
    store.put('b', { startMs: 1_030, endMs: 1_040, value: 'last' });
    await commit(store);
    const queries = store.forQueries();
    const all = { fromMs: 0, toMs: 9_999 };
    const valuesOf = (entries: readonly { readonly value: string }[]): readonly string[] =>
      entries.map(({ value }) => value);
    const fetched = [await queries.fetch('a', all), await queries.fetch('b', all)];
    expect(fetched.map(valuesOf)).toEqual([[], ['last']]);
    expect(valuesOf(await allOf(queries.entries()))).toEqual(['last']);
    const paged: string[] = [];
    for await (const page of queries.pages()) paged.push(...valuesOf(page));
    expect(paged).toEqual(['last']);
  });

  it('windows that were written before the store was opened are found, later ones are known to be absent', async () => {
    const write = async (
      store: Windows,
      rows: readonly (readonly [string, number, string])[],
    ): Promise<void> => {
      for (const [key, startMs, value] of rows) {
        await store.load(key, startMs);
        store.put(key, startMs, value, startMs);
      }
      await under.engine.write((batch) => store.writeTo(batch));
      store.committed();
    };
    const first = make(definitions.window) as Windows;
    await first.open();
    await write(first, [
      ['b', 20, 'b20'],
      ['z', 10, 'z10'],
    ]);
    const second = make(definitions.window) as Windows;
    await second.open();
    await second.load('b', 20);
    await second.load('z', 10);
    expect(second.get('b', 20)?.value).toBe('b20');
    expect(second.get('z', 10)?.value).toBe('z10');
    expect(second.load('a', 30)).toBeUndefined();
    expect(second.get('a', 30)).toBeUndefined();
    await write(second, [['k', 40, 'k40']]);
    const third = make(definitions.window) as Windows;
    await third.open();
    await third.load('k', 40);
    expect(third.get('k', 40)?.value).toBe('k40');
  });

  it('windows and sessions that are still to be emitted outlive the retention', async () => {
    let emittedUntil = 0;
    const windows = make(definitions.window, 'w') as Windows;
    const sessions = make(definitions.session, 's') as SessionState<string, string> & ManagedStore;
    windows.keepFrom(() => emittedUntil);
    sessions.keepFrom(() => emittedUntil);
    await windows.open();
    const put = async (timestamp: number): Promise<void> => {
      await windows.load('k', timestamp);
      windows.put('k', timestamp, 'v', timestamp);
      await sessions.load(`k${timestamp}`);
      sessions.put(`k${timestamp}`, { startMs: timestamp, endMs: timestamp, value: 'v' });
      for (const store of [windows, sessions]) {
        await commit(store);
        await store.expire();
        await commit(store);
      }
    };
    const kept = async (): Promise<readonly number[][]> => {
      const all = { fromMs: 0, toMs: 1_000_000 };
      const found = [await windows.scan(all), await sessions.scanEnds(all)];
      return found.map((rows) => rows.map(({ startMs }) => startMs));
    };
    await put(0);
    await put(200_000);
    expect(await kept()).toEqual([
      [0, 200_000],
      [0, 200_000],
    ]);
    emittedUntil = 300_000;
    await put(400_000);
    expect(await kept()).toEqual([[400_000], [400_000]]);
  });

  it('windows that had left the retention before a restart do not come back with it', async () => {
    const first = make(definitions.window) as Windows;
    await first.open();
    for (const startMs of [20, 200]) {
      await first.load('k', startMs);
      first.put('k', startMs, `k${startMs}`, startMs);
    }
    await commit(first);
    const second = make(definitions.window) as Windows;
    await second.open();
    const starts = async (): Promise<number[]> =>
      (await allOf(queried(second).entries())).map(({ startMs }) => startMs);
    expect(await starts()).toEqual([200]);
    expect((await second.scan({ fromMs: 0, toMs: 500 })).map(({ startMs }) => startMs)).toEqual([20, 200]);
  });

  it('a join finds all records of a key in its window, duplicates too, by time and arrival', async () => {
    type Join = JoinState<string, string> & ManagedStore;
    const store = make(definitions.join) as Join;
    const put = async (timestamp: number, value: string): Promise<boolean> => {
      await store.load('k', { fromMs: timestamp, toMs: timestamp });
      return store.put('k', value, timestamp);
    };
    expect(await put(2000, 'c')).toBe(true);
    expect(await put(1990, 'a')).toBe(true);
    expect(await put(2000, 'd')).toBe(true);
    expect(await put(1995, 'b')).toBe(true);
    const window = { fromMs: 1990, toMs: 2000 };
    await store.load('k', window);
    expect(store.fetch('k', window).map(({ value }) => value)).toEqual(['a', 'b', 'c', 'd']);
    const log = await commit(store);
    expect(log).toHaveLength(4);
    const copy = (await restored(definitions.join, [...log, ...log])) as Join;
    await copy.load('k', window);
    expect(copy.fetch('k', window).map(({ value }) => value)).toEqual(['a', 'b', 'c', 'd']);

    expect(await put(500_000, 'new')).toBe(true);
    expect(await put(2000, 'too old')).toBe(false);
    await store.load('k', window);
    expect(store.fetch('k', window)).toEqual([]);
  });

  it('the unmatched come back by time, side and key', async () => {
    type Unmatched = OuterJoinState<string> & ManagedStore;
    const store = make(definitions.outer) as Unmatched;
    await store.open();
    store.add({ key: 'a', timestamp: 5, side: 'left' }, 'l5');
    store.add({ key: 'b', timestamp: 5, side: 'right' }, 'r5');
    store.add({ key: 'a', timestamp: 3, side: 'left' }, 'l3');
    store.add({ key: 'a', timestamp: 3, side: 'left' }, 'l3 again');
    store.add({ key: 'x', timestamp: 1, side: 'left' }, 'gone');
    store.remove({ key: 'x', timestamp: 1, side: 'left' });
    const values = (each: Unmatched): unknown[] =>
      [...each.inOrder()].map((entry) => [entry.side, ...entry.values]);
    const expected = [
      ['left', 'l3', 'l3 again'],
      ['right', 'r5'],
      ['left', 'l5'],
    ];
    expect(values(store)).toEqual(expected);
    const log = await commit(store);
    const again = make(definitions.outer) as Unmatched;
    await again.open();
    expect(values(again)).toEqual(expected);
    expect(values((await restored(definitions.outer, log)) as Unmatched)).toEqual(expected);
  });

  it('a versioned table answers as of a time, and rejects what is older than its history', async () => {
    type Table = TableState<string, string> & ManagedStore;
    const store = make(definitions.versioned) as Table;
    await store.load('k');
    expect(store.put('k', 'v10', 10)).toBe('latest');
    expect(store.put('k', 'v15', 15)).toBe('latest');
    expect(store.put('k', 'v12', 12)).toBe('not-latest');
    expect(store.put('k', null, 17)).toBe('latest');
    const log = await commit(store);
    for (const table of [store, (await restored(definitions.versioned, log)) as Table]) {
      await table.load('k');
      expect(table.get('k')).toBeUndefined();
      const asOf = [9, 10, 12, 14, 15, 16, 17].map((time) => table.getAsOf('k', time)?.value);
      expect(asOf).toEqual([undefined, 'v10', 'v12', 'v12', 'v15', 'v15', undefined]);
      expect(table.put('k', 'old', 6)).toBe('rejected');
    }
  });

  it('waiting records come out by time and then by key', async () => {
    type Waiting = BufferState<string, string> & ManagedStore;
    const store = make(definitions.buffer) as Waiting;
    await store.open();
    const put = (key: string, time: number): void =>
      store.put({
        key,
        value: `${key}${time}`,
        time,
        timestamp: time,
        headers: [{ key: 'h', value: null }],
        topic: 't',
        partition: 1,
        offset: 2,
      });
    put('b', 5);
    put('a', 5);
    put('c', 3);
    put('a', 5);
    const log = await commit(store);
    const again = make(definitions.buffer) as Waiting;
    await again.open();
    for (const buffer of [store, again, (await restored(definitions.buffer, log)) as Waiting]) {
      expect(buffer.timeMin).toBe(3);
      const taken = Array.from({ length: 4 }, () => assertDefined(buffer.take(), 'four records wait'));
      expect(taken.map(({ value }) => value)).toEqual(['c3', 'a5', 'a5', 'b5']);
      expect(taken[0]).toMatchObject({
        topic: 't',
        partition: 1,
        offset: 2,
        headers: [{ key: 'h', value: null }],
      });
      expect(buffer.timeMin).toBe(Number.POSITIVE_INFINITY);
    }
  });

  it('subscribers of one foreign key are told from those of another with the same beginning', async () => {
    type Subscriptions = SubscriptionState<string, string> & ManagedStore;
    const store = make(definitions.subscription) as Subscriptions;
    const hash = Buffer.alloc(16, 7);
    for (const [foreignKey, primaryKey] of [
      ['a', '2'],
      ['a', '1'],
      ['ab', '3'],
      ['a', '9'],
    ] as const) {
      store.put({ foreignKey, primaryKey, hash, primaryPartition: 4, timestamp: 5 });
    }
    store.remove({ foreignKey: 'a', primaryKey: '9' });
    const log = await commit(store);
    for (const each of [store, (await restored(definitions.subscription, log)) as Subscriptions]) {
      expect((await each.subscribers('a')).map(({ primaryKey }) => primaryKey)).toEqual(['1', '2']);
      expect(await each.subscribers('ab')).toEqual([
        { foreignKey: 'ab', primaryKey: '3', hash, primaryPartition: 4, timestamp: 5 },
      ]);
    }
  });
});
