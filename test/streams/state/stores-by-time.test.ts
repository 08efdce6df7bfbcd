import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { allOf } from '../all-of.ts';
import { assertDefined } from '../../../src/base/assert.ts';
import { type ManagedStore } from '../../../src/streams/state/managed-store.ts';
import type {
  BufferState,
  JoinState,
  OuterJoinState,
  SessionState,
  SubscriptionState,
  TableState,
} from '../../../src/streams/state/states.ts';
import type { ReadOnlyWindowStore } from '../../../src/streams/state/store.ts';
import { CacheBudget } from '../../../src/streams/state/cache-budget.ts';
import { engines } from './engines.ts';
import { definitions, queried, rowsOf, StoresUnderTest, type Windows } from './stores-under-test.ts';

type Unmatched = OuterJoinState<string> & ManagedStore;

/** Takes all unmatched entries of a store, in order. */
async function taken(store: Unmatched): Promise<unknown[]> {
  const values: unknown[] = [];
  for (;;) {
    await store.loadFirst();
    const [left, right] = [store.first('left'), store.first('right')];
    const first = left === undefined || (right && right.timestamp <= left.timestamp) ? right : left;
    if (first === undefined) return values;
    values.push([first.side, ...first.values]);
    store.remove(first);
  }
}

describe.each(Object.entries(engines))('stores by time, and those of joins on %s', (_name, open) => {
  let stores: StoresUnderTest;

  beforeEach(async () => {
    stores = new StoresUnderTest(await open());
  });
  afterEach(() => stores.close());

  it('windows are found by key and start, scanned by start and key, and expire', async () => {
    const store = stores.make(definitions.window) as Windows;
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
      (await rowsOf(store.read({ fromMs: 0, toMs: 15 }))).map(({ key, startMs }) => `${key}${startMs}`);
    expect(await keys()).toEqual(['a0', 'a10', 'b10']);
    const log = await stores.commit(store);
    expect(await keys()).toEqual(['a0', 'a10', 'b10']);
    expect(log[0]?.key).toEqual(
      Buffer.concat([Buffer.from('b'), Buffer.from([0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 0, 0])]),
    );
    const copy = (await stores.restored(definitions.window, log)) as Windows;
    await copy.load('a', 20);
    expect(copy.get('a', 20)).toEqual({ value: 'a20', timestamp: 21 });

    await store.load('a', 200_000);
    store.put('a', 200_000, 'late', 200_000);
    await stores.commit(store);
    await store.expire();
    expect(await keys()).toEqual([]);
    await store.load('a', 200_000);
    expect(store.get('a', 200_000)?.value).toBe('late');
  });

  it('windows and sessions are read in ranges of times, forwards and backwards', async () => {
    const rows = [
      ['b', 10],
      ['a', 10],
      ['a', 0],
      ['a', 20],
      ['b', 30],
    ] as const;
    const windows = stores.make(definitions.window) as Windows;
    const sessions = stores.make(definitions.session, 's') as SessionState<string, string> & ManagedStore;
    for (const [at, [key, startMs]] of rows.entries()) {
      await windows.load(key, startMs);
      windows.put(key, startMs, 'v', startMs);
      await sessions.load(key);
      sessions.put(key, { startMs, endMs: startMs + 5, value: 'v' });
      // The last two are not committed.
      if (at < 3) for (const store of [windows, sessions]) await stores.commit(store);
    }
    const range = { fromMs: 5, toMs: 20 };
    for (const store of [queried(windows), queried(sessions)]) {
      const namesOf = (found: readonly { readonly key: string; readonly startMs: number }[]) =>
        found.map(({ key, startMs }) => `${key}${startMs}`);
      const all = namesOf(await allOf(store.entries()));
      expect(all.toSorted()).toEqual(['a0', 'a10', 'a20', 'b10', 'b30']);
      expect(namesOf(await allOf(store.backwardAll())).toSorted()).toEqual(all.toSorted());
      expect(namesOf(await store.backwardFetch('a', range))).toEqual(['a20', 'a10']);
      expect(namesOf(await allOf(store.fetchAll(range))).toSorted()).toEqual(['a10', 'a20', 'b10']);
      expect(namesOf(await allOf(store.backwardFetchAll(range))).toSorted()).toEqual(['a10', 'a20', 'b10']);
    }
    const times = (found: readonly { readonly startMs: number }[]) => found.map(({ startMs }) => startMs);
    expect(times(await allOf(queried(windows).backwardAll()))).toEqual([30, 20, 10, 10, 0]);
    expect(times(await allOf(queried(windows).backwardFetchAll(range)))).toEqual([20, 10, 10]);
    expect((await allOf(queried(windows).backwardFetchAll(range))).map(({ key }) => key)).toEqual([
      'a',
      'b',
      'a',
    ]);
  });

  it('sessions of a key are found by overlap and removed one by one', async () => {
    type Sessions = SessionState<string, string> & ManagedStore;
    const store = stores.make(definitions.session) as Sessions;
    await store.load('a');
    store.put('a', { startMs: 30, endMs: 40, value: 'two' });
    store.put('a', { startMs: 5, endMs: 10, value: 'one' });
    const log = await stores.commit(store);
    expect(store.find('a', { fromMs: 10, toMs: 30 }).map(({ value }) => value)).toEqual(['one', 'two']);
    expect(store.find('a', { fromMs: 11, toMs: 29 })).toEqual([]);
    store.remove('a', { startMs: 5, endMs: 10 });
    log.push(...(await stores.commit(store)));
    expect(log.at(-1)?.value).toBeNull();
    const copy = (await stores.restored(definitions.session, log)) as Sessions;
    await copy.load('a');
    expect(copy.find('a', { fromMs: 0, toMs: 100 })).toEqual([{ startMs: 30, endMs: 40, value: 'two' }]);
    expect(await rowsOf(copy.readEnds({ fromMs: 40, toMs: 40 }))).toEqual([
      { key: 'a', startMs: 30, endMs: 40, value: 'two' },
    ]);
  });

  it('sessions that have expired are hidden from every kind of query', async () => {
    type Sessions = SessionState<string, string> &
      ManagedStore & { forQueries(): ReadOnlyWindowStore<string, string> };
    const store = stores.make(definitions.session) as Sessions;
    await store.load('a');
    store.put('a', { startMs: 30, endMs: 40, value: 'gone' });
    await store.load('b');
    store.put('b', { startMs: 1_030, endMs: 1_040, value: 'last' });
    await stores.commit(store);
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
      await stores.engine.write((batch) => store.writeTo(batch));
      store.committed();
    };
    const first = stores.make(definitions.window) as Windows;
    await first.open();
    await write(first, [
      ['b', 20, 'b20'],
      ['z', 10, 'z10'],
    ]);
    const second = stores.make(definitions.window) as Windows;
    await second.open();
    await second.load('b', 20);
    await second.load('z', 10);
    expect(second.get('b', 20)?.value).toBe('b20');
    expect(second.get('z', 10)?.value).toBe('z10');
    expect(second.load('a', 30)).toBeUndefined();
    expect(second.get('a', 30)).toBeUndefined();
    await write(second, [['k', 40, 'k40']]);
    const third = stores.make(definitions.window) as Windows;
    await third.open();
    await third.load('k', 40);
    expect(third.get('k', 40)?.value).toBe('k40');
  });

  it('windows and sessions that are still to be emitted outlive the retention', async () => {
    let emittedUntil = 0;
    const windows = stores.make(definitions.window, 'w') as Windows;
    const sessions = stores.make(definitions.session, 's') as SessionState<string, string> & ManagedStore;
    windows.keepFrom(() => emittedUntil);
    sessions.keepFrom(() => emittedUntil);
    await windows.open();
    const put = async (timestamp: number): Promise<void> => {
      await windows.load('k', timestamp);
      windows.put('k', timestamp, 'v', timestamp);
      await sessions.load(`k${timestamp}`);
      sessions.put(`k${timestamp}`, { startMs: timestamp, endMs: timestamp, value: 'v' });
      for (const store of [windows, sessions]) {
        await stores.commit(store);
        await store.expire();
        await stores.commit(store);
      }
    };
    const kept = async (): Promise<readonly number[][]> => {
      const all = { fromMs: 0, toMs: 1_000_000 };
      const found = [await rowsOf(windows.read(all)), await rowsOf(sessions.readEnds(all))];
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
    const first = stores.make(definitions.window) as Windows;
    await first.open();
    for (const startMs of [20, 200]) {
      await first.load('k', startMs);
      first.put('k', startMs, `k${startMs}`, startMs);
    }
    await stores.commit(first);
    const second = stores.make(definitions.window) as Windows;
    await second.open();
    const starts = async (): Promise<number[]> =>
      (await allOf(queried(second).entries())).map(({ startMs }) => startMs);
    expect(await starts()).toEqual([200]);
    expect((await rowsOf(second.read({ fromMs: 0, toMs: 500 }))).map(({ startMs }) => startMs)).toEqual([
      20, 200,
    ]);
  });

  it('a join finds all records of a key in its window, duplicates too, by time and arrival', async () => {
    type Join = JoinState<string, string> & ManagedStore;
    const store = stores.make(definitions.join) as Join;
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
    const log = await stores.commit(store);
    expect(log).toHaveLength(4);
    const copy = (await stores.restored(definitions.join, [...log, ...log])) as Join;
    await copy.load('k', window);
    expect(copy.fetch('k', window).map(({ value }) => value)).toEqual(['a', 'b', 'c', 'd']);

    expect(await put(500_000, 'new')).toBe(true);
    expect(await put(2000, 'too old')).toBe(false);
    await store.load('k', window);
    expect(store.fetch('k', window)).toEqual([]);
  });

  it('the unmatched come back by time, side and key', async () => {
    const store = stores.make(definitions.outer) as Unmatched;
    await store.open();
    store.add({ key: 'a', timestamp: 5, side: 'left' }, 'l5');
    store.add({ key: 'b', timestamp: 5, side: 'right' }, 'r5');
    store.add({ key: 'a', timestamp: 3, side: 'left' }, 'l3');
    store.add({ key: 'a', timestamp: 3, side: 'left' }, 'l3 again');
    store.add({ key: 'x', timestamp: 1, side: 'left' }, 'gone');
    store.remove({ key: 'x', timestamp: 1, side: 'left' });
    const log = await stores.commit(store);
    const again = stores.make(definitions.outer) as Unmatched;
    await again.open();
    for (const each of [store, again, (await stores.restored(definitions.outer, log)) as Unmatched]) {
      expect(each.timeMin).toBe(3);
      expect(await taken(each)).toEqual([
        ['left', 'l3', 'l3 again'],
        ['right', 'r5'],
        ['left', 'l5'],
      ]);
      expect(each.timeMin).toBe(Number.POSITIVE_INFINITY);
    }
  });

  it('unmatched rows of earlier versions, of both sides together, are found', async () => {
    const old = (timestamp: number, side: number, text: string): readonly [string, Buffer] => {
      const key = Buffer.concat([Buffer.alloc(7), Buffer.of(timestamp, side), Buffer.from('k')]);
      const bytes = Buffer.from(text);
      return [
        `p${key.toString('latin1')}`,
        Buffer.concat([Buffer.of(1, 0, 0, 0, 1, 0, 0, 0, 3, side), bytes]),
      ];
    };
    await stores.engine.write((batch) => {
      for (const [key, bytes] of [old(3, 1, 'l3'), old(3, 0, 'r3'), old(2, 1, 'l2')]) batch.put(key, bytes);
    });
    for (let opened = 0; opened < 2; opened++) {
      const store = stores.make(definitions.outer) as Unmatched;
      await store.open();
      expect(await taken(store)).toEqual([
        ['left', 'l2'],
        ['right', 'r3'],
        ['left', 'l3'],
      ]);
    }
  });

  it('a look at the unmatched ends behind the first ones of both sides, or at the last', async () => {
    const endOf = async (left: readonly number[], right: readonly number[]): Promise<number | undefined> => {
      const results = new Set<number | undefined>();
      for (const isOnDisk of [false, true]) {
        const made = stores.make(definitions.outer) as Unmatched;
        for (const timestamp of left) made.add({ key: 'k', timestamp, side: 'left' }, 'v');
        for (const timestamp of right) made.add({ key: 'k', timestamp, side: 'right' }, 'v');
        if (isOnDisk) await stores.commit(made);
        const store = isOnDisk
          ? (stores.make(definitions.outer, 'p', new CacheBudget(0)) as Unmatched)
          : made;
        if (isOnDisk) {
          await store.open();
          store.evict();
        }
        await store.loadFirst();
        results.add(await store.timeBehindFirsts());
        await stores.engine.clear({ from: 'p', to: 'q' });
      }
      expect(results.size).toBe(1);
      return [...results][0];
    };
    expect(await endOf([], [])).toBeUndefined();
    expect(await endOf([1, 5, 9], [])).toBe(9);
    expect(await endOf([], [2])).toBe(2);
    expect(await endOf([4], [4])).toBe(4);
    expect(await endOf([4, 6], [4])).toBe(6);
    expect(await endOf([1, 3, 7, 9], [5, 8])).toBe(7);
    expect(await endOf([5, 8], [1, 3, 5, 6])).toBe(6);
    expect(await endOf([5], [5, 7, 9])).toBe(7);
    expect(await endOf([5, 7], [8])).toBe(8);
  });

  it('a versioned table answers as of a time, and rejects what is older than its history', async () => {
    type Table = TableState<string, string> & ManagedStore;
    const store = stores.make(definitions.versioned) as Table;
    await store.load('k');
    expect(store.put('k', 'v10', 10)).toBe('latest');
    expect(store.put('k', 'v15', 15)).toBe('latest');
    expect(store.put('k', 'v12', 12)).toBe('not-latest');
    expect(store.put('k', null, 17)).toBe('latest');
    const log = await stores.commit(store);
    for (const table of [store, (await stores.restored(definitions.versioned, log)) as Table]) {
      await table.load('k');
      expect(table.get('k')).toBeUndefined();
      const asOf = [9, 10, 12, 14, 15, 16, 17].map((time) => table.getAsOf('k', time)?.value);
      expect(asOf).toEqual([undefined, 'v10', 'v12', 'v12', 'v15', 'v15', undefined]);
      expect(table.put('k', 'old', 6)).toBe('rejected');
    }
  });

  it('waiting records come out by time and then by key', async () => {
    type Waiting = BufferState<string, string> & ManagedStore;
    const store = stores.make(definitions.buffer) as Waiting;
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
    const log = await stores.commit(store);
    const again = stores.make(definitions.buffer) as Waiting;
    await again.open();
    for (const buffer of [store, again, (await stores.restored(definitions.buffer, log)) as Waiting]) {
      expect(buffer.timeMin).toBe(3);
      const waiting: NonNullable<ReturnType<Waiting['take']>>[] = [];
      for (let left = 4; left > 0; left--) {
        await buffer.loadFirst();
        waiting.push(assertDefined(buffer.take(), 'four records wait'));
      }
      expect(waiting.map(({ value }) => value)).toEqual(['c3', 'a5', 'a5', 'b5']);
      expect(waiting[0]).toMatchObject({
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
    const store = stores.make(definitions.subscription) as Subscriptions;
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
    const log = await stores.commit(store);
    for (const each of [store, (await stores.restored(definitions.subscription, log)) as Subscriptions]) {
      expect((await rowsOf(each.subscribers('a'))).map(({ primaryKey }) => primaryKey)).toEqual(['1', '2']);
      expect(await rowsOf(each.subscribers('ab'))).toEqual([
        { foreignKey: 'ab', primaryKey: '3', hash, primaryPartition: 4, timestamp: 5 },
      ]);
    }
  });
});
