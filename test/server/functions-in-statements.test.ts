import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Json, post, startPlatform, type TestPlatform } from './platform.ts';

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startPlatform({ properties: { 'ksql.udf.javascript.call.max.ms': '2000' } });
  await done(`CREATE STREAM readings (id STRING KEY, v BIGINT, s STRING) WITH (KAFKA_TOPIC='readings', VALUE_FORMAT='JSON', PARTITIONS=1);
    CREATE TABLE totals AS SELECT id, SUM(v) AS total, LATEST_BY_OFFSET(s) AS s FROM readings GROUP BY id;
    CREATE TABLE windows AS SELECT id, COUNT(*) AS n FROM readings WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY id;
    CREATE FUNCTION twice(x BIGINT) RETURNS BIGINT LANGUAGE JAVASCRIPT AS 'x === null ? null : x * 2';
    CREATE FUNCTION small(s STRING) RETURNS STRING LANGUAGE JAVASCRIPT AS 's.toLowerCase()';
    CREATE FUNCTION throws(x BIGINT) RETURNS BIGINT LANGUAGE JAVASCRIPT AS 'throw new Error("not " + x);';
    CREATE FUNCTION loops(x BIGINT) RETURNS BIGINT LANGUAGE JAVASCRIPT AS 'while (true);';
    INSERT INTO readings (ROWTIME, id, v, s) VALUES (3600000, 'a', 1, 'one');
    INSERT INTO readings (ROWTIME, id, v, s) VALUES (7200000, 'b', 2, 'two');
    INSERT INTO readings (ROWTIME, id, v, s) VALUES (7200000, 'c', 3, 'three');`);
  await eventually(async () => ((await rows('SELECT * FROM totals;')).length === 3 ? true : undefined));
  await eventually(async () => ((await rows('SELECT * FROM windows;')).length === 3 ? true : undefined));
});

afterAll(() => platform.close());

async function ksql(
  sql: string,
): Promise<{ readonly status: number; readonly body: readonly Json[] & Json }> {
  return (await post(`${platform.url}/ksql`, { ksql: sql })) as never;
}

