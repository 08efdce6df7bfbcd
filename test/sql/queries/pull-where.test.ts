import { describe, expect, it } from 'vitest';
import { parseScript } from '../../../grammar/parse.ts';
import { planPull } from '../../../src/sql/queries/pull-query.ts';
import { allTimes } from '../../../src/sql/queries/window-bounds.ts';
import { engineAfter } from '../engine-after.ts';

const tables = `
  CREATE STREAM s (a INT KEY, b STRING, d INT) WITH (KAFKA_TOPIC='s', FORMAT='JSON');
  CREATE TABLE plain AS SELECT b, COUNT(*) AS n FROM s GROUP BY b;
  CREATE TABLE numbers AS SELECT a, COUNT(*) AS n FROM s GROUP BY a;
  CREATE TABLE pairs AS SELECT a, b, COUNT(*) AS n FROM s GROUP BY a, b;
  CREATE TABLE windowed AS SELECT b, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY b;
`;

const noScans = { 'ksql.query.pull.table.scan.enabled': 'false' };

const { context } = await engineAfter(tables);

function access(select: string, properties: Readonly<Record<string, string>> = noScans): unknown {
  const statement = parseScript(`${select};`)[0]?.statement;
  if (statement?.kind !== 'QueryStatement') throw new Error('not a query');
  return planPull(statement.query, { ...context, properties }).access;
}

const keysOf = (select: string): unknown =>
  (access(select) as { lookups?: readonly { key: unknown }[] }).lookups?.map(({ key }) => key);

describe('the keys that a WHERE clause asks for', () => {
  it.each([
    ["SELECT * FROM plain WHERE b = 'x'", [['x']]],
    ["SELECT * FROM plain WHERE 'x' = b", [['x']]],
    ["SELECT * FROM plain WHERE b IN ('x', 'y', 'x')", [['x'], ['y']]],
    ["SELECT * FROM plain WHERE b = 'x' OR b = 'y' AND n > 3", [['x'], ['y']]],
    ["SELECT * FROM plain WHERE b = UCASE('x')", [['X']]],
    ['SELECT * FROM numbers WHERE a = 2 + 3', [[5]]],
    [
      "SELECT * FROM pairs WHERE a IN (1, 2) AND b = 'x'",
      [
        [1, 'x'],
        [2, 'x'],
      ],
    ],
  ])('%s', (select, keys) => expect(keysOf(select)).toEqual(keys));

  it('reads one range of a text key', () => {
    expect(access("SELECT * FROM plain WHERE b >= 'x' AND n > 1")).toEqual({
      kind: 'scan',
      keys: [{ from: ['x'], to: [null] }],
    });
  });

  const all = null;
  it.each<readonly [string, string, readonly (readonly [unknown, unknown])[] | undefined]>([
    ['plain', "b < 'x'", [[all, 'x']]],
    ['plain', "'x' < b", [['x', all]]],
    ['plain', "b BETWEEN 'a' AND 'c'", [['a', 'c']]],
    ['plain', "b > 'a' AND b > 'b' AND b <= 'z' AND b < 'y'", [['b', 'y']]],
    [
      'plain',
      "b < 'b' OR b > 'y'",
      [
        [all, 'b'],
        ['y', all],
      ],
    ],
    [
      'plain',
      "b = 'b' OR b > 'y'",
      [
        ['b', 'b'],
        ['y', all],
      ],
    ],
    ['plain', "b > 'a' AND LEN(b) > 3", [['a', all]]],
    ['numbers', 'a > 1 AND a <= 2 + 3', [[1, 5]]],
    ['numbers', 'NOT (a > 1)', undefined],
    ['numbers', 'a > 1 OR n > 3', undefined],
    ['numbers', 'a <> 1', undefined],
    ['numbers', 'a > n', undefined],
    ['windowed', "b < 'x'", undefined],
  ])('of %s where %s it reads %j, where the whole table may be read', (table, where, bounds) => {
    const keys = bounds?.map(([from, to]) => ({ from: [from], to: [to] }));
    expect(access(`SELECT * FROM ${table} WHERE ${where}`, {})).toEqual({
      kind: 'scan',
      ...(keys === undefined ? {} : { keys }),
    });
  });

  it('reads what the first columns of a key leave', () => {
    expect(access("SELECT * FROM pairs WHERE a = 1 AND b > 'x'", {})).toEqual({
      kind: 'scan',
      keys: [{ from: [1, 'x'], to: [1, null] }],
    });
  });

  it.each([
    ['SELECT * FROM plain', 'Missing WHERE clause. See'],
    ['SELECT * FROM plain WHERE n = 1', 'WHERE clause missing key column for disjunct: (N = 1)'],
    ["SELECT * FROM plain WHERE b <> 'x'", "Bound on key columns '[`B` STRING KEY]' must currently be '='"],
    ['SELECT * FROM plain WHERE n + 1 = 2', 'A comparison must directly reference a key column'],
    ['SELECT * FROM numbers WHERE a = n', 'must be between a key column and a resolvable expression'],
    ['SELECT * FROM numbers WHERE a > 1 AND a < 3', 'cannot be combined with other comparisons'],
    ['SELECT * FROM numbers WHERE a > 1', 'Query requires table scan to be enabled'],
    ["SELECT * FROM plain WHERE b < 'x' OR b > 'y'", 'Query requires table scan to be enabled'],
    ["SELECT * FROM windowed WHERE b < 'x'", 'Query requires table scan to be enabled'],
    ['SELECT * FROM pairs WHERE a = 1', 'Specified: [`A`] Expected: [`A` INTEGER KEY, `B` STRING KEY]'],
    [
      "SELECT * FROM numbers WHERE a IN ('1')",
      "'1' can not be converted to the type of the key column: A INTEGER KEY",
    ],
    ['SELECT * FROM numbers WHERE a IN (1, NULL)', 'Primary key columns can not be NULL: (A = null)'],
    ['SELECT * FROM plain WHERE b IS NULL', 'Unsupported expression in WHERE clause: (B IS NULL)'],
    [
      'SELECT * FROM numbers WHERE a LIKE 12',
      'The column type for Like condition must be VARCHAR. The column type is INTEGER',
    ],
    [
      "SELECT * FROM numbers WHERE a = '1'",
      "Cannot compare A (INTEGER) to '1' (STRING) with EQUAL.\nStatement: (A = '1')",
    ],
    [
      "SELECT * FROM plain WHERE b BETWEEN 1 AND 'x'",
      'Invalid expression: Cannot compare B (STRING) to 1 (INTEGER) with GREATER_THAN_OR_EQUAL',
    ],
    ['SELECT n FROM plain LIMIT -1', "Pull queries don't support negative integers in the LIMIT clause."],
  ])('refuses %s where the table may not be read whole', (select, message) => {
    expect(() => access(select)).toThrow(message);
  });

  it('reads the whole table for them otherwise', () => {
    expect(access("SELECT * FROM plain WHERE b <> 'x'", {})).toEqual({ kind: 'scan' });
    expect(access('SELECT * FROM plain WHERE b IS NULL', {})).toEqual({ kind: 'scan' });
    expect(access('SELECT * FROM plain', {})).toEqual({ kind: 'scan' });
  });
});

