import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NO_HEADERS, Serdes } from '../../../src/streams/index.ts';
import { endOfPrefix } from '../../../src/streams/state/engine.ts';
import { CacheBudget } from '../../../src/streams/state/cache-budget.ts';
import { type ChangelogRecord, type ManagedStore } from '../../../src/streams/state/managed-store.ts';
import type { JoinState, SessionState, TableState } from '../../../src/streams/state/states.ts';
import { engines } from './engines.ts';
import { definitions, forwardAll, StoresUnderTest, type Windows } from './stores-under-test.ts';

const subscriptionKey = Buffer.from('\x00\x00\x00\x01fp');

describe.each(Object.entries(engines))('stores on %s', (_name, open) => {
  let stores: StoresUnderTest;

  beforeEach(async () => {
    stores = new StoresUnderTest(await open());
  });
  afterEach(() => stores.close());

  it('what is restored past the memory is what is restored through it, and is seen by who has read before', async () => {
    type Table = TableState<string, string> & ManagedStore;
    const table = stores.make(definitions.keyValue) as Table;
    const windows = stores.make(definitions.window, 'w') as Windows;
    for (const [i, key] of ['a', 'b', 'c', 'a'].entries()) {
      for (const waiting of [table.load(key), windows.load(key, 10 * i)]) await waiting;
      table.put(key, `${key}${i}`, i);
      windows.put(key, 10 * i, `${key}${i}`, i);
    }
    const logs = [await stores.commit(table), await stores.commit(windows)] as const;
    await table.load('b');
    table.put('b', null, 20);
    logs[0].push(...(await stores.commit(table)));

    for (const [definition, log] of [
      [definitions.keyValue, logs[0]],
      [definitions.window, logs[1]],
    ] as const) {
      const through = await stores.restored(definition, log);
      const past = stores.make(definition, 'r');
      await past.open();
      if (definition.kind === 'key-value') {
        await (past as Table).load('a');
        expect((past as Table).get('a')).toBeUndefined();
      }
      await stores.restorePast(past, log);
      const rows = async (prefix: string): Promise<readonly (readonly [string, string])[]> =>
        (await stores.engine.scan({ from: prefix, to: endOfPrefix(prefix) })).map(([key, bytes]) => [
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
      await stores.engine.clear({ from: 'q', to: 's' });
    }
  });

  it('a window of another format in a changelog is refused past the memory, with those before it', async () => {
    const store = stores.make(definitions.window);
    await store.open();
    const record = { value: Buffer.from('v'), timestamp: 1, headers: NO_HEADERS };
    const log = [
      { key: Buffer.concat([Buffer.from('k'), Buffer.alloc(12)]), ...record },
      { key: Buffer.alloc(11), ...record },
    ];
    await expect(stores.restorePast(store, log)).rejects.toMatchObject({ code: 'STATE_FORMAT_UNKNOWN' });
    expect(await stores.engine.scan({ from: 'p', to: endOfPrefix('p') })).toEqual([]);
  });

  const counts = { ...definitions.keyValue, valueSerde: Serdes.long };

  it.each([
    ['a table', counts, Buffer.from('k')],
    ['windows', { ...definitions.window, valueSerde: Serdes.long }, Buffer.alloc(13)],
  ])(
    'a value of another size in a changelog of %s is refused, with those before it',
    async (_kind, of, key) => {
      const store = stores.make(of);
      await store.open();
      const record = { key, timestamp: 1, headers: NO_HEADERS };
      for (const value of [Buffer.from('x'), Buffer.alloc(0)]) {
        const log = [
          { ...record, value: Buffer.alloc(8) },
          { ...record, value: null },
          { ...record, value },
        ];
        await expect(stores.restorePast(store, log)).rejects.toMatchObject({ code: 'STATE_FORMAT_UNKNOWN' });
        expect(() => log.forEach((each) => store.prefetchForRestore(each))).toThrow(
          expect.objectContaining({ code: 'STATE_FORMAT_UNKNOWN' }),
        );
      }
      expect(await stores.engine.scan({ from: 'p', to: endOfPrefix('p') })).toEqual([]);
      await stores.restorePast(store, [{ ...record, value: Buffer.alloc(8) }]);
      expect(await stores.engine.scan({ from: 'p', to: endOfPrefix('p') })).toHaveLength(1);
    },
  );

  it('a row that its serde cannot read is named, whenever it is asked for', async () => {
    await stores.engine.write((batch) => batch.put('pkey', Buffer.alloc(9)));
    const store = stores.make(counts) as TableState<string, number> & ManagedStore;
    const message =
      'the row "key" of changelog-1 cannot be read: size of data received by the long deserializer';
    for (const _time of ['first', 'second'])
      await expect((async () => store.load('key'))()).rejects.toThrow(message);
  });

  it('a table keeps rows over eviction, restart and restore; deletions too', async () => {
    type Table = TableState<string, string> & ManagedStore;
    const store = stores.make(definitions.keyValue) as Table;
    for (const key of ['a', 'b', 'c']) {
      await store.load(key);
      store.put(key, `${key}1`, 10);
    }
    const log = await stores.commit(store);
    await store.load('b');
    store.put('b', null, 20);
    log.push(...(await stores.commit(store)));
    // A deletion is logged with the time of the record in flight, as in Kafka Streams.
    expect(log.at(-1)).toMatchObject({ key: Buffer.from('b'), value: null, timestamp: 7 });
    expect(log[0]).toMatchObject({ key: Buffer.from('a'), value: Buffer.from('a1'), timestamp: 10 });

    for (const reader of [
      stores.make(definitions.keyValue) as Table,
      (await stores.restored(definitions.keyValue, log)) as Table,
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
    [
      'subscription',
      'a subscription of version 0',
      { key: subscriptionKey, value: Buffer.from([0x80, 2, 'p'.charCodeAt(0)]) },
    ],
    [
      'subscription',
      'a subscription of another key',
      { key: subscriptionKey, value: Buffer.from([0x81, 2, 1, 1, 0, 0, 0, 4]) },
    ],
    ['buffer', 'a key without a time', { key: Buffer.alloc(13, 1) }],
    ['buffer', 'a change of version 2', { headers: [{ key: 'v', value: Buffer.of(2) }] }],
    ['buffer', 'a change without a version', {}],
    ['outer', 'a list of another kind', { key: Buffer.alloc(10), value: Buffer.of(0, 0, 0, 0, 0) }],
    ['window', 'a key without a window', {}],
    ['session', 'a key without a session', {}],
    ['join', 'a key without a time', {}],
  ];

  it.each(foreign)('%s: %s in a changelog is refused before anything is applied', (kind, _what, record) => {
    const store = stores.make(definitions[kind]);
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
      await stores.engine.write((batch) => batch.put(`p${key}`, Buffer.of(9, 1, 2, 3)));
      const read = async (): Promise<void> => {
        const store = stores.make(definitions[kind]);
        if (kind === 'join')
          await (store as JoinState<string, string> & ManagedStore).load('k', { fromMs: 0, toMs: 1 });
        else await (store as SessionState<string, string> & ManagedStore).load('k');
      };
      await expect(read()).rejects.toMatchObject({ code: 'STATE_FORMAT_UNKNOWN' });
    },
  );

  it('what is not committed is seen by its own store and by nobody else', async () => {
    const store = stores.make(definitions.keyValue) as TableState<string, string> & ManagedStore;
    await store.load('a');
    store.put('a', 'x', 1);
    expect(store.get('a')?.value).toBe('x');
    const other = stores.make(definitions.keyValue) as TableState<string, string> & ManagedStore;
    await other.load('a');
    expect(other.get('a')).toBeUndefined();
  });

  it('a cache smaller than the state lets clean entries go and finds them again', async () => {
    const budget = new CacheBudget(4096);
    const store = stores.make(definitions.keyValue, 'p', budget) as TableState<string, string> & ManagedStore;
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 200; i++) {
        await store.load(`key${i}`);
        store.put(`key${i}`, `${round}-${i}`, round);
      }
      await stores.commit(store);
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
    const first = stores.make(definitions.keyValue) as TableState<string, string> & ManagedStore;
    await first.load('a');
    first.put('a', 'x', 1);
    await stores.commit(first);
    const store = stores.make(definitions.keyValue) as TableState<string, string> & ManagedStore;
    store.prefetch('a');
    store.prefetch('missing');
    await store.loadPrefetched();
    expect(store.load('a')).toBeUndefined();
    expect(store.load('missing')).toBeUndefined();
    expect(store.get('a')?.value).toBe('x');
  });

  it('a cached table forwards each key once, by its last change, however often keys changed', async () => {
    const store = stores.make({ ...definitions.keyValue, cachingEnabled: true }) as TableState<
      string,
      string
    > &
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
    const store = stores.make({ ...definitions.keyValue, cachingEnabled: true }) as TableState<
      string,
      string
    > &
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
});
