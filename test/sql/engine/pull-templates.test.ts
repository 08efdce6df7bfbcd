import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtInRegistry } from '../../../src/sql/functions/built-in.ts';
import { emptySession, type PreparedStatement, SqlEngine, withProperty } from '../../../src/sql/index.ts';
import { CaseHost } from '../../../src/sql/testing/case-host.ts';

const host = new CaseHost({ isLive: true });
const engine = new SqlEngine({ host, functions: builtInRegistry() });

async function run(script: string): Promise<void> {
  for (const statement of await engine.prepare(script)) await engine.execute(statement);
}

beforeAll(() =>
  run(`CREATE STREAM s (k STRING KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
    CREATE TABLE t AS SELECT k, SUM(v) AS n FROM s GROUP BY k;
    CREATE TABLE by_v AS SELECT v, COUNT(*) AS n FROM s GROUP BY v;
    CREATE FUNCTION twice(x INT) RETURNS INT LANGUAGE JAVASCRIPT AS 'x * 2';
    INSERT INTO s (k, v) VALUES ('a', 1);
    INSERT INTO s (k, v) VALUES ('it''s', 2);
    INSERT INTO s (k, v) VALUES ('', 3);
    INSERT INTO s (k, v) VALUES ('x'' --', 2);`),
);
afterAll(() => engine.close());

async function prepared(sql: string, session = emptySession): Promise<PreparedStatement> {
  const [statement] = await engine.prepare(sql, session);
  if (statement === undefined) throw new Error('there is one statement');
  return statement;
}

async function rows(statement: PreparedStatement): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  const query = await engine.query(statement);
  if (query.kind === 'pull') for await (const page of query.rows) found.push(...page);
  return found;
}

/** Runs a query, and then another one; says whether the second had the plan of the first, and what it has found. */
async function after(first: string, second: string): Promise<readonly unknown[]> {
  await rows(await prepared(first));
  const next = await prepared(second);
  return [next.pull !== undefined, ...(await rows(next))];
}

describe('a pull query that is like one before it', () => {
  it.each([
    ["SELECT k, n FROM t WHERE k = 'b';", "SELECT k, n FROM t WHERE k = 'a';", ['a', 1]],
    [
      "SELECT n + 1 AS m, 'x' AS x FROM t WHERE k='';",
      "SELECT n + 1 AS m, 'x' AS x FROM t WHERE k='it''s';",
      [3, 'x'],
    ],
    ["SELECT n FROM t WHERE k = 'it''s';", "SELECT n FROM t WHERE k = '';", [3]],
    ["SELECT n FROM t WHERE k = 'a';", "SELECT n FROM t WHERE k = 'x'' --';", [2]],
    ['SELECT n FROM by_v WHERE v = 1;', 'SELECT n FROM by_v WHERE v = 2;', [2]],
  ])('has its plan: %s, %s', async (first, second, row) => {
    expect(await after(first, second)).toEqual([true, row]);
  });

  it.each([
    ['another column', "SELECT n FROM t WHERE k = 'a';", "SELECT k FROM t WHERE k = 'a';", ['a']],
    [
      'a literal of another kind',
      'SELECT v FROM by_v WHERE v = 1;',
      "SELECT v FROM by_v WHERE v = '1';",
      undefined,
    ],
    [
      'a condition of more parts',
      "SELECT n AS p FROM t WHERE n = 1 AND k = 'b';",
      "SELECT n AS p FROM t WHERE n = 1 AND k = 'a';",
      [1],
    ],
    ['a column that is no key', 'SELECT k FROM t WHERE n = 2;', 'SELECT k FROM t WHERE n = 1;', ['a']],
    [
      'an inequality',
      "SELECT n AS q FROM t WHERE k != 'b' AND n = 1 AND k >= 'b';",
      "SELECT n AS q FROM t WHERE k != 'b' AND n = 1 AND k >= 'a';",
      [1],
    ],
    [
      'a comment',
      "SELECT n AS r FROM t WHERE k = 'b' -- k = 'b'",
      "SELECT n AS r FROM t WHERE k = 'b' -- k = 'a'\n;",
      undefined,
    ],
    [
      'a function of a user',
      "SELECT twice(n) AS w FROM t WHERE k = 'b';",
      "SELECT twice(n) AS w FROM t WHERE k = 'a';",
      [2],
    ],
    [
      'a limit',
      "SELECT n AS l FROM t WHERE k = 'a' LIMIT 1;",
      "SELECT n AS l FROM t WHERE k = 'a' LIMIT 0;",
      undefined,
    ],
    [
      'a number that is no INTEGER',
      'SELECT n FROM by_v WHERE v = 1;',
      'SELECT n FROM by_v WHERE v = 1234567890;',
      undefined,
    ],
  ])('is planned for itself where it differs in %s', async (_, first, second, row) => {
    await rows(await prepared(first));
    const next = await engine.prepare(second).then(
      ([statement]) => statement,
      () => undefined,
    );
    expect(next?.pull).toBeUndefined();
    const found = next === undefined ? [] : await rows(next).catch(() => []);
    expect(found).toEqual(row === undefined ? [] : [row]);
  });

  it('is planned for itself in a session of its own', async () => {
    const sql = "SELECT k, n FROM t WHERE k = 'a';";
    await rows(await prepared(sql));
    const session = withProperty(emptySession, 'ksql.query.pull.table.scan.enabled', 'false');
    expect((await prepared(sql, session)).pull).toBeUndefined();
  });

  it('is planned anew when something has changed, and refused as ever', async () => {
    const sql = "SELECT k, n FROM other WHERE k = 'it''s';";
    await run('CREATE TABLE other AS SELECT k, SUM(v) AS n FROM s GROUP BY k;');
    await rows(await prepared(sql));
    const before = await prepared(sql);
    expect(before.pull).toBeDefined();
    await run(`DROP TABLE other DELETE TOPIC;
      CREATE TABLE other AS SELECT k, COUNT(*) AS m, SUM(v) AS n FROM s GROUP BY k;
      INSERT INTO s (k, v) VALUES ('it''s', 50);`);
    // Of the table as it is now, whose columns have other places.
    const [[, sum] = []] = (await rows(before)) as readonly (readonly unknown[])[];
    expect(sum).toBeGreaterThanOrEqual(50);
    await run('DROP TABLE other;');
    await expect(rows(before)).rejects.toThrow('OTHER');
    await expect(prepared(sql)).rejects.toThrow('OTHER does not exist');
  });
});
