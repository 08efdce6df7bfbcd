import { afterAll, beforeAll, expect, it } from 'vitest';
import { Producer } from '../../src/client/index.ts';
import { eventually, type Json, post, startPlatform, type TestPlatform } from './platform.ts';

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startPlatform({
    properties: {
      'ksql.logging.processing.topic.auto.create': 'true',
      'ksql.logging.processing.stream.auto.create': 'true',
      'ksql.logging.processing.topic.partitions': '2',
      'ksql.logging.processing.rows.include': 'true',
    },
  });
});

afterAll(() => platform.close());

const ksql = (sql: string) => post(`${platform.url}/ksql`, { ksql: sql });

/** Rows of a pull query over a stream. */
async function rows(sql: string): Promise<readonly unknown[]> {
  const answer = await fetch(`${platform.url}/query-stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sql }),
  });
  const [, ...lines] = (await answer.text()).trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as unknown);
}

it("is a stream with ksqlDB's columns, over a topic of the service's name", async () => {
  const [described] = (await ksql('DESCRIBE ksql_processing_log EXTENDED;')).body as [
    { sourceDescription: { topic: string; partitions: number; fields: Json[] } },
  ];
  const { topic, partitions, fields } = described.sourceDescription;
  expect([topic, partitions]).toEqual(['default_ksql_processing_log', 2]);
  expect(fields.map(({ name }) => name)).toEqual(['LOGGER', 'LEVEL', 'TIME', 'MESSAGE']);
});

it('has the records that cannot be read and the rows that fail, by query, in the form of ksqlDB', async () => {
  await ksql(`
    CREATE STREAM s (k STRING KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
    CREATE STREAM divided WITH (QUERY_ID='dividing') AS SELECT k, 10 / v AS d FROM s;
    INSERT INTO s (k, v) VALUES ('a', 0);`);
  const producer = new Producer({ bootstrapServers: platform.bootstrap });
  await producer.sendAndWait({ topic: 's', key: 'b', value: '{"v": "no number"}' });
  await producer.close();
  const unreadable = await eventually(async () => {
    const [row] = await rows(
      'SELECT logger, level, message->type, message->deserializationError FROM ksql_processing_log WHERE message->type = 0;',
    );
    return row;
  });
  expect(unreadable).toEqual([
    'processing.DIVIDING.KsqlTopic.Source.deserializer',
    'ERROR',
    0,
    {
      TARGET: 'value',
      ERRORMESSAGE: 'Error deserializing message from topic: s',
      RECORDB64: Buffer.from('{"v": "no number"}').toString('base64'),
      CAUSE: expect.arrayContaining([expect.stringContaining('no number')]) as unknown,
      topic: 's',
    },
  ]);
  const [failed] = await eventually(async () => {
    const found = await rows(
      'SELECT logger, message->recordProcessingError FROM ksql_processing_log WHERE message->type = 1;',
    );
    return found.length > 0 ? found : undefined;
  });
  expect(failed).toEqual([
    'processing.DIVIDING',
    {
      ERRORMESSAGE: expect.stringContaining('(10 / V)') as unknown,
      RECORD: expect.stringContaining('0') as unknown,
      CAUSE: expect.arrayContaining([expect.any(String)]) as unknown,
    },
  ]);
});

it('is written by nobody who is not asked to', async () => {
  const quiet = await startPlatform();
  const { body } = await post(`${quiet.url}/ksql`, { ksql: 'SHOW ALL TOPICS; SHOW STREAMS;' });
  expect(JSON.stringify(body)).not.toMatch(/processing_log/i);
  await quiet.close();
});
