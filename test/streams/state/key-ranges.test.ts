import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ManagedKeyValueState } from '../../../src/streams/state/key-value-state.ts';
import type { ManagedVersionedState } from '../../../src/streams/state/versioned-state.ts';
import type { KeyBounds, StoreRange } from '../../../src/streams/state/store.ts';
import { Serdes } from '../../../src/streams/index.ts';
import { copiedRange } from '../../../src/streams/threads/copied-range.ts';
import { KeyCodec } from '../../../src/streams/state/key-codec.ts';
import { prefixRange } from '../../../src/streams/state/key-prefix.ts';
import { allOf } from '../all-of.ts';
import { engines } from './engines.ts';
import { definitions, StoresUnderTest } from './stores-under-test.ts';

type Table = ManagedKeyValueState<string, string> | ManagedVersionedState<string, string>;

const KEYS = ['', 'a', 'a\0', 'ab', 'b', 'bb', 'c', 'ÿ'];

it.each([
  ['two keys, as in Kafka Streams', 'a'],
  ['a number', 42],
  ['nothing', undefined],
  ['null', null],
  ['a name that is none', { form: 'a' }],
])('bounds that are none are refused, and are not all rows: %s', (_what, bounds) => {
  const keys = bounds as unknown as KeyBounds<string>;
  const codec = new KeyCodec(Serdes.string, 'topic');
  const refused = expect.objectContaining({ code: 'INVALID_ARGUMENT', argument: 'bounds' }) as Error;
  expect(() => codec.rangeOf({ keys })).toThrow(refused);
  expect(() => copiedRange({ keys })).toThrow(refused);
});

