import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPlatform, type TestPlatform } from './platform.ts';
import { postSql } from './post-sql.ts';

/** Each kind of statement that can be refused, with the place that the answer shows. */

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startPlatform();
  const { status, message } = await post(
    '/ksql',
    `CREATE STREAM f (k STRING KEY, v INT) WITH (KAFKA_TOPIC='f', VALUE_FORMAT='JSON', PARTITIONS=1);
     CREATE STREAM h (k STRING KEY, v INT, b BYTES HEADER('b')) WITH (KAFKA_TOPIC='h', VALUE_FORMAT='JSON', PARTITIONS=1);
     CREATE TABLE t (k STRING PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);
     CREATE SOURCE TABLE st (k STRING PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='st', VALUE_FORMAT='JSON', PARTITIONS=1);
     CREATE STREAM copy AS SELECT * FROM f;
     CREATE TABLE w AS SELECT k, COUNT(*) AS n FROM f WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY k;
     CREATE TYPE address AS STRUCT<street STRING>;`,
  );
  expect(status, message).toBe(200);
});

afterAll(() => platform.close());

const post = (path: string, sql: string) => postSql(platform.url, path, sql);

const WITH = "WITH (KAFKA_TOPIC='x', VALUE_FORMAT='JSON', PARTITIONS=1)";

