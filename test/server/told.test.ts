import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LogFields, type Logger, silentLogger } from '../../src/base/logger.ts';
import { Producer } from '../../src/client/index.ts';
import { eventually, type Json, post, startPlatform, type TestPlatform } from './platform.ts';

/** Rows that a query passes over: told by every statement that looks at the query, and in the log. */

let platform: TestPlatform;
const lines: LogFields[] = [];

function loggerWith(bound: LogFields): Logger {
  return {
    ...silentLogger,
    warn: (message, fields) => lines.push({ message, ...bound, ...fields }),
    child: (fields) => loggerWith({ ...bound, ...fields }),
  };
}

beforeAll(async () => {
  platform = await startPlatform({ logger: loggerWith({}) });
  const { status, body } = await post(`${platform.url}/ksql`, {
    ksql: `
      CREATE STREAM s (k STRING KEY, w BIGINT, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1, TIMESTAMP='w');
      CREATE STREAM quotients AS SELECT k, 10 / v AS q FROM s;
      CREATE TABLE hourly AS SELECT k, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 1 HOUR, GRACE PERIOD 0 SECONDS) GROUP BY k;`,
  });
  expect(status, JSON.stringify(body)).toBe(200);
  const producer = new Producer({ bootstrapServers: platform.bootstrap });
  const values = [
    '{"W":7200000,"V":1}',
    // No time, three times; nothing that can be read, twice; too late for its window; not to be divided by.
    ...['{"W":-5,"V":1}', '{"W":1767225600000000000,"V":1}', '{"W":null,"V":1}'],
    ...['no json', '{"W":'],
    '{"W":1000,"V":1}',
    '{"W":7200001,"V":0}',
    '{"W":7200002,"V":2}',
  ];
  for (const value of values) producer.send({ topic: 's', key: 'a', value });
  await producer.close();
  await eventually(async () => ((await rowsIn('CSAS_QUOTIENTS_1')) === 4 ? true : undefined));
  await eventually(async () => ((await rowsIn('CTAS_HOURLY_2')) === 4 ? true : undefined));
});

afterAll(() => platform.close());

async function ask(ksql: string): Promise<Json> {
  const { body } = await post(`${platform.url}/ksql`, { ksql });
  return (body as Json[])[0] ?? {};
}

async function rowsIn(id: string): Promise<number> {
  const metrics = await (await fetch(`${platform.url}/metrics`)).text();
  const [, rows] = new RegExp(`ksql_query_rows_in_total\\{query_id="${id}"\\} (\\d+)`).exec(metrics) ?? [];
  return Number(rows);
}

const errorsOf = async (id: string): Promise<readonly unknown[]> => {
  const { queryDescription } = await ask(`EXPLAIN ${id};`);
  return (queryDescription as { queryErrors: Json[] }).queryErrors.map(({ errorMessage }) => errorMessage);
};

it('EXPLAIN counts what was dropped by its reason, and lists the errors', async () => {
  const unreadable = [4, 5].map((offset) =>
    expect.stringMatching(new RegExp(`^the record at s-0 offset ${offset} cannot be read: `)),
  );
  const untimed = [-5, '1767225600000000000', 'null'].map((value) =>
    expect.stringMatching(new RegExp(`^TIMESTAMP: .*the column W of the record at s-0 .*: ${value}$`)),
  );
  const counts = [
    '3 rows were dropped: they have no time (invalid-timestamp)',
    '2 rows were dropped: they cannot be read (deserialization)',
  ];
  expect(await errorsOf('CSAS_QUOTIENTS_1')).toEqual([
    ...counts,
    ...untimed,
    ...unreadable,
    expect.stringMatching(/10 \/ .*V.*: .*zero/i),
  ]);
  expect(await errorsOf('CTAS_HOURLY_2')).toEqual([
    ...counts,
    '1 row was dropped: they came after their window was closed (expired-window)',
    ...untimed,
    ...unreadable,
  ]);
});

it('DESCRIBE EXTENDED counts them at what is read and at what is written, with the last error', async () => {
  const statsOf = async (name: string): Promise<unknown> =>
    ((await ask(`DESCRIBE ${name} EXTENDED;`))['sourceDescription'] as Json)['errorStats'];
  // Six of each query: five without a time or not to be read, and one late or divided by zero.
  expect(await statsOf('s')).toMatch(/^consumer-failed-messages: +12 +last-failed: \d{4}-.*last-error: /);
  expect(await statsOf('quotients')).toMatch(
    /^failed-messages: +6 +last-failed: \d{4}-.*last-error: .*zero/i,
  );
  expect(await statsOf('hourly')).toMatch(/^failed-messages: +6 .*last-error: the record at s-0 offset 5/);
});

it('SHOW QUERIES warns of a query that runs and drops rows', async () => {
  const { warnings } = await ask('SHOW QUERIES;');
  expect((warnings as Json[]).map(({ message }) => message)).toEqual([
    expect.stringMatching(
      /^CSAS_QUOTIENTS_1 has dropped 5 rows and met 1 errors; EXPLAIN CSAS_QUOTIENTS_1; shows them\. The last: /,
    ),
    expect.stringMatching(/^CTAS_HOURLY_2 has dropped 6 rows and met 0 errors; /),
  ]);
});

it('the log has one line for each query and kind, however many rows there are', () => {
  const kinds = lines
    .filter(({ kind }) => kind !== undefined)
    .map(({ queryId, kind }) => `${String(queryId)} ${String(kind)}`);
  expect(kinds.toSorted()).toEqual([
    expect.stringMatching(/^CSAS_QUOTIENTS_1 .*10/),
    'CSAS_QUOTIENTS_1 TIMESTAMP',
    'CSAS_QUOTIENTS_1 deserialization',
    'CSAS_QUOTIENTS_1 invalid-timestamp',
    'CTAS_HOURLY_2 TIMESTAMP',
    'CTAS_HOURLY_2 deserialization',
    'CTAS_HOURLY_2 expired-window',
    'CTAS_HOURLY_2 invalid-timestamp',
  ]);
});

it.each([
  ["INSERT INTO s VALUES ('a', 1767225600000000000, 1);", 28, '1767225600000000000'],
  ["INSERT INTO s VALUES ('a', -5, 1);", 28, '-5'],
  ["INSERT INTO s (k, v) VALUES ('a', 1);", 13, 'null'],
])(
  'a row that would be dropped for its time is refused where it is written: %s',
  async (ksql, column, value) => {
    const { status, body } = await post(`${platform.url}/ksql`, { ksql });
    expect([status, (body as Json)['message']]).toEqual([
      400,
      expect.stringMatching(
        new RegExp(
          `^Failed to insert values into 'S'. The row would be dropped: its TIMESTAMP column .W. holds no timestamp: ${value}\n {2}line 1:${column}\n[^]*hint: .*milliseconds`,
        ),
      ),
    ]);
  },
);
