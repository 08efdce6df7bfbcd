import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CacheBudget } from '../../../src/streams/state/cache-budget.ts';
import { MemoryEngine } from '../../../src/streams/state/memory-engine.ts';
import type { StoredPage } from '../../../src/streams/state/engine.ts';
import { eachOf } from '../../../src/streams/state/pages.ts';
import type { RowBlock } from '../../../src/streams/state/row-block.ts';
import { StateMap } from '../../../src/streams/state/state-map.ts';
import { rowsOf } from './stores-under-test.ts';

const codec = {
  write: (rows: RowBlock, value: number) => rows.appendText(String(value)),
  decode: (bytes: Buffer) => Number(bytes.toString()),
};

const mapOver = (engine: MemoryEngine): StateMap<number> =>
  new StateMap({ engine, prefix: 'p', codec, budget: new CacheBudget(1e6), changelogTopic: 'c' });

function commit(map: StateMap<number>, engine: MemoryEngine): void {
  engine.write((batch) => map.writeTo(batch));
  map.committed();
}

const KEYS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

const change = fc.record({
  key: fc.constantFrom(...KEYS),
  value: fc.option(fc.nat(9), { nil: undefined }),
  isCommitted: fc.boolean(),
});

it('pages hold what there is, committed or not, once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { maxLength: 40 }),
      fc.integer({ min: 1, max: 8 }),
      async (changes, bytesMax) => {
        const engine = new MemoryEngine();
        const map = mapOver(engine);
        engine.write((batch) => {
          batch.put('o', Buffer.from('1'));
          batch.put('q', Buffer.from('1'));
        });
        for (const { key, value, isCommitted } of changes) {
          map.set(key, value);
          if (isCommitted) commit(map, engine);
        }
        const paged: (readonly [string, number])[] = [];
        for await (const page of map.pages({ from: '', to: undefined }, bytesMax)) paged.push(...page);
        expect(paged).toEqual(await rowsOf(map.read({ from: '', to: undefined }, bytesMax)));
        const model = new Map(changes.map(({ key, value }) => [key, value]));
        const expected = KEYS.flatMap((key) => {
          const value = model.get(key);
          return value === undefined ? [] : [[key, value]];
        });
        expect(paged).toEqual(expected);
        const backwards: (readonly [string, number])[] = [];
        const range = { from: 'b', to: 'g', descending: true };
        for await (const page of map.pages(range, bytesMax)) backwards.push(...page);
        expect(backwards).toEqual(
          expected.filter(([key]) => String(key) >= 'b' && String(key) < 'g').reverse(),
        );
        expect(await map.count(bytesMax, 'read_uncommitted')).toBe(expected.length);
      },
    ),
  );
});

it('reads no more than it is asked for', async () => {
  const engine = new MemoryEngine();
  const map = mapOver(engine);
  for (const key of KEYS) map.set(key, 1);
  commit(map, engine);
  let read = 0;
  let isClosed = false;
  const open = engine.openScan.bind(engine);
  engine.openScan = (range, bytesMax) => {
    const scan = open(range, bytesMax);
    const next = (): StoredPage => {
      read++;
      return scan.next() as StoredPage;
    };
    return { next, close: () => void (isClosed = true) };
  };
  for await (const [key] of eachOf(map.pages({ from: '', to: undefined }, 1))) if (key === 'b') break;
  expect({ read, isClosed }).toEqual({ read: 2, isClosed: true });
});

it('finds what there was when the first page was read, and ends when the store is closed', async () => {
  const engine = new MemoryEngine();
  const map = mapOver(engine);
  for (const key of KEYS) map.set(key, 1);
  commit(map, engine);
  const pages = map.pages({ from: '', to: undefined }, 1);
  expect((await pages.next()).value).toEqual([['a', 1]]);
  map.set('b', 2);
  map.set('c', undefined);
  commit(map, engine);
  map.set('a', 3);
  map.set('d', 4);
  expect((await pages.next()).value).toEqual([['b', 1]]);
  expect((await pages.next()).value).toEqual([['c', 1]]);
  map.close();
  await expect(pages.next()).rejects.toMatchObject({ code: 'STORE_NOT_AVAILABLE', retriable: true });
});