describe('the windows that a WHERE clause asks for', () => {
  const range = (bounds: string): unknown =>
    (
      access(`SELECT * FROM windowed WHERE b = 'x' AND ${bounds}`) as {
        lookups: readonly { range: unknown }[];
      }
    ).lookups[0]?.range;

  it('takes bounds as numbers, sums and texts of times, on either side', () => {
    expect(range('WINDOWSTART > 1000 AND 5000 >= WINDOWEND')).toMatchObject({ startMin: 1000, endMax: 5000 });
    expect(range("WINDOWSTART = '1970-01-01T00:00:02Z'")).toMatchObject({ startMin: 2000, startMax: 2000 });
    expect(range('WINDOWSTART < 1000 + 1')).toMatchObject({ startMax: 1001 });
  });

  const sides = [
    ['<', '>', 'Max'],
    ['<=', '>=', 'Max'],
    ['>', '<', 'Min'],
    ['>=', '<=', 'Min'],
  ] as const;
  const columns = [
    ['WINDOWSTART', 'start'],
    ['WINDOWEND', 'end'],
  ] as const;

  it.each(columns.flatMap(([column, name]) => sides.map((side) => [column, name, ...side] as const)))(
    'takes a bound of %s (%s) %s, and turned around %s, as a %s',
    (column, name, operator, turned, end) => {
      const expected = { ...allTimes, [`${name}${end}`]: 1000 };
      expect(range(`${column} ${operator} 1000`)).toEqual(expected);
      expect(range(`1000 ${turned} ${column}`)).toEqual(expected);
    },
  );

  it.each(columns)('takes %s = 1000 as both bounds, on either side', (column, name) => {
    const expected = { ...allTimes, [`${name}Min`]: 1000, [`${name}Max`]: 1000 };
    expect(range(`${column} = 1000`)).toEqual(expected);
    expect(range(`1000 = ${column}`)).toEqual(expected);
  });

  it.each(sides)(
    'takes no bound of ROWTIME, which is not the time of the window: %s, %s',
    (operator, turned) => {
      expect(range(`ROWTIME ${operator} 1000`)).toEqual(allTimes);
      expect(range(`1000 ${turned} ROWTIME`)).toEqual(allTimes);
    },
  );

  it.each([
    ['WINDOWSTART <> 1', 'Unsupported `WINDOWSTART` bounds: NOT_EQUAL'],
    ['WINDOWSTART > 1 AND WINDOWSTART >= 2', 'Duplicate `WINDOWSTART` bounds on: GREATER_THAN'],
    ['WINDOWEND = 1 AND WINDOWEND < 9', '`(WINDOWEND < 9)` cannot be combined with other `WINDOWEND` bounds'],
  ])('refuses %s', (bounds, message) => expect(() => range(bounds)).toThrow(message));
});
