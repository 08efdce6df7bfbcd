import { expect, it } from 'vitest';
import { eventually, type Json, post, startPlatform } from './platform.ts';

async function counts(url: string): Promise<string> {
  const { body } = await post(`${url}/query`, { ksql: 'SELECT * FROM counts;' });
  // While the query rebalances, the answer is one error and no list of rows.
  if (!Array.isArray(body)) return JSON.stringify(body);
  const rows = body as { readonly row?: { readonly columns: unknown } }[];
  return JSON.stringify(rows.flatMap(({ row }) => row?.columns ?? []));
}

it('takes up queries, their state and their positions where they were', async () => {
  const first = await startPlatform();
  await post(`${first.url}/ksql`, {
    ksql: `
      CREATE STREAM words (word STRING KEY, n INT) WITH (KAFKA_TOPIC = 'words', VALUE_FORMAT = 'JSON', PARTITIONS = 1);
      CREATE TABLE counts AS SELECT word, COUNT(*) AS n FROM words GROUP BY word EMIT CHANGES;
      CREATE STREAM gone AS SELECT * FROM words;
      TERMINATE CSAS_GONE_2;
      INSERT INTO words VALUES ('a', 1);
      INSERT INTO words VALUES ('a', 2);
    `,
  });
  await eventually(async () => ((await counts(first.url)) === '["a",2]' ? true : undefined));
  await first.stop();

  const second = await startPlatform({ data: first.data });
  try {
    const { body } = await post(`${second.url}/ksql`, { ksql: 'SHOW QUERIES; SHOW STREAMS;' });
    const [{ queries }, { streams }] = body as [{ queries: Json[] }, { streams: Json[] }];
    expect(queries.map(({ id }) => id)).toEqual(['CTAS_COUNTS_1']);
    expect(streams.map(({ name }) => name)).toEqual(['GONE', 'WORDS']);
    await post(`${second.url}/ksql`, { ksql: "INSERT INTO words VALUES ('a', 3);" });
    // Three, neither one (the state was lost) nor five (the input was read again).
    await eventually(async () => ((await counts(second.url)) === '["a",3]' ? true : undefined));
  } finally {
    await second.close();
  }
});
