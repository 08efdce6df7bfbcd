import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Json, post, startPlatform, type TestPlatform } from './platform.ts';

/**
 * `ksql.query.push.waiting.bytes.max`: what one record results in waits for the client, and is given back when the client
 * has taken it.
 */

const WAITING_BYTES_MAX = 100_000;
/** A row has 8 characters or more: the rows of one record have less than the limit, those of two more. */
const ROWS_OF_RECORD = 8_000;
const RECORDS = 12;

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startPlatform({
    properties: { 'ksql.query.push.waiting.bytes.max': String(WAITING_BYTES_MAX) },
  });
  const inserts = Array.from({ length: RECORDS }, () => `INSERT INTO s VALUES ('k', ${ROWS_OF_RECORD});`);
  const ksql = `
    CREATE STREAM s (k STRING KEY, n INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
    CREATE STREAM big (k STRING KEY, n INT) WITH (KAFKA_TOPIC='big', VALUE_FORMAT='JSON', PARTITIONS=1);
    INSERT INTO big VALUES ('k', ${ROWS_OF_RECORD * 4});
    ${inserts.join('\n')}`;
  const { status, body } = await post(`${platform.url}/ksql`, { ksql });
  expect(status, JSON.stringify(body)).toBe(200);
});
afterAll(() => platform.close());

const begin = (sql: string): Promise<Response> =>
  fetch(`${platform.url}/query-stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sql, properties: { 'auto.offset.reset': 'earliest' } }),
  });

const rowsOf = async (response: Response): Promise<readonly string[]> =>
  (await response.text()).trim().split('\n').slice(1);

const NUMBERS = 'EXPLODE(GENERATE_SERIES(100000, 99999 + n)) AS i';

/** Resolves when no push query runs. */
const noneRuns = (): Promise<true> =>
  eventually(async () => {
    const metrics = await (await fetch(`${platform.url}/metrics`)).text();
    return /^ksql_push_queries 0$/m.test(metrics) ? true : undefined;
  });

describe('rows that wait for a client', () => {
  it('do not add up over records: what was sent does not wait any more', async () => {
    const limit = ROWS_OF_RECORD * RECORDS;
    const rows = await rowsOf(await begin(`SELECT ${NUMBERS} FROM s EMIT CHANGES LIMIT ${limit};`));
    expect(rows.find((row) => !row.startsWith('['))).toBeUndefined();
    expect(rows).toHaveLength(ROWS_OF_RECORD * RECORDS);
    expect(rows.at(-1)).toBe(`[${99_999 + ROWS_OF_RECORD}]`);
  });

  it('are more than may wait where one record makes them: the query is ended and says so', async () => {
    // More than any connection takes of which nobody reads.
    const response = await begin(`SELECT ${NUMBERS}, RPAD('', 1000, 'x') AS x FROM big EMIT CHANGES;`);
    await noneRuns();
    const rows = await rowsOf(response);
    expect(rows.at(-1)).toContain(
      `The client is too slow: more than ${WAITING_BYTES_MAX} bytes of rows wait for it`,
    );
    expect(rows.length).toBeLessThan(ROWS_OF_RECORD * 4);
    await eventually(async () => {
      const { body } = await post(`${platform.url}/ksql`, { ksql: 'SHOW QUERIES;' });
      const [{ queries = [] } = {}] = body as readonly { readonly queries?: readonly Json[] }[];
      return queries.length === 0 ? true : undefined;
    });
  });
});
