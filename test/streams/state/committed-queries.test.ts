import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assertDefined } from '../../../src/base/assert.ts';
import type { IsolationLevel } from '../../../src/client/index.ts';
import { Serdes } from '../../../src/streams/index.ts';
import type { ManagedStore } from '../../../src/streams/state/managed-store.ts';
import type { SessionState, TableState, WindowState } from '../../../src/streams/state/states.ts';
import type { ReadOnlyKeyValueStore, ReadOnlyWindowStore } from '../../../src/streams/state/store.ts';
import { engines } from './engines.ts';
import { definitions, forwardAll, StoresUnderTest } from './stores-under-test.ts';

type Queried<S> = S & ManagedStore;
type Table = Queried<TableState<string, string>> & {
  forQueries(): ReadOnlyKeyValueStore<string, string>;
};
type Windowed<S> = Queried<S> & { forQueries(): ReadOnlyWindowStore<string, string> };

const ALL = { fromMs: 0, toMs: 9_999 };

async function all<T>(entries: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const entry of entries) found.push(entry);
  return found;
}

/** What a table shows of some keys, asked one by one and all at once. */
async function shown(table: Table, keys: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const queries = table.forQueries();
  const scanned = Object.fromEntries((await all(queries.entries())).map(([key, row]) => [key, row.value]));
  const rows = await Promise.all(keys.map(async (key) => [key, (await queries.get(key))?.value] as const));
  const got = Object.fromEntries(rows.filter(([, value]) => value !== undefined));
  expect(got).toEqual(scanned);
  return scanned;
}

async function windowsOf(store: { forQueries(): ReadOnlyWindowStore<string, string> }): Promise<string[]> {
  const queries = store.forQueries();
  const scanned = (await all(queries.entries())).map(({ value }) => value);
  const fetched = await Promise.all(['a', 'b', 'c'].map((key) => queries.fetch(key, ALL)));
  expect(new Set(fetched.flat().map(({ value }) => value))).toEqual(new Set(scanned));
  return scanned.toSorted();
}

describe.each(Object.entries(engines))('interactive queries, over %s', (_name, open) => {
  let stores: StoresUnderTest;
  beforeEach(async () => {
    stores = new StoresUnderTest(await open());
  });
  afterEach(() => stores.close());

  const each = it.each<[IsolationLevel]>([['read_committed'], ['read_uncommitted']]);

  each('of a table see its changes with the commit or before, by isolation: %s', async (isolation) => {
    stores.queryIsolation = isolation;
    for (const definition of [definitions.keyValue, definitions.versioned]) {
      const table = stores.make(definition, definition.kind) as Table;
      const put = async (key: string, value: string | null, time: number): Promise<void> => {
        await table.load(key);
        table.put(key, value, time);
      };
      const keys = ['changed', 'deleted', 'kept', 'new'];
      for (const key of keys.slice(0, 3)) await put(key, 'committed', 1);
      await stores.commit(table);
      const before = { changed: 'committed', deleted: 'committed', kept: 'committed' };
      expect(await shown(table, keys)).toEqual(before);

      await put('changed', 'uncommitted', 2);
      await put('deleted', null, 3);
      await put('new', 'uncommitted', 4);
      const after = { changed: 'uncommitted', kept: 'committed', new: 'uncommitted' };
      expect(await shown(table, keys)).toEqual(isolation === 'read_committed' ? before : after);
      await stores.commit(table);
      expect(await shown(table, keys)).toEqual(after);
    }
  });

  each('of windows see their changes with the commit or before, by isolation: %s', async (isolation) => {
    stores.queryIsolation = isolation;
    const windows = stores.make(definitions.window) as Windowed<WindowState<string, string>>;
    await windows.open();
    const put = async (key: string, startMs: number, value: string): Promise<void> => {
      await windows.load(key, startMs);
      windows.put(key, startMs, value, startMs);
    };
    await put('a', 10, 'old');
    await put('b', 100, 'b100');
    await stores.commit(windows);
    expect(await windowsOf(windows)).toEqual(['b100', 'old']);

    await put('b', 100, 'changed');
    // The time that it brings takes the oldest window out of the retention.
    await put('c', 120, 'c120');
    const after = ['c120', 'changed'];
    expect(await windowsOf(windows)).toEqual(isolation === 'read_committed' ? ['b100', 'old'] : after);
    await stores.commit(windows);
    expect(await windowsOf(windows)).toEqual(after);
  });

  each('of sessions see their changes with the commit or before, by isolation: %s', async (isolation) => {
    stores.queryIsolation = isolation;
    const sessions = stores.make(definitions.session) as Windowed<SessionState<string, string>>;
    const put = async (key: string, endMs: number, value: string): Promise<void> => {
      await sessions.load(key);
      sessions.put(key, { startMs: endMs - 5, endMs, value });
    };
    await put('a', 20, 'old');
    await put('b', 900, 'b900');
    await stores.commit(sessions);
    expect(await windowsOf(sessions)).toEqual(['b900', 'old']);

    await sessions.load('b');
    sessions.remove('b', { startMs: 895, endMs: 900 });
    await put('c', 1_100, 'c1100');
    expect(await windowsOf(sessions)).toEqual(isolation === 'read_committed' ? ['b900', 'old'] : ['c1100']);
    await stores.commit(sessions);
    expect(await windowsOf(sessions)).toEqual(['c1100']);
  });
});

it('a value that a committed read has shown is not changed in place afterwards', async () => {
  const stores = new StoresUnderTest(await assertDefined(engines['memory'], 'no engine')());
  stores.queryIsolation = 'read_committed';
  type Counter = { n: number };
  const table = stores.make({
    ...definitions.keyValue,
    ...{ valueSerde: Serdes.json<Counter>(), cachingEnabled: true },
  }) as Queried<TableState<string, Counter>> & { forQueries(): ReadOnlyKeyValueStore<string, Counter> };
  const count = (): void => {
    const own = table.apart('a', table.peek('a')?.value ?? { n: 0 });
    own.n++;
    table.put('a', own, own.n);
  };
  await table.load('a');
  count();
  count();
  forwardAll(table);
  await stores.commit(table);
  const seen = await table.forQueries().get('a');
  expect(seen).toEqual({ value: { n: 2 }, timestamp: 2 });
  count();
  expect(seen).toEqual({ value: { n: 2 }, timestamp: 2 });
  await stores.close();
});