async function done(sql: string): Promise<readonly Json[]> {
  const { status, body } = await ksql(sql);
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

async function refused(sql: string): Promise<string> {
  const { status, body } = await ksql(sql);
  expect(status, JSON.stringify(body)).toBe(400);
  return String(body['message']);
}

async function answer(sql: string, properties: Json = {}): Promise<string> {
  const response = await fetch(`${platform.url}/query-stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sql, properties }),
  });
  return response.text();
}

/** Rows of a SELECT that comes to an end. */
async function rows(sql: string, properties: Json = {}): Promise<readonly unknown[]> {
  const [, ...lines] = (await answer(sql, properties)).trim().split('\n');
  return lines.map((line) => JSON.parse(line) as unknown);
}

const sorted = (found: readonly unknown[]): readonly string[] =>
  found.map((row) => JSON.stringify(row)).sort();

const keysOnly = { 'ksql.query.pull.table.scan.enabled': 'false' };

describe('a pull query calls functions of users', () => {
  it('in what it selects, among all other expressions', async () => {
    const select =
      "SELECT id, twice(total) + 1 AS t, UCASE(small(UCASE(s))) AS s FROM totals WHERE id = 'b';";
    expect(await rows(select)).toEqual([['b', 5, 'TWO']]);
  });

  it('in its condition, and stops at its limit', async () => {
    expect(sorted(await rows('SELECT id FROM totals WHERE twice(total) > 2;'))).toEqual(['["b"]', '["c"]']);
    expect(await rows('SELECT id FROM totals WHERE twice(total) > 2 LIMIT 1;')).toHaveLength(1);
    expect(await rows('SELECT twice(total) AS t FROM totals LIMIT 2;')).toHaveLength(2);
  });

  it('to find its keys and windows', async () => {
    expect(await rows("SELECT total FROM totals WHERE id = small('A');", keysOnly)).toEqual([[1]]);
    const both = "SELECT total FROM totals WHERE id IN (small('A'), small('C'));";
    expect(sorted(await rows(both, keysOnly))).toEqual(['[1]', '[3]']);
    const windows = "SELECT id FROM windows WHERE id = small('A') AND WINDOWSTART";
    expect(await rows(`${windows} <= twice(1800000);`)).toEqual([['a']]);
    expect(await rows(`${windows} < twice(1800000);`)).toEqual([]);
    const [explained] = await done(`EXPLAIN ${both}`);
    expect(JSON.stringify(explained)).toContain('key lookup (2 keys)');
  });

  it('and ends alone where one fails, with its name', async () => {
    expect(await answer('SELECT throws(total) AS t FROM totals;')).toContain(
      'function THROWS failed: Error: not ',
    );
    expect(await answer("SELECT COALESCE(throws(total), 0) AS t FROM totals WHERE id = 'a';")).toContain(
      'function THROWS failed: Error: not 1',
    );
    expect(await answer("SELECT id FROM totals WHERE id = 'a' AND throws(total) = 1;")).toContain('THROWS');
    expect(await rows("SELECT twice(total) AS t FROM totals WHERE id = 'a';")).toEqual([[2]]);
  });

  it('while others are served', async () => {
    const order: string[] = [];
    const looping = answer("SELECT loops(total) AS l FROM totals WHERE id = 'a';").then((text) => {
      order.push('loops');
      return text;
    });
    await rows("SELECT total FROM totals WHERE id = 'a';");
    await done('SHOW STREAMS;');
    order.push('others');
    expect(await looping).toContain('function LOOPS failed: it takes longer than 2000 ms');
    expect(order).toEqual(['others', 'loops']);
    expect(await answer("SELECT loops(total) AS l FROM totals WHERE id = 'a';")).toContain(
      'function LOOPS is not called',
    );
  });
});

describe('INSERT VALUES calls functions of users', () => {
  const inserted = (id: string): Promise<readonly unknown[]> =>
    eventually(async () => {
      const found = await rows(`SELECT total, s FROM totals WHERE id = '${id}';`);
      return found.length === 0 ? undefined : found;
    });

  it('also in its key, also one that the script has made', async () => {
    await done(`CREATE FUNCTION three() RETURNS INT LANGUAGE JAVASCRIPT AS '3';
      INSERT INTO readings (id, v, s) VALUES (small('NEW'), twice(three()) + 1, LCASE(small('X')));`);
    expect(await inserted('new')).toEqual([[7, 'x']]);
  });

  it('each as often as it stands there', async () => {
    await done(`CREATE FUNCTION mark(s STRING) RETURNS STRING LANGUAGE JAVASCRIPT AS '"<" + s + ">"';
      CREATE STREAM pairs (a STRING, b STRING) WITH (KAFKA_TOPIC='pairs', VALUE_FORMAT='JSON', PARTITIONS=1);
      INSERT INTO pairs VALUES (mark(UUID()), mark(UUID()));`);
    const [pair] = (await rows('SELECT a, b FROM pairs;')) as [readonly [string, string]];
    expect(pair[0]).toMatch(/^<.{36}>$/);
    expect(pair[1]).not.toBe(pair[0]);
  });

  it('and writes nothing where one fails', async () => {
    const refusal = await refused("INSERT INTO readings (id, v) VALUES ('bad', throws(4));");
    expect(refusal).toContain("Failed to insert values into 'READINGS'");
    expect(refusal).toContain('function THROWS failed: Error: not 4');
    expect(await refused("INSERT INTO readings (id, v) VALUES ('bad', loops(1));")).toContain(
      'function LOOPS ',
    );
    await done("INSERT INTO readings (id, v, s) VALUES ('last', 1, 'x');");
    await inserted('last');
    expect(await rows("SELECT * FROM totals WHERE id = 'bad';")).toEqual([]);
  });

  it('but not where what it gives does not fit', async () => {
    const script =
      "CREATE FUNCTION unmade() RETURNS INT LANGUAGE JAVASCRIPT AS '3'; INSERT INTO readings (id, v) VALUES ('x', small('1'));";
    expect(await refused(script)).toContain('Expected type BIGINT');
    expect(await refused('DESCRIBE FUNCTION unmade;')).toContain('UNMADE');
  });
});
