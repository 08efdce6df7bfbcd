import { expect, it } from 'vitest';
import { type Json, post, startPlatform } from './platform.ts';

/** Ids that look like those of other queries: what a query is, reads and writes is in its plan alone, also after a start. */

const source = (kind: string, name: string, key = 'KEY'): string =>
  `CREATE ${kind} ${name} (k STRING ${key}, v INT) WITH (KAFKA_TOPIC='${name}', VALUE_FORMAT='JSON', PARTITIONS=1);`;

it('takes no id for what a query is, and none for its number', async () => {
  let platform = await startPlatform();
  const run = async (ksql: string): Promise<{ readonly status: number; readonly body: unknown }> =>
    post(`${platform.url}/ksql`, { ksql });
  const accept = async (ksql: string): Promise<readonly Json[]> => {
    const { status, body } = await run(ksql);
    expect(body, JSON.stringify(body)).toBeInstanceOf(Array);
    expect(status).toBe(200);
    return body as readonly Json[];
  };
  const refuse = async (ksql: string, message: string): Promise<void> => {
    expect(await run(ksql)).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining(message) as string },
    });
  };
  const queries = async (): Promise<Readonly<Record<string, unknown>>> => {
    const [answer = {}] = await accept('SHOW QUERIES;');
    return Object.fromEntries((answer['queries'] as readonly Json[]).map(({ id, sinks }) => [id, sinks]));
  };
  const restart = async (): Promise<void> => {
    await platform.stop();
    platform = await startPlatform({ data: platform.data });
  };

  try {
    await accept(source('STREAM', 'src') + source('STREAM', 'sink'));
    await accept(source('SOURCE TABLE', 'orders', 'PRIMARY KEY'));
    await accept(source('SOURCE TABLE', 'orders_2', 'PRIMARY KEY'));
    await accept(
      "CREATE STREAM mine WITH (QUERY_ID='my_insertquery_99999999999999999999999') AS SELECT * FROM src;",
    );
    await accept("INSERT INTO sink WITH (QUERY_ID='x_csas_mine_0') SELECT * FROM src;");
    await accept("INSERT INTO sink WITH (QUERY_ID='transient_src_5') SELECT * FROM src;");
    await accept("CREATE STREAM last WITH (QUERY_ID='scalable_push_query_src_7') AS SELECT * FROM src;");
    await accept('CREATE STREAM after AS SELECT * FROM src;');
    await refuse("INSERT INTO sink WITH (QUERY_ID='X_CSAS_MINE_0') SELECT * FROM src;", 'already exists');
    await refuse(
      "INSERT INTO sink WITH (QUERY_ID='cst_orders_2') SELECT * FROM src;",
      'reserved query ID prefix',
    );
    const running = {
      CST_ORDERS_2: [],
      CST_ORDERS_2_3: [],
      MY_INSERTQUERY_99999999999999999999999: ['MINE'],
      X_CSAS_MINE_0: ['SINK'],
      TRANSIENT_SRC_5: ['SINK'],
      SCALABLE_PUSH_QUERY_SRC_7: ['LAST'],
      CSAS_AFTER_8: ['AFTER'],
    };
    expect(await queries()).toEqual(running);

    await restart();
    expect(await queries()).toEqual(running);
    await refuse('DROP STREAM src;', 'read from this source: [MINE, LAST, AFTER]');
    await refuse('DROP STREAM sink;', 'write into this source: [X_CSAS_MINE_0, TRANSIENT_SRC_5]');
    await accept('DROP STREAM mine; DROP TABLE orders; TERMINATE transient_src_5;');
    await accept('CREATE OR REPLACE STREAM last AS SELECT * FROM src WHERE v > 1;');
    await accept("CREATE STREAM mine WITH (QUERY_ID='transient_src_5') AS SELECT * FROM src;");
    const left = {
      CST_ORDERS_2_3: [],
      X_CSAS_MINE_0: ['SINK'],
      TRANSIENT_SRC_5: ['MINE'],
      SCALABLE_PUSH_QUERY_SRC_7: ['LAST'],
      CSAS_AFTER_8: ['AFTER'],
    };
    expect(await queries()).toEqual(left);

    await restart();
    expect(await queries()).toEqual(left);
  } finally {
    await platform.close();
  }
});
