import { expect, it } from 'vitest';
import type { Row } from '../../../src/serde/model/sql-value.ts';
import type { ReadOnlyKeyValueStore, StoreRange } from '../../../src/streams/state/store.ts';
import { materializedTable } from '../../../src/sql/runtime/materialized-table.ts';
import { engineAfter } from '../engine-after.ts';

/** What is read of the store of the only table that a statement makes. */
async function readOf(select: string, from: Row, to: Row): Promise<readonly unknown[]> {
  const engine = await engineAfter(`
    CREATE STREAM s (k STRING KEY, a INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
    CREATE TABLE t (k STRING PRIMARY KEY, a INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');
    ${select}`);
  const [plan] = engine.queries;
  if (plan === undefined) throw new Error('no query');
  const asked: unknown[] = [];
  const store = {
    pages(range?: StoreRange<Row>) {
      const { from: start, to: end } = range !== undefined && 'bytes' in range ? range.bytes : {};
      asked.push(range === undefined ? 'all' : [start?.toString('latin1'), end?.toString('latin1')]);
      return (async function* () {})();
    },
  };
  const table = materializedTable(
    plan,
    { analysis: engine.context },
    {
      keyValueStore: <K, V>() => store as unknown as ReadOnlyKeyValueStore<K, V>,
      windowStore: () => {
        throw new Error('no windows');
      },
      partitionsOf: () => undefined,
      places: () => [],
      turn: () => Promise.resolve(),
    },
  );
  for await (const page of table?.scan([{ from, to }]) ?? []) expect(page).toEqual([]);
  return asked;
}

it('a range of keys reads the part of the store that it lies in', async () => {
  expect(await readOf('CREATE TABLE c AS SELECT k, COUNT(*) FROM s GROUP BY k;', ['b'], ['d'])).toEqual([
    ['b', 'd\0'],
  ]);
  expect(await readOf('CREATE TABLE c AS SELECT a, COUNT(*) FROM s GROUP BY a;', [-1], [1])).toEqual([
    ['\0\0\0\0', '\0\0\0\x01\0'],
    ['\xff\xff\xff\xff', '\xff\xff\xff\xff\0'],
  ]);
  // Keys of projections are JSON.
  expect(await readOf('CREATE TABLE c AS SELECT k, a FROM t;', ['b'], ['d'])).toContainEqual(['"b', '"e']);
});

it('where bytes do not tell where keys lie, all of it is read', async () => {
  const select =
    "CREATE TABLE c WITH (KEY_FORMAT='DELIMITED') AS SELECT a + 1.5 AS k, COUNT(*) FROM s GROUP BY a + 1.5;";
  expect(await readOf(select, [null], [null])).toEqual(['all']);
});
