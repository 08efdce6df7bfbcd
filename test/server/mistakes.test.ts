import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestPlatform, startPlatform } from './platform.ts';

/** Mistakes as people make them, each with the way out that the answer shows. */

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startPlatform();
  const { status } = await post(
    '/ksql',
    `CREATE STREAM flights (origin STRING KEY, delay INT) WITH (KAFKA_TOPIC='flights', VALUE_FORMAT='JSON', PARTITIONS=1);
     CREATE TYPE address AS STRUCT<street STRING>;`,
  );
  expect(status).toBe(200);
});

afterAll(() => platform.close());

async function post(
  path: string,
  sql: string,
): Promise<{ readonly status: number; readonly message: string }> {
  const answer = await fetch(platform.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(path === '/ksql' ? { ksql: sql } : { sql }),
  });
  const body = (await answer.json()) as { readonly message?: string };
  return { status: answer.status, message: body.message ?? '' };
}

const WITH = "WITH (KAFKA_TOPIC='x', VALUE_FORMAT='JSON', PARTITIONS=1)";

describe('a mistake is answered with the way out', () => {
  it.each([
    [
      'SELECT * FROM flight EMIT CHANGES;',
      /FLIGHT does not exist\.\n {2}line 1:15\n[^]*did you mean FLIGHTS\?/,
    ],
    ['DESCRIBE flight;', /did you mean FLIGHTS\?/],
    ['DROP STREAM flight;', /line 1:1\n[^]*did you mean FLIGHTS\?/],
    ['ALTER STREAM flight ADD COLUMN a INT;', /did you mean FLIGHTS\?/],
    ['INSERT INTO flight SELECT * FROM flights;', /did you mean FLIGHTS\?/],
    ["INSERT INTO flight (origin) VALUES ('a');", /did you mean FLIGHTS\?/],
    ["INSERT INTO flights (orign) VALUES ('a');", /did you mean ORIGIN\?/],
    ['DROP TYPE adress;', /did you mean ADDRESS\?/],
    ['DESCRIBE FUNCTION CONCATT;', /did you mean CONCAT\?/],
    ['SELECT CONCATT(origin) FROM flights EMIT CHANGES;', /did you mean CONCAT\?/],
    ['EXPLAIN nosuch;', /Unknown queryId: NOSUCH\n {2}hint: SHOW QUERIES; lists them/],
    ['TERMINATE nosuch;', /hint: SHOW QUERIES; lists them/],
    [`CREATE STREAM a (a INTT) ${WITH};`, /unknown type: INTT\n[^]*\^[^]*did you mean INT\?/],
    [`CREATE STREAM a (a ARRAY) ${WITH};`, /hint: it is written as ARRAY<INT>/],
    [`CREATE STREAM a (a MAP) ${WITH};`, /hint: it is written as MAP<STRING, INT>/],
    [`CREATE STREAM a (a DECIMAL) ${WITH};`, /hint: DECIMAL\(10, 2\)/],
    [`CREATE STREAM a (a TEXT) ${WITH};`, /hint: here it is STRING/],
    [
      'SELECT * FROM flights WHERE origin = "ATL" EMIT CHANGES;',
      /hint: a text is written in single quotes: 'ATL'/,
    ],
    ['SELECT dellay FROM flights EMIT CHANGES;', /did you mean DELAY\?/],
    ['SHOW STREAM;', /did you mean STREAMS\?/],
    ['SELECT * FROM flights ORDER BY delay EMIT CHANGES;', /hint: there is no ORDER BY/],
  ])('%s', async (statement, wayOut) => {
    const path = statement.startsWith('SELECT') ? '/query-stream' : '/ksql';
    const { status, message } = await post(path, statement);
    expect(status).toBe(400);
    expect(message).toMatch(wayOut);
  });

  it('has its place in the whole text, also where it is found when the statement runs', async () => {
    const { message } = await post('/ksql', 'SHOW STREAMS;\n\n  DROP TYPE adress;');
    expect(message).toContain('  line 3:3\n  |   DROP TYPE adress');
  });

  it('knows a name that differs in case alone, and then no other', async () => {
    const { message } = await post('/ksql', 'DROP STREAM `flights`;');
    expect(message).toContain('Did you mean FLIGHTS? Hint: try removing double quotes');
    expect(message).not.toContain('did you mean');
  });
});
