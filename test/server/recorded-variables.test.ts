import { expect, it } from 'vitest';
import { type Json, post, startPlatform } from './platform.ts';

/** Of the one answer to a statement. */
async function answer(url: string, ksql: string): Promise<Json> {
  const { status, body } = await post(`${url}/ksql`, { ksql });
  expect([status, ksql, status === 200 ? '' : body]).toEqual([200, ksql, '']);
  return (body as Json[]).at(-1) ?? {};
}

const explained = async (url: string, id: string): Promise<string> =>
  String(((await answer(url, `EXPLAIN ${id};`))['queryDescription'] as Json)['executionPlan']);

it('records statements with the values of their variables, and means the same after a restart', async () => {
  const first = await startPlatform();
  await answer(
    first.url,
    `CREATE STREAM s (k STRING KEY, a INT) WITH (KAFKA_TOPIC = 's', VALUE_FORMAT = 'JSON', PARTITIONS = 1);
     DEFINE word = 'it''s';
     DEFINE least = '3';
     CREATE STREAM kept AS SELECT k, '\${word}' AS word FROM s WHERE a > \${least};
     CREATE STREAM ended AS SELECT * FROM s;`,
  );
  const text = String(((await answer(first.url, 'SHOW QUERIES;'))['queries'] as Json[])[0]?.['queryString']);
  expect(text).toContain("SELECT k, 'it''s' AS word FROM s WHERE a > 3");
  const ended = await answer(first.url, "DEFINE q = 'CSAS_ENDED_2'; TERMINATE ${q};");
  expect(ended).toMatchObject({
    commandId: 'terminate/`CSAS_ENDED_2`/execute',
    commandStatus: { status: 'SUCCESS' },
  });
  expect(await explained(first.url, 'CSAS_KEPT_1')).toContain("'it''s'");
  await first.stop();

  const second = await startPlatform({ data: first.data });
  try {
    const queries = (await answer(second.url, 'SHOW QUERIES;'))['queries'] as Json[];
    expect(queries.map(({ id, queryString }) => [id, queryString])).toEqual([['CSAS_KEPT_1', text]]);
    expect(await explained(second.url, 'CSAS_KEPT_1')).toContain("'it''s'");
  } finally {
    await second.close();
  }
});

it('explains a query that runs although what its statement named has gone', async () => {
  const platform = await startPlatform();
  try {
    await answer(
      platform.url,
      `CREATE STREAM s (k STRING KEY, a INT) WITH (KAFKA_TOPIC = 's', VALUE_FORMAT = 'JSON', PARTITIONS = 1);
       CREATE TYPE whole AS BIGINT;
       CREATE STREAM t AS SELECT k, CAST(a AS whole) AS a FROM s;
       DROP TYPE whole;`,
    );
    const plan = await explained(platform.url, 'CSAS_T_2');
    expect(plan).toContain(
      'the statement cannot be planned any more: Failed to prepare statement: Cannot resolve unknown type: WHOLE',
    );
    expect(plan).toContain('CAST');
  } finally {
    await platform.close();
  }
});
