import { describe, expect, it } from 'vitest';
import { complete, type CompletionNames, parse, parseExpression } from '../../grammar/index.ts';
import { SqlParser } from '../../grammar/parser/sql-parser.ts';

describe('the grammar', () => {
  it('passes the checks that the engine skips to start quickly', () => {
    expect(() => new SqlParser({ recovery: false, validate: true })).not.toThrow();
  });

  it('freezes the tree', () => {
    const [statement] = parse('SELECT a + 1, b FROM c GROUP BY a, b;');
    const frozen = (node: unknown): boolean =>
      typeof node !== 'object' ||
      node === null ||
      (Object.isFrozen(node) && Object.values(node).every(frozen));
    expect(frozen(statement)).toBe(true);
  });

  it('knows where everything is', () => {
    const text = 'SELECT a\n  + bcd FROM x;';
    const [statement] = parse(text);
    if (statement?.kind !== 'QueryStatement') throw new Error('no query');
    const item = statement.query.select[0];
    expect(item?.span).toEqual({ start: 7, end: 16, line: 1, column: 8 });
    expect(statement.query.from.source.nameSpan).toEqual({ start: 22, end: 23, line: 2, column: 14 });
  });

  it.each([
    ['a OR b AND NOT c = 1', '(A OR (B AND (NOT (C = 1))))'],
    ['-a * 2 + b % 3', '((-A * 2) + (B % 3))'],
    ['a || b + 1', 'CONCAT(A, (B + 1))'],
    ['1 - -1', '(1 - -1)'],
    ['a->b->c[1]', 'A->B->C[1]'],
    ['NOT a BETWEEN 1 AND 2', '(NOT (A BETWEEN 1 AND 2))'],
    ["a NOT LIKE 'x%' ESCAPE '!'", "(NOT (A LIKE 'x%' ESCAPE '!'))"],
    ['a IS NOT DISTINCT FROM b', '(A IS NOT DISTINCT FROM B)'],
    ["DECIMAL '1.50'", '1.50'],
    ['REDUCE(l, 0, (s, x) => s + x)', 'REDUCE(L, 0, (S, X) => (S + X))'],
    ['`mixed`."Case"', '`mixed`.`Case`'],
    ['1e3 + .5 + 5.', '((1e3 + .5) + 5.)'],
  ])('reads %s', async (text, printed) => {
    const { formatExpression } = await import('../../grammar/index.ts');
    expect(formatExpression(parseExpression(text))).toBe(printed);
  });

  it('reads comments, directives and odd names', () => {
    const statements = parse('--@test: x\nSELECT /* a ; b */ 1a, emit, "x""y" FROM b -- end\n EMIT CHANGES;');
    expect(statements).toHaveLength(1);
    expect(statements[0]).toMatchObject({
      query: {
        emit: 'CHANGES',
        select: [
          { expression: { name: '1A' } },
          { expression: { name: 'EMIT' } },
          { expression: { name: 'x"y' } },
        ],
      },
    });
  });
});

it.each([
  ['PRINT Flights_raw;', 'Flights_raw'],
  ['PRINT `Flights-raw`;', 'Flights-raw'],
  ["PRINT 'Flights-raw';", 'Flights-raw'],
])('%s names a topic as it is written: case counts in Kafka', (text, topic) => {
  expect(parse(text)).toMatchObject([{ kind: 'Print', topic }]);
});

describe('completion', () => {
  const names: CompletionNames = {
    streams: ['FLIGHTS'],
    tables: ['AIRPORTS'],
    functions: ['COUNT', 'CONCAT'],
    topics: ['flights-raw'],
    queries: ['CSAS_X_0'],
    types: ['ADDRESS'],
    properties: ['auto.offset.reset', 'processing.guarantee'],
    formats: ['AVRO', 'JSON', 'JSON_SR'],
    columns: new Map([
      ['FLIGHTS', ['ID', 'DELAY']],
      ['AIRPORTS', ['CODE']],
    ]),
  };
  const texts = (text: string): readonly string[] =>
    complete(text, text.length, names).items.map((item) => item.text);

  it.each([
    ['cr', ['CREATE']],
    ['SELECT * FROM ', ['FLIGHTS', 'AIRPORTS']],
    ['SELECT * FROM a', ['AIRPORTS']],
    ['SELECT de', ['DELAY']],
    ['SELECT COUNT(co', ['CODE', 'CONCAT', 'COUNT']],
    ['CREATE STREAM x (a INT) WITH (ka', ['KAFKA_TOPIC']],
    ['TERMINATE ', ['CSAS_X_0', 'ALL']],
    ['CREATE STREAM x (a INT) WITH (FORMAT = ', ["'AVRO'", "'JSON'", "'JSON_SR'"]],
    ["CREATE STREAM x (a INT) WITH (kafka_topic='x', value_format='js", ["'JSON'", "'JSON_SR'"]],
    ["CREATE STREAM x (a INT) WITH (KAFKA_TOPIC='fl", ["'flights-raw'"]],
    ['CREATE STREAM x (a INT) WITH (WRAP_SINGLE_VALUE=t', ['true']],
    ['CREATE STREAM x (a INT) WITH (PARTITIONS=', []],
    ['PRINT ', ["'flights-raw'"]],
    ["PRINT 'fl", ["'flights-raw'"]],
    ['SET ', ["'auto.offset.reset'", "'processing.guarantee'"]],
    ["SET 'auto.off", ["'auto.offset.reset'"]],
    ["SET 'auto.offset.reset'='e", []],
    ['UNSET pro', ["'processing.guarantee'"]],
    ['SELECT * FROM flights f JOIN airports AS a ON f.', ['DELAY', 'ID']],
    ['SELECT * FROM flights f JOIN airports AS a ON f.id = a.c', ['CODE']],
    ['SELECT * FROM flights f WHERE x.', []],
    ['SELECT airports.', ['CODE']],
    ['DESCRIBE FUNCTION c', ['CONCAT', 'COUNT']],
    ['SHOW st', ['STREAMS']],
    ['SHOW STREAMS; dro', ['DROP']],
  ])('after %s', (text, expected) => {
    expect(texts(text)).toEqual(expected);
  });

  it('finds the sources of an alias behind the cursor', () => {
    const text = 'SHOW STREAMS; SELECT a. FROM flights f JOIN airports a ON f.id = a.code; SHOW TABLES;';
    const { start, end, items } = complete(text, text.indexOf('a.') + 2, names);
    expect(items.map((item) => item.text)).toEqual(['CODE']);
    expect(text.slice(0, start)).toBe('SHOW STREAMS; SELECT a.');
    expect(end).toBe(start);
  });

  it('says what it replaces', () => {
    const { start, end } = complete('SELECT * FROM fli', 17, names);
    expect([start, end]).toEqual([14, 17]);
  });

  it('offers nothing inside a string', () => {
    expect(texts("SELECT 'sel")).toEqual([]);
  });
});