it.each([
  ['a list without an end', `SELECT ${'a,'.repeat(200_000)}`],
  ['one long word', 'a'.repeat(400_000)],
  ['parentheses', '('.repeat(400_000)],
  [
    'a mistake at the end of a long line',
    `INSERT INTO f VALUES ('a', ${'1 + '.repeat(200)}nosuch${' '.repeat(200_000)});`,
  ],
])('gives back a part of a long text: %s', async (_, sql) => {
  const response = await fetch(`${platform.url}/ksql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ksql: sql }),
  });
  expect(response.status).toBe(400);
  const text = await response.text();
  expect(text.length).toBeLessThan(35_000);
  expect(text).toContain(`(${sql.trim().length} characters in all)`);
});

describe('a refused statement says where: line, column, and what is underlined', () => {
  it.each([
    // INSERT INTO ... VALUES
    ["INSERT INTO f VALUES ('a', 1, 2);", 31, '2'],
    ["INSERT INTO f VALUES ('a');", 13, 'f'],
    ["INSERT INTO f (k, k, v) VALUES ('a', 'b');", 13, 'f'],
    ["INSERT INTO f (k, nosuch) VALUES ('a', 1);", 13, 'f'],
    ["INSERT INTO f (ROWTIME, k) VALUES (-1, 'a');", 13, 'f'],
    ["INSERT INTO f (ROWTIME, k) VALUES (1700000000000000000, 'a');", 13, 'f'],
    ["INSERT INTO f (ROWOFFSET, k) VALUES (1, 'a');", 13, 'f'],
    ["INSERT INTO f VALUES ('a', 'b');", 28, "'b'"],
    ["INSERT INTO f VALUES ('a', 1 / 0);", 28, '1 / 0'],
    ["INSERT INTO f VALUES ('a', x.v);", 28, 'x.v'],
    ["INSERT INTO h VALUES ('a', 1, 'b');", 13, 'h'],
    ["INSERT INTO h (k, b) VALUES ('a', 'b');", 13, 'h'],
    ['INSERT INTO t (v) VALUES (1);', 13, 't'],
    ["INSERT INTO st VALUES ('a', 1);", 13, 'st'],
    ["INSERT INTO w VALUES ('a', 1);", 13, 'w'],
    // INSERT INTO ... SELECT
    ['INSERT INTO t SELECT * FROM f;', 13, 't'],
    ['INSERT INTO st SELECT * FROM f;', 13, 'st'],
    ['INSERT INTO h SELECT * FROM f;', 13, 'h'],
    ['INSERT INTO f SELECT k, v AS x FROM copy;', 15, 'SELECT k, v AS x FROM copy'],
    ['INSERT INTO f SELECT k, COUNT(*) FROM copy GROUP BY k;', 15, 'SELECT k, COUNT(*) FROM copy GROUP BY k'],
    ["INSERT INTO f WITH (QUERY_ID='a b') SELECT * FROM copy;", 13, 'f'],
    // ALTER
    ['ALTER STREAM f ADD COLUMN v INT;', 27, 'v INT'],
    ['ALTER TABLE f ADD COLUMN x INT;', 13, 'f'],
    ['ALTER STREAM copy ADD COLUMN x INT;', 14, 'copy'],
    ['ALTER TABLE st ADD COLUMN x INT;', 13, 'st'],
    ['ALTER STREAM f ADD COLUMN x NOSUCH;', 29, 'NOSUCH'],
    // HAVING
    ['SELECT k, COUNT(*) FROM f GROUP BY k HAVING v > 1 EMIT CHANGES;', 45, 'v > 1'],
    ['SELECT k, COUNT(*) FROM f GROUP BY k HAVING COUNT(*) EMIT CHANGES;', 45, 'COUNT(*)'],
    ['SELECT k, COUNT(*) FROM f GROUP BY k HAVING nosuch > 1 EMIT CHANGES;', 45, 'nosuch'],
    ['SELECT k, v FROM f HAVING v > 1 EMIT CHANGES;', 27, 'v > 1'],
    ["SELECT k, COUNT(*) FROM f GROUP BY k HAVING COUNT(*) > 'a' EMIT CHANGES;", 45, "COUNT(*) > 'a'"],
    // DROP
    ['DROP TABLE f;', 12, 'f'],
    ['DROP STREAM f;', 13, 'f'],
    ['DROP TABLE st DELETE TOPIC;', 12, 'st'],
    // All others: what they are about, or the statement
    [`CREATE STREAM f (k STRING KEY) ${WITH};`, 1, undefined],
    [`CREATE OR REPLACE TABLE f (k STRING PRIMARY KEY) ${WITH};`, 1, undefined],
    ["CREATE STREAM x (k STRING KEY) WITH (KAFKA_TOPIC='none', VALUE_FORMAT='JSON');", 1, undefined],
    ["CREATE STREAM x (k STRING KEY) WITH (VALUE_FORMAT='JSON', PARTITIONS=1);", 1, undefined],
    [`CREATE STREAM x (k STRING KEY) ${WITH.replace(')', ", TIMESTAMP='nosuch')")};`, 100, "'nosuch'"],
    ['CREATE TABLE x AS SELECT * FROM f;', 1, undefined],
    ['CREATE STREAM x AS SELECT k, v, v FROM f GROUP BY k;', 33, 'v'],
    ['CREATE TYPE address AS STRUCT<a INT>;', 1, undefined],
    ['DROP TYPE nosuch;', 11, 'nosuch'],
    ['TERMINATE nosuch;', 1, undefined],
    ['PAUSE nosuch;', 1, undefined],
    ['EXPLAIN nosuch;', 1, undefined],
    ['DESCRIBE nosuch;', 10, 'nosuch'],
    ['SHOW CONNECTORS;', 1, undefined],
    ['SELECT * FROM t WHERE v = 1 AND nosuch = 2;', undefined, undefined],
    ['SELECT * FROM t;', 15, 't'],
    ['EXPLAIN SELECT * FROM t;', 23, 't'],
  ])('%s', async (statement, column, underlined) => {
    const path = statement.startsWith('SELECT') ? '/query-stream' : '/ksql';
    const { status, message } = await post(path, `\n${statement}`);
    expect(status, message).toBe(400);
    const [, line, at] = /\n {2}line (\d+):(\d+)\n/.exec(message) ?? [];
    expect(message).toMatch(/\n {2}line \d+:\d+\n/);
    expect(Number(line)).toBe(2);
    if (column !== undefined) expect(Number(at), message).toBe(column);
    if (underlined !== undefined) {
      const [, text = '', marks = ''] = /\n {2}\| ([^\n]*)\n {2}\|( *\^+)/.exec(message) ?? [];
      expect(text.slice(marks.indexOf('^') - 1, marks.length - 1), message).toBe(underlined);
    }
  });
});
