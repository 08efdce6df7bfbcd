import { afterAll, beforeAll, expect, it } from 'vitest';
import { Admin } from '../../src/client/index.ts';
import { post, startPlatform, type TestPlatform } from './platform.ts';

let platform: TestPlatform;
let admin: Admin;

beforeAll(async () => {
  platform = await startPlatform();
  admin = new Admin({ bootstrapServers: platform.bootstrap });
  await admin.createTopics([{ name: 'two', partitions: 2 }]);
  const given =
    "CREATE STREAM s (v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='AVRO', PARTITIONS=1); CREATE STREAM later (v INT) WITH (KAFKA_TOPIC='two', VALUE_FORMAT='JSON');";
  expect(await ksql(given)).toMatchObject({ status: 200 });
});

afterAll(async () => {
  await admin.close();
  await platform.close();
});

const ksql = (sql: string) => post(`${platform.url}/ksql`, { ksql: sql });

/** A failed assertion as ksqlDB answers it. */
const failed = (message: string): object => ({
  status: 417,
  body: { '@type': 'generic_error', error_code: 41_700, message },
});

it.each([
  ['ASSERT TOPIC x TIMEOUT 0 SECONDS;', 'Topic x does not exist'],
  ['ASSERT NOT EXISTS TOPIC two TIMEOUT 0 SECONDS;', 'Topic two exists'],
  [
    "ASSERT TOPIC two WITH (PARTITIONS='apples', replicas=3, fake_config='Hello!') TIMEOUT 0 SECONDS;",
    'Mismatched configuration for topic two: For config partitions, expected apples got 2\n' +
      'Mismatched configuration for topic two: For config replicas, expected 3 got 1\n' +
      'Cannot assert unknown topic property: FAKE_CONFIG',
  ],
  [
    "ASSERT TOPIC two WITH (PARTITIONS='2') TIMEOUT 0 SECONDS;",
    'Mismatched configuration for topic two: For config partitions, expected 2 got 2',
  ],
  ["ASSERT SCHEMA SUBJECT 's-key' TIMEOUT 0 SECONDS;", 'Schema with subject name s-key does not exist'],
  ['ASSERT SCHEMA ID 900 TIMEOUT 0 SECONDS;', 'Schema with id 900 does not exist'],
  [
    "ASSERT NOT EXISTS SCHEMA SUBJECT 's-value' ID 1 TIMEOUT 0 SECONDS;",
    'Schema with subject name s-value id 1 exists',
  ],
  [
    "ASSERT SCHEMA SUBJECT 's-key' ID 1 TIMEOUT 0 SECONDS;",
    'Schema with subject name s-key id 1 does not exist',
  ],
])('%s', async (sql, message) => {
  expect(await ksql(sql)).toEqual(failed(message));
});

it('finds schemas by subject, by id and by both', async () => {
  const { status, body } = await ksql(
    "ASSERT SCHEMA SUBJECT 's-value'; ASSERT SCHEMA ID 1; ASSERT SCHEMA SUBJECT 's-value' ID 1;",
  );
  expect(status).toBe(200);
  expect(body).toMatchObject([
    { '@type': 'assert_schema', subject: 's-value', id: null, exists: true },
    { '@type': 'assert_schema', subject: null, id: 1, exists: true },
    { '@type': 'assert_schema', subject: 's-value', id: 1, exists: true },
  ]);
});

it('waits for what is asserted as long as it says', async () => {
  const asserted = ksql('ASSERT TOPIC awaited WITH (PARTITIONS=3) TIMEOUT 1 DAY;');
  await admin.createTopics([{ name: 'awaited', partitions: 3 }]);
  expect(await asserted).toMatchObject({ status: 200, body: [{ topicName: 'awaited', exists: true }] });
});

it('ends a script at the first assertion that fails, and leaves what came before it', async () => {
  const script =
    'CREATE STREAM before AS SELECT * FROM s; ASSERT TOPIC x TIMEOUT 0 SECONDS; CREATE STREAM after AS SELECT * FROM s;';
  expect(await ksql(script)).toEqual(failed('Topic x does not exist'));
  const { body } = await ksql('SHOW STREAMS;');
  const [{ streams }] = body as [{ streams: { name: string }[] }];
  expect(streams.map(({ name }) => name)).toEqual(expect.arrayContaining(['BEFORE']));
  expect(streams.map(({ name }) => name)).not.toContain('AFTER');
});

it('takes the time of a property where the statement has none', async () => {
  const streamsProperties = { 'ksql.assert.topic.default.timeout.ms': '0' };
  const answer = await post(`${platform.url}/ksql`, { ksql: 'ASSERT TOPIC x;', streamsProperties });
  expect(answer).toEqual(failed('Topic x does not exist'));
});

it('ends with the server what waits for an assertion', async () => {
  const other = await startPlatform();
  const waiting = post(`${other.url}/ksql`, { ksql: 'ASSERT TOPIC never TIMEOUT 10 DAYS;' });
  const ended = waiting.catch(() => undefined);
  await post(`${other.url}/ksql`, { ksql: 'SHOW STREAMS;' });
  await other.close();
  const answer = await ended;
  if (answer !== undefined) expect(answer.status).toBe(503);
});
