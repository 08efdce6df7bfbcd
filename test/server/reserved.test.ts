import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serverConfig } from '../../src/server/config/server-config.ts';
import { type Json, post, startPlatform, type TestPlatform } from './platform.ts';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startPlatform({
    properties: {
      'ksql.properties.overrides.denylist':
        'ksql.streams.auto.offset.reset, ksql.query.pull.table.scan.enabled',
      'ksql.readonly.topics': 'kept\\..*,_schemas',
    },
  });
  const { status, body } = await ksql(`
    CREATE STREAM kept_stream (k STRING KEY, a INT) WITH (KAFKA_TOPIC='kept.one', VALUE_FORMAT='JSON', PARTITIONS=1);
    CREATE STREAM other (k STRING KEY, a INT) WITH (KAFKA_TOPIC='not.kept.one', VALUE_FORMAT='JSON', PARTITIONS=1);`);
  expect(status, JSON.stringify(body)).toBe(200);
});
afterAll(() => platform.close());

const ksql = (text: string, streamsProperties: Json = {}) =>
  post(`${platform.url}/ksql`, { ksql: text, streamsProperties });

const PROHIBITED =
  'One or more properties overrides set locally are prohibited by the KSQL server (use UNSET to reset their default value): ';

describe('ksql.properties.overrides.denylist', () => {
  it.each([
    ['auto.offset.reset', 'earliest'],
    ['ksql.streams.auto.offset.reset', 'earliest'],
    ['ksql.query.pull.table.scan.enabled', 'true'],
  ])('a request with %s is refused', async (name, value) => {
    const { status, body } = await ksql('SHOW STREAMS;', { [name]: value });
    expect(status).toBe(400);
    expect(body).toMatchObject({ error_code: 40000, message: `${PROHIBITED}[${name}]` });
    const query = await post(`${platform.url}/query-stream`, {
      sql: 'SELECT * FROM other;',
      properties: { [name]: value },
    });
    expect(query.body).toMatchObject({ error_code: 40000, message: `${PROHIBITED}[${name}]` });
  });

  it('SET refuses them, and leaves the others', async () => {
    const { status, body } = await ksql("SET 'auto.offset.reset' = 'earliest'; SHOW STREAMS;");
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain(`${PROHIBITED}[auto.offset.reset]`);
    const other = await ksql("SET 'ksql.query.pull.range.scan.enabled' = 'false'; SHOW STREAMS;", {
      'commit.interval.ms': '100',
    });
    expect(other.status, JSON.stringify(other.body)).toBe(200);
  });
});

describe('ksql.readonly.topics', () => {
  it.each([
    ["INSERT INTO kept_stream VALUES ('x', 1);", 'Cannot insert values into read-only topic: kept.one'],
    ['INSERT INTO kept_stream SELECT k, a FROM other;', 'Cannot insert into read-only topic: kept.one'],
    [
      "CREATE STREAM copy WITH (KAFKA_TOPIC='kept.two') AS SELECT * FROM other;",
      'Cannot insert into read-only topic: kept.two',
    ],
    ['DROP STREAM kept_stream DELETE TOPIC;', 'Cannot delete read-only topic: kept.one'],
  ])('%s', async (text, message) => {
    const { status, body } = await ksql(text);
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain(message);
  });

  it('may be read, and others written', async () => {
    const { status, body } = await ksql(`
      INSERT INTO other VALUES ('x', 1);
      CREATE STREAM copy AS SELECT * FROM kept_stream;`);
    expect(status, JSON.stringify(body)).toBe(200);
  });
});

describe.each(['ksql.readonly.topics', 'ksql.hidden.topics'])('%s', (name) => {
  it('is refused at the start where one of its patterns is no regular expression', () => {
    expect(() => serverConfig({ [name]: 'kept.*,(open' })).toThrow(
      new RegExp(`${name}.*regular expressions`, 's'),
    );
    expect(() => serverConfig({ [name]: 'kept.*, (open)?' })).not.toThrow();
  });
});
