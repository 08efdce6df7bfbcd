import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Json, post, startPlatform, type TestPlatform } from './platform.ts';

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startPlatform({ properties: { 'ksql.udf.javascript.call.max.ms': '100' } });
  await done(`CREATE STREAM readings (id STRING KEY, v INT, s STRING) WITH (KAFKA_TOPIC='readings', VALUE_FORMAT='JSON', PARTITIONS=1);
    INSERT INTO readings (id, v, s) VALUES ('a', 1, 'one two');
    INSERT INTO readings (id, v, s) VALUES ('b', 2, 'three');`);
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

/** Rows of a SELECT that comes to an end. */
async function rows(sql: string): Promise<readonly unknown[]> {
  const answer = await fetch(`${platform.url}/query-stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sql }),
  });
  const lines = (await answer.text()).trim().split('\n');
  return lines.slice(1).map((line) => JSON.parse(line) as unknown);
}

/** Each SELECT is a query: one is asked for after the other, with a pause. */
const POLL_MS = 200;

/** Waits until so many rows are there. */
const rowsOf = (sql: string, count: number): Promise<readonly unknown[]> =>
  eventually(async () => {
    const found = await rows(sql);
    if (found.length >= count) return found;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    return undefined;
  });

/** Waits until a pull query has one row of this value. */
const holds = (sql: string, value: unknown): Promise<true> =>
  eventually(async () => {
    if (JSON.stringify(await rows(sql)) === JSON.stringify([[value]])) return true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    return undefined;
  });

async function errorsOf(query: string): Promise<string> {
  const [answer] = await done(`EXPLAIN ${query};`);
  const { queryErrors } = (answer?.['queryDescription'] ?? {}) as { readonly queryErrors?: readonly Json[] };
  return (queryErrors ?? []).map((error) => String(error['errorMessage'])).join('\n');
}

describe('a scalar function', () => {
  it('is made, shown, described and called', async () => {
    const [made] = await done(
      "CREATE FUNCTION twice(x INT) RETURNS BIGINT LANGUAGE JAVASCRIPT AS 'return x * 2;';",
    );
    expect(made).toMatchObject({
      commandId: 'function/`TWICE`/create',
      commandStatus: { status: 'SUCCESS', message: 'Created function TWICE' },
    });
    const [shown] = await done('SHOW FUNCTIONS;');
    expect(shown?.['functions']).toContainEqual({ name: 'TWICE', type: 'SCALAR', category: 'OTHER' });
    const [described] = await done('DESCRIBE FUNCTION twice;');
    expect(described).toMatchObject({
      ...{ name: 'TWICE', type: 'SCALAR', version: '1', path: 'CREATE FUNCTION' },
      functions: [
        {
          arguments: [{ name: 'x', type: 'INTEGER', isVariadic: false }],
          ...{ returnType: 'BIGINT', description: 'return x * 2;' },
        },
      ],
    });
    await done("CREATE STREAM doubled WITH (QUERY_ID='doubled') AS SELECT id, twice(v) AS w FROM readings;");
    expect(await rowsOf('SELECT id, w FROM doubled;', 2)).toEqual([
      ['a', 2],
      ['b', 4],
    ]);
    expect(await rows('SELECT twice(v) FROM readings EMIT CHANGES LIMIT 2;')).toEqual([[2], [4]]);
  });

  it('is dropped when no query uses it, and replaced at any time: queries keep what they were planned with', async () => {
    expect(await refused('DROP FUNCTION twice;')).toContain('the following queries use it: [DOUBLED]');
    expect(await refused("CREATE FUNCTION twice(x INT) RETURNS INT LANGUAGE JAVASCRIPT AS 'x';")).toContain(
      "Cannot add function 'TWICE'",
    );
    const [kept] = await done(
      "CREATE FUNCTION IF NOT EXISTS twice(x INT) RETURNS INT LANGUAGE JAVASCRIPT AS 'x';",
    );
    expect(kept).toMatchObject({ '@type': 'warning_entity', message: 'Function TWICE already exists' });
    const [replaced] = await done(
      'CREATE OR REPLACE FUNCTION twice(x INT) RETURNS BIGINT LANGUAGE JAVASCRIPT AS $$ (n) => `${n}`.length + 1000 $$;',
    );
    expect(replaced).toMatchObject({ commandStatus: { message: 'Replaced function TWICE by version 2' } });
    await done("INSERT INTO readings (id, v, s) VALUES ('c', 3, NULL);");
    expect((await rowsOf('SELECT id, w FROM doubled;', 3))[2]).toEqual(['c', 6]);
    await done('CREATE STREAM other AS SELECT id, twice(v) AS w FROM readings;');
    expect((await rowsOf('SELECT id, w FROM other;', 3))[2]).toEqual(['c', 1001]);
    // A query that is replaced has the function as it is now.
    await done('CREATE OR REPLACE STREAM doubled AS SELECT id, twice(v) AS w FROM readings;');
    await done("INSERT INTO readings (id, v, s) VALUES ('d', 4, 'four');");
    expect((await rowsOf('SELECT id, w FROM doubled;', 4))[3]).toEqual(['d', 1001]);
    await done('DROP STREAM other DELETE TOPIC; DROP STREAM doubled DELETE TOPIC; DROP FUNCTION twice;');
    expect(await refused('SELECT twice(v) FROM readings EMIT CHANGES;')).toContain('TWICE');
  });

  it.each([
    ["CREATE FUNCTION len(x INT) RETURNS INT LANGUAGE JAVASCRIPT AS 'x';", 'LEN is a function of the server'],
    ["CREATE FUNCTION f(x INT) RETURNS INT LANGUAGE JAVA AS 'x';", 'Functions cannot be written in JAVA'],
    ["CREATE FUNCTION f(x INT) RETURNS nothing LANGUAGE JAVASCRIPT AS 'x';", 'NOTHING'],
    ["CREATE FUNCTION f(x INT) RETURNS INT LANGUAGE JAVASCRIPT AS 'return x +;';", 'SyntaxError'],
    [
      "CREATE FUNCTION f(x INT, x INT) RETURNS INT LANGUAGE JAVASCRIPT AS 'x';",
      'The parameter x is there twice',
    ],
    ["CREATE AGGREGATE FUNCTION f(x INT) RETURNS INT LANGUAGE JAVASCRIPT AS 'x';", "'x' is not defined"],
    ['DROP FUNCTION len;', 'LEN is a function of the server'],
    ['DROP FUNCTION f;', "Function 'F' does not exist"],
  ])('is refused: %s', async (sql, message) => {
    expect(await refused(sql)).toContain(message);
  });
});

describe('a function that does what it should not', () => {
  const bad = {
    loops: 'while (true);',
    allocates: 'for (const all = []; ; ) all.push(new Uint8Array(1 << 20));',
    throws: "throw new RangeError('not today');",
    lies: "return 'no number';",
    reaches: 'return process.pid;',
  };
  const told = {
    loops: /function LOOPS failed: it takes longer than 100 ms/,
    allocates: /function ALLOCATES failed: it takes more memory than/,
    throws: /function THROWS failed: RangeError: not today/,
    lies: /function LIES failed: it gives a string where INTEGER is declared/,
    reaches: /function REACHES failed: ReferenceError: .*process/,
  };

  it('ends alone, with its name, and its query goes on', async () => {
    const names = Object.keys(bad) as (keyof typeof bad)[];
    for (const name of names) {
      await done(`CREATE FUNCTION ${name}(x INT) RETURNS INT LANGUAGE JAVASCRIPT AS $$
        if (x !== 1) return x;
        ${bad[name]}
      $$;`);
    }
    const columns = names.map((name) => `${name}(v) AS ${name}`).join(', ');
    await done(
      `CREATE STREAM after WITH (QUERY_ID='after') AS SELECT id, ${columns}, v + 1 AS u FROM readings WHERE v < 4;`,
    );
    const found = (await rowsOf('SELECT * FROM after;', 3)) as unknown[][];
    expect(found[0]).toEqual(['a', ...names.map(() => null), 2]);
    // One that has run out of its time is not called for a while: of `loops` nothing is sure.
    expect(found.slice(1).map((row) => row.toSpliced(1, 1))).toEqual([
      ['b', 2, 2, 2, 2, 3],
      ['c', 3, 3, 3, 3, 4],
    ]);
    const errors = await errorsOf('after');
    for (const name of names) expect(errors).toMatch(told[name]);
    const [queries] = await done('SHOW QUERIES;');
    expect(JSON.stringify(queries)).not.toContain('ERROR');
  });
});

describe('an aggregate function', () => {
  it('keeps a state for each group, merges sessions and takes rows back', async () => {
    await done(`CREATE AGGREGATE FUNCTION mean(x INT) RETURNS DOUBLE STATE STRUCT<N INT, TOTAL BIGINT> LANGUAGE JAVASCRIPT AS $$ ({
        initialize: () => ({ N: 0, TOTAL: 0 }),
        aggregate(state, x) {
          if (x === 3) throw new Error('no three');
          return { N: state.N + 1, TOTAL: state.TOTAL + x };
        },
        merge: (a, b) => ({ N: a.N + b.N, TOTAL: a.TOTAL + b.TOTAL }),
        undo: (state, x) => ({ N: state.N - 1, TOTAL: state.TOTAL - x }),
        result: ({ N, TOTAL }) => (N === 0 ? null : TOTAL / N),
      }) $$;
      CREATE TABLE means WITH (QUERY_ID='means') AS SELECT 'all' AS k, mean(v) AS m FROM readings GROUP BY 'all';
      CREATE TABLE sessions AS SELECT 'all' AS k, mean(v) AS m FROM readings WINDOW SESSION (1 HOUR) GROUP BY 'all';
      CREATE TABLE latest AS SELECT id, LATEST_BY_OFFSET(v) AS v FROM readings GROUP BY id;
      CREATE TABLE of_table AS SELECT 'all' AS k, mean(v) AS m FROM latest GROUP BY 'all';`);
    const mean = (1 + 2 + 4) / 3;
    for (const table of ['means', 'sessions', 'of_table']) {
      await holds(`SELECT m FROM ${table} WHERE k = 'all';`, mean);
    }
    expect(await errorsOf('means')).toContain('function MEAN failed: Error: no three');
    const [described] = await done('DESCRIBE FUNCTION mean;');
    expect(described).toMatchObject({ type: 'AGGREGATE', functions: [{ returnType: 'DOUBLE' }] });
  });

  it('needs merge for sessions and undo for tables', async () => {
    await done(`CREATE AGGREGATE FUNCTION longest(s STRING) RETURNS STRING LANGUAGE JAVASCRIPT
      AS '({ initialize: () => null, aggregate: (a, s) => (s !== null && (a === null || s.length > a.length) ? s : a) })';`);
    const query = (window: string, source: string): string =>
      `CREATE TABLE none AS SELECT 'all' AS k, longest(s) AS l FROM ${source} ${window} GROUP BY 'all';`;
    expect(await refused(query('WINDOW SESSION (1 HOUR)', 'readings'))).toContain('no merge(a, b)');
    await done('CREATE TABLE texts AS SELECT id, LATEST_BY_OFFSET(s) AS s FROM readings GROUP BY id;');
    expect(await refused(query('', 'texts'))).toContain('cannot be applied to a table source');
    await done(query('', 'readings'));
    await holds("SELECT l FROM none WHERE k = 'all';", 'one two');
  });
});

describe('a table function', () => {
  it('makes rows of a row', async () => {
    await done(`CREATE TABLE FUNCTION words(s STRING) RETURNS STRUCT<W STRING, N INT> LANGUAGE JAVASCRIPT AS $$
      if (s === 'four') throw new Error('no four');
      return (s ?? '').split(' ').filter(Boolean).map((W) => ({ W, N: W.length }));
    $$;
    CREATE STREAM split WITH (QUERY_ID='split') AS SELECT id, words(s)->W AS w FROM readings;`);
    expect(await rowsOf('SELECT id, w FROM split;', 3)).toEqual([
      ['a', 'one'],
      ['a', 'two'],
      ['b', 'three'],
    ]);
    await eventually(async () => ((await errorsOf('split')).includes('no four') ? true : undefined));
  });

  it('is not taken for a table of that name', async () => {
    await done(`CREATE STREAM function (id STRING KEY) WITH (KAFKA_TOPIC='f', VALUE_FORMAT='JSON', PARTITIONS=1);
      CREATE OR REPLACE STREAM function (id STRING KEY, v INT) WITH (KAFKA_TOPIC='f', VALUE_FORMAT='JSON');
      DROP STREAM function;`);
  });
});

it('functions and the queries that call them are there after a restart', async () => {
  const { data } = platform;
  await platform.stop();
  platform = await startPlatform({ data, properties: { 'ksql.udf.javascript.call.max.ms': '100' } });
  expect((await done('DESCRIBE FUNCTION mean;'))[0]).toMatchObject({ name: 'MEAN' });
  expect(await refused('DROP FUNCTION mean;')).toContain('[MEANS, ');
  await done("INSERT INTO readings (id, v, s) VALUES ('e', 21, NULL);");
  await holds("SELECT m FROM means WHERE k = 'all';", (1 + 2 + 4 + 21) / 4);
});

it('a server may do without', async () => {
  const without = await startPlatform({ properties: { 'ksql.udfs.enabled': 'false' } });
  const answer = await post(`${without.url}/ksql`, {
    ksql: "CREATE FUNCTION f() RETURNS INT LANGUAGE JAVASCRIPT AS '1';",
  });
  expect(answer).toMatchObject({ status: 400, body: { message: expect.stringContaining('switched off') } });
  await without.close();
});
