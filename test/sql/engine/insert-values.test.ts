import { describe, expect, it } from 'vitest';
import { builtInRegistry } from '../../../src/sql/functions/built-in.ts';
import { CaseEngine } from '../../../src/sql/testing/case-engine.ts';

const functions = builtInRegistry();

/** What an INSERT writes into the topic of S. */
function inserted(columns: string, values: string): string | undefined {
  const engine = new CaseEngine({ functions, properties: {}, topics: [] });
  engine.execute(`
    CREATE STREAM s (k INT KEY, price DECIMAL(4, 2), items ARRAY<BIGINT>, st STRUCT<x INT, y STRING>, big BIGINT)
      WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
    INSERT INTO s (k, ${columns}) VALUES (1, ${values});`);
  return engine.stubs.get('s')?.[0]?.value?.toString();
}

describe('the values of INSERT', () => {
  it.each([
    ['price', '1.5', '"PRICE":1.50'],
    ['price', '7', '"PRICE":7.00'],
    ['items', 'ARRAY[1, 2]', '"ITEMS":[1,2]'],
    ['st', "STRUCT(y := 'a')", '"ST":{"X":null,"Y":"a"}'],
    ['big', '2 + 3', '"BIG":5'],
  ])('widen to the column %s: %s', (column, value, json) => expect(inserted(column, value)).toContain(json));

  it.each([
    ['price', '1.234', 'Expected type DECIMAL(4, 2) for field `PRICE` but got DECIMAL(4, 3)'],
    ['price', '123.4', 'Expected type DECIMAL(4, 2) for field `PRICE` but got DECIMAL(4, 1)'],
    ['items', "ARRAY['x']", 'Expected type ARRAY<BIGINT> for field `ITEMS` but got ARRAY<STRING>'],
    ['st', 'STRUCT(z := 1)', 'for field `ST` but got STRUCT<`Z` INTEGER>'],
    ['big', '1.5', 'Expected type BIGINT for field `BIG` but got DECIMAL(2, 1)'],
    ['big', 'foo.bar', "Failed to prepare statement: 'FOO' is not a valid stream/table name or alias."],
    ['ROWOFFSET', '1', 'Inserting into column `ROWOFFSET` is not allowed.'],
  ])('that do not fit %s are refused: %s', (column, value, message) => {
    expect(() => inserted(column, value)).toThrow(message);
  });
});