describe.each(Object.entries(engines))('ranges of keys, over %s', (_name, open) => {
  let stores: StoresUnderTest;
  beforeEach(async () => {
    stores = new StoresUnderTest(await open());
  });
  afterEach(() => stores.close());

  /** A table of which one half is committed, and the other is not. */
  async function tableOf(
    definition: typeof definitions.keyValue | typeof definitions.versioned,
  ): Promise<Table> {
    const table = stores.make(definition, definition.kind) as Table;
    const put = async (keys: readonly string[], value: string | null): Promise<void> => {
      for (const [at, key] of keys.entries()) {
        await table.load(key);
        table.put(key, value, at + 1);
      }
    };
    await put(KEYS.filter((_, at) => at % 2 === 0).concat('gone'), 'v');
    await stores.commit(table);
    await put(
      KEYS.filter((_, at) => at % 2 === 1),
      'v',
    );
    await table.load('gone');
    table.put('gone', null, 99);
    return table;
  }

  it.each<[KeyBounds<string>, readonly string[]]>([
    [{}, KEYS],
    [{ from: 'a' }, ['a', 'a\0', 'ab', 'b', 'bb', 'c', 'ÿ']],
    [{ to: 'a' }, ['', 'a']],
    [{ from: 'a', to: 'b' }, ['a', 'a\0', 'ab', 'b']],
    [{ from: 'aa', to: 'bz' }, ['ab', 'b', 'bb']],
    [{ from: 'b', to: 'b' }, ['b']],
    [{ from: 'c', to: 'b' }, []],
    [{ from: 'd', to: 'z' }, []],
    [{ from: 'é' }, ['ÿ']],
  ])('%j', async (bounds, keys) => {
    const inOrder = (found: readonly string[]): void =>
      expect(found).toEqual(keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
    for (const definition of [definitions.keyValue, definitions.versioned]) {
      const table = await tableOf(definition);
      const queries = table.forQueries();
      inOrder((await allOf(queries.range(bounds))).map(([key]) => key));
      inOrder((await allOf(queries.pages({ keys: bounds }))).flat().map(([key]) => key));
      const backwards = await allOf(queries.reverseRange(bounds));
      inOrder(backwards.map(([key]) => key).toReversed());
      if (!('forProcessor' in table)) continue;
      const own = table.forProcessor();
      inOrder((await allOf(own.range(bounds))).map(([key]) => key));
      inOrder((await allOf(own.reverseRange(bounds))).map(([key]) => key).toReversed());
    }
  });

  it('are read whole backwards, and counted', async () => {
    for (const definition of [definitions.keyValue, definitions.versioned]) {
      const table = await tableOf(definition);
      const stored = [table.forQueries(), ...('forProcessor' in table ? [table.forProcessor()] : [])];
      for (const store of stored) {
        const forwards = (await allOf<readonly [string, unknown]>(store.entries())).map(([key]) => key);
        const backwards = (await allOf<readonly [string, unknown]>(store.reverseAll())).map(([key]) => key);
        expect(backwards).toEqual(forwards.toReversed());
        expect(await store.approximateNumEntries()).toBe(KEYS.length);
      }
    }
  });

  it('are told by bytes as well, the last excluded', async () => {
    const table = (await tableOf(definitions.keyValue)).forQueries();
    const found = async (range: StoreRange<string>): Promise<readonly string[]> =>
      (await allOf(table.pages(range))).flat().map(([key]) => key);
    const [a, b] = [Buffer.from('a'), Buffer.from('b')];
    expect(await found({ bytes: { from: a, to: b } })).toEqual(['a', 'a\0', 'ab']);
    expect(await found({ bytes: { from: b, to: undefined } })).toEqual(['b', 'bb', 'c', 'ÿ']);
    expect(await found({ bytes: { from: b, to: b } })).toEqual([]);
  });

  it.each([
    ['a', ['a', 'a\0', 'ab']],
    ['', KEYS],
    ['bb', ['bb']],
    ['d', []],
    ['ÿ', ['ÿ']],
  ])('that begin with %j', async (prefix, keys) => {
    const inOrder = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    for (const definition of [definitions.keyValue, definitions.versioned]) {
      const table = await tableOf(definition);
      const found = await allOf(table.forQueries().prefixScan(prefix, Serdes.string));
      expect(found.map(([key]) => key)).toEqual(inOrder);
      if (!('forProcessor' in table)) continue;
      const own = await allOf(table.forProcessor().prefixScan(prefix, Serdes.string));
      expect(own.map(([key]) => key)).toEqual(inOrder);
    }
  });

  it('that begin with the last bytes there are', () => {
    const bytes = (...values: readonly number[]) => Buffer.from(values);
    const rangeOf = (prefix: Buffer) => prefixRange(prefix, Serdes.bytes).bytes;
    expect(rangeOf(bytes(1, 0xff, 0xff))).toEqual({ from: bytes(1, 0xff, 0xff), to: bytes(2) });
    expect(rangeOf(bytes(0xff, 0xff))).toEqual({ from: bytes(0xff, 0xff), to: undefined });
  });

  it('are put where nothing is there, and several at once', async () => {
    const store = (await tableOf(definitions.keyValue)).forQueries();
    const table = stores.make(definitions.keyValue, 'other') as ManagedKeyValueState<string, string>;
    const own = table.forProcessor();
    expect(await own.putIfAbsent('x', 'one')).toBeUndefined();
    await stores.commit(table);
    expect(await own.putIfAbsent('x', 'two')).toBe('one');
    await own.putAll([
      ['y', 'first'],
      ['z', 'third'],
      ['y', 'second'],
      ['z', null],
    ]);
    expect(await allOf(own.entries())).toEqual([
      ['x', 'one'],
      ['y', 'second'],
    ]);
    expect(await store.get('x')).toBeUndefined();
  });

  it('leave out what is not committed, where queries see no more', async () => {
    stores.queryIsolation = 'read_committed';
    const table = (await tableOf(definitions.keyValue)).forQueries();
    const committed = KEYS.filter((_, at) => at % 2 === 0 && at > 0);
    const seen = [...committed, 'gone'];
    expect((await allOf(table.range({ from: 'a' }))).map(([key]) => key)).toEqual(seen);
    const backwards = await allOf(table.reverseRange({ from: 'a' }));
    expect(backwards.map(([key]) => key)).toEqual(seen.toReversed());
    expect(await table.approximateNumEntries()).toBe(seen.length + 1);
  });
});
