import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Json, post, startPlatform, type TestPlatform } from './platform.ts';

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startPlatform();
  const { status } = await ksql(`
    CREATE STREAM pageviews (id STRING KEY, page STRING, ms BIGINT, price DECIMAL(6, 2))
      WITH (KAFKA_TOPIC = 'pageviews', VALUE_FORMAT = 'JSON', PARTITIONS = 1);
    CREATE TABLE views AS SELECT page, COUNT(*) AS n FROM pageviews GROUP BY page EMIT CHANGES;
    INSERT INTO pageviews VALUES ('a', 'home', 9007199254740993, 12.30);
    INSERT INTO pageviews VALUES ('b', 'home', 2, 0.50);
    INSERT INTO pageviews (id, page) VALUES ('c', 'cart');
  `);
  expect(status).toBe(200);
});

afterAll(async () => {
  await platform.close();
});

const ksql = (text: string, more: Json = {}) => post(`${platform.url}/ksql`, { ksql: text, ...more });

async function query(
  sql: string,
  accept: string,
): Promise<{ readonly type: string | null; readonly text: string }> {
  const response = await fetch(`${platform.url}/query-stream`, {
    method: 'POST',
    headers: { accept, 'content-type': 'application/json' },
    body: JSON.stringify({ sql, properties: { 'auto.offset.reset': 'earliest' } }),
  });
  return { type: response.headers.get('content-type'), text: await response.text() };
}

describe('/ksql', () => {
  it('answers an entity for each statement', async () => {
    const { status, body } = await ksql('SHOW STREAMS; SHOW TABLES; SHOW QUERIES; DESCRIBE pageviews;');
    expect(status).toBe(200);
    const [streams, tables, queries, description] = body as Json[];
    expect(streams).toMatchObject({
      '@type': 'streams',
      streams: [{ name: 'PAGEVIEWS', topic: 'pageviews', keyFormat: 'KAFKA', valueFormat: 'JSON' }],
    });
    expect(tables).toMatchObject({ '@type': 'tables', tables: [{ name: 'VIEWS' }] });
    expect(queries).toMatchObject({
      '@type': 'queries',
      queries: [{ sinks: ['VIEWS'], queryType: 'PERSISTENT' }],
    });
    expect(description).toMatchObject({
      '@type': 'sourceDescription',
      sourceDescription: {
        name: 'PAGEVIEWS',
        fields: [
          { name: 'ID', type: 'KEY', schema: { type: 'STRING' } },
          { name: 'PAGE', schema: { type: 'STRING' } },
          { name: 'MS', schema: { type: 'BIGINT' } },
          { name: 'PRICE', schema: { type: 'DECIMAL', parameters: { precision: 6, scale: 2 } } },
        ],
      },
    });
  });

  it('runs nothing of a script whose third statement is wrong', async () => {
    const { status, body } = await ksql(`
      CREATE STREAM one (a INT) WITH (KAFKA_TOPIC = 'one', VALUE_FORMAT = 'JSON', PARTITIONS = 1);
      CREATE STREAM two AS SELECT * FROM one;
      CREATE STREAM three AS SELECT * FROM onee;
    `);
    expect(status).toBe(400);
    expect(body).toMatchObject({ '@type': 'statement_error', error_code: 40_001 });
    expect((body as Json)['message']).toContain('ONEE does not exist');
    const { body: shown } = await ksql('SHOW STREAMS;');
    expect(JSON.stringify(shown)).not.toContain('ONE');
  });

  it.each([
    [
      'DROP STREAM IF EXISTS nothere DELETE TOPIC;',
      'stream/`NOTHERE`/drop',
      'Source `NOTHERE` does not exist.',
    ],
    ['DROP TABLE IF EXISTS nothere;', 'table/`NOTHERE`/drop', 'Source `NOTHERE` does not exist.'],
    ['DROP TYPE IF EXISTS nothere;', 'type/`NOTHERE`/drop', "Type 'NOTHERE' does not exist"],
  ])('answers as of a statement that was carried out: %s', async (text, commandId, message) => {
    const { status, body } = await ksql(text);
    expect(status).toBe(200);
    expect(body).toMatchObject([
      { '@type': 'currentStatus', commandId, commandStatus: { status: 'SUCCESS', message } },
    ]);
    // Who waits for it waits for nothing.
    const [{ commandSequenceNumber }] = body as [{ commandSequenceNumber: number }];
    expect(await ksql('SHOW STREAMS;', { commandSequenceNumber })).toMatchObject({ status: 200 });
  });

  it('puts a caret under a mistake', async () => {
    const { status, body } = await ksql('SELECT\n  nonsense FROM pageviews EMIT CHANGES;');
    expect(status).toBe(400);
    expect((body as Json)['message']).toMatch(/NONSENSE/);
    expect((body as Json)['message']).toMatch(/\^/);
  });

  it('sends queries to their own endpoint', async () => {
    const { status, body } = await ksql('SELECT * FROM views;');
    expect(status).toBe(400);
    expect(body).toMatchObject({ error_code: 40_002 });
  });

  it('refuses bodies that are none', async () => {
    expect(await post(`${platform.url}/ksql`, '{"ksql": ')).toMatchObject({
      status: 400,
      body: { '@type': 'generic_error', error_code: 40_000 },
    });
    expect(await post(`${platform.url}/ksql`, {})).toMatchObject({
      status: 400,
      body: { error_code: 40_000 },
    });
    expect(await post(`${platform.url}/nowhere`, {})).toMatchObject({
      status: 404,
      body: { error_code: 40_400 },
    });
  });

  it('says by which method an endpoint is served', async () => {
    for (const path of ['/ksql', '/query-stream', '/close-query']) {
      const answer = await fetch(`${platform.url}${path}`);
      expect(answer.status).toBe(405);
      expect(answer.headers.get('allow')).toBe('POST');
      expect(await answer.json()).toMatchObject({ error_code: 40_500 });
    }
    expect(await post(`${platform.url}/info`, {})).toMatchObject({ status: 405 });
  });

  it('refuses clients that do not take what an endpoint answers', async () => {
    for (const path of ['/info', '/healthcheck', '/status', '/v1/metadata/id']) {
      const wanted = (accept: string) => fetch(`${platform.url}${path}`, { headers: { accept } });
      const refused = await wanted('text/html, application/json;q=0');
      expect(refused.status, path).toBe(406);
      expect(await refused.json()).toMatchObject({ '@type': 'generic_error', error_code: 40_600 });
      for (const accept of ['application/vnd.ksql.v1+json', 'text/html, */*;q=0.1', 'application/*']) {
        expect((await wanted(accept)).status, `${path} ${accept}`).toBe(200);
      }
    }
    expect((await fetch(`${platform.url}/metrics`, { headers: { accept: 'text/plain' } })).status).toBe(200);
  });

  it('waits for the command whose number a client sends, and says that it does not come', async () => {
    const created = await ksql(
      "CREATE STREAM numbered (a INT) WITH (KAFKA_TOPIC = 'n', VALUE_FORMAT = 'JSON', PARTITIONS = 1);",
    );
    const [{ commandSequenceNumber }] = created.body as [{ commandSequenceNumber: number }];
    expect(await ksql('SHOW STREAMS;', { commandSequenceNumber })).toMatchObject({ status: 200 });
    expect(await ksql('SHOW STREAMS;', { commandSequenceNumber: 'abc' })).toMatchObject({
      status: 400,
      body: { error_code: 40_000 },
    });
    expect(await ksql('SHOW STREAMS;', { commandSequenceNumber: 99_999 })).toMatchObject({
      status: 503,
      body: { error_code: 50_301, message: expect.stringContaining('99999') as string },
    });
  });

  it('puts the statement behind a syntax error', async () => {
    const { status, body } = await ksql('SELECT * FROM views ORDER BY n;');
    expect(status).toBe(400);
    expect(body).toMatchObject({
      '@type': 'statement_error',
      error_code: 40_001,
      message: expect.stringContaining(
        'line 1:27: Syntax Error\n\nStatement: SELECT * FROM views ORDER BY n;',
      ) as string,
    });
  });

  it('shows every property with the value that the session sees', async () => {
    const { body } = await ksql('SHOW PROPERTIES;', {
      streamsProperties: { 'ksql.query.pull.table.scan.enabled': 'false' },
    });
    const [{ properties, overwrittenProperties, defaultProperties }] = body as [
      { properties: Json[]; overwrittenProperties: string[]; defaultProperties: string[] },
    ];
    const of = (name: string): Json | undefined => properties.find((property) => property['name'] === name);
    expect(of('ksql.query.pull.table.scan.enabled')).toEqual({
      name: 'ksql.query.pull.table.scan.enabled',
      scope: 'KSQL',
      value: 'false',
      editable: true,
      level: 'QUERY',
    });
    expect(of('ksql.max.push.queries')).toMatchObject({ value: '100', editable: false, level: 'SERVER' });
    expect(of('ksql.streams.commit.interval.ms')).toMatchObject({ scope: 'KAFKA STREAMS' });
    expect(of('access.control.allow.origin')).toMatchObject({ scope: 'KSQL' });
    expect(of('ksql.streams.processing.guarantee')).toMatchObject({ scope: 'KAFKA STREAMS' });
    expect(overwrittenProperties).toContain('ksql.query.pull.table.scan.enabled');
    expect(defaultProperties).toContain('ksql.max.push.queries');
  });

  it('names the property that a misspelt one may be', async () => {
    const name = 'ksql.query.pull.table.scan.enable';
    const message = expect.stringContaining('did you mean ksql.query.pull.table.scan.enabled?') as string;
    expect(await ksql('SHOW STREAMS;', { streamsProperties: { [name]: 'true' } })).toMatchObject({
      status: 400,
      body: { '@type': 'generic_error', error_code: 40_000, message },
    });
    expect(await ksql(`SET '${name}' = 'true';`)).toMatchObject({
      status: 400,
      body: { '@type': 'statement_error', error_code: 40_001, message },
    });
    const answer = await fetch(`${platform.url}/is_valid_property/${name}`);
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { '@type': 'generic_error', error_code: 40_000, message },
    ]);
    const valid = await fetch(`${platform.url}/is_valid_property/max.poll.records`);
    expect([valid.status, await valid.json()]).toEqual([200, true]);
  });

  it.each([
    [
      'ksql.streams.commit.intervall.ms',
      '1',
      /Not recognizable .*\n  did you mean ksql.streams.commit.interval.ms\?/,
    ],
    [
      'no.such.thing',
      '1',
      "Not recognizable as ksql, streams, consumer, or producer property: 'no.such.thing'",
    ],
    ['ksql.service.id', 'x', "Cannot override property 'ksql.service.id'"],
    [
      'auto.offset.reset',
      'erliest',
      'Invalid value erliest for configuration auto.offset.reset: expected one of',
    ],
    ['ksql.streams.consumer.max.poll.records', '0', 'Invalid value 0 for configuration'],
    ['processing.guarantee', 'exactly_once', 'Invalid value exactly_once'],
    ['ksql.query.pull.table.scan.enabled', 'maybe', 'Invalid value maybe for configuration'],
    ['ksql.headers.columns.enabled', 'false', "Cannot override property 'ksql.headers.columns.enabled'"],
    ['ksql.cast.strings.preserve.nulls', 'false', 'expected true or false, and here always true'],
  ])("refuses SET '%s' = '%s', and the same with a request", async (name, value, message) => {
    const expected =
      typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message);
    expect(await ksql(`SET '${name}' = '${value}';`)).toMatchObject({
      status: 400,
      body: { error_code: 40_001, message: expected as string },
    });
    expect(await ksql('SHOW STREAMS;', { streamsProperties: { [name]: value } })).toMatchObject({
      status: 400,
      body: { error_code: 40_000, message: expected as string },
    });
  });

  it.each(['poll.ms', 'ksql.streams.poll.ms', 'ksql.streams.consumer.fetch.min.bytes', 'producer.linger.ms'])(
    "takes SET '%s'",
    async (name) => {
      expect(await ksql(`SET '${name}' = '5';`)).toMatchObject({ status: 200 });
    },
  );

  it('says of a property that it has no effect here', async () => {
    const message = "'ksql.streams.metrics.num.samples' has no effect: metrics have no samples";
    expect(await ksql("SET 'ksql.streams.metrics.num.samples' = '1';")).toMatchObject({
      status: 200,
      body: [{ '@type': 'warning_entity', message }],
    });
    const created = await ksql('CREATE STREAM with_ignored AS SELECT * FROM pageviews;', {
      streamsProperties: { 'ksql.streams.metrics.num.samples': '1' },
    });
    expect(created).toMatchObject({
      status: 200,
      body: [{ '@type': 'currentStatus', warnings: [{ message }] }],
    });
    const [{ commandStatus }] = created.body as [{ commandStatus: { queryId: string } }];
    await ksql(`TERMINATE ${commandStatus.queryId}; DROP STREAM with_ignored DELETE TOPIC;`);
  });

  it('substitutes session variables', async () => {
    const { body } = await ksql('DESCRIBE ${source};', { sessionVariables: { source: 'pageviews' } });
    expect(body).toMatchObject([{ sourceDescription: { name: 'PAGEVIEWS' } }]);
  });
});

describe('queries', () => {
  it('answers a pull query as StreamedRows, key columns marked', async () => {
    const rows = await eventually(async () => {
      const { text } = await query(
        "SELECT * FROM views WHERE page = 'home';",
        'application/vnd.ksql.v1+json',
      );
      const messages = JSON.parse(text) as Json[];
      return JSON.stringify(messages).includes('["home",2]') ? messages : undefined;
    });
    expect(rows).toEqual([
      { header: { queryId: expect.any(String), schema: '`PAGE` STRING KEY, `N` BIGINT' } },
      { row: { columns: ['home', 2] } },
    ]);
  });

  it('answers a push query with LIMIT, exact to the last digit', async () => {
    const { text, type } = await query(
      'SELECT id, ms, price FROM pageviews EMIT CHANGES LIMIT 2;',
      'application/vnd.ksqlapi.delimited.v1',
    );
    expect(type).toBe('application/vnd.ksqlapi.delimited.v1');
    const [header, ...rows] = text.trim().split('\n');
    expect(JSON.parse(header ?? '')).toMatchObject({
      columnNames: ['ID', 'MS', 'PRICE'],
      columnTypes: ['STRING', 'BIGINT', 'DECIMAL(6, 2)'],
    });
    expect(rows).toEqual(['["a",9007199254740993,12.30]', '["b",2,0.50]']);
  });

  it('reads a stream to its end where a SELECT says no EMIT', async () => {
    const { text } = await query(
      'SELECT id, ms FROM pageviews WHERE ms < 5;',
      'application/vnd.ksql.v1+json',
    );
    expect(JSON.parse(text)).toMatchObject([
      { header: { schema: '`ID` STRING, `MS` BIGINT' } },
      { row: { columns: ['b', 2] } },
      { finalMessage: 'Query Completed' },
    ]);
  });

  it('ends a push query with a final message that closes the array', async () => {
    const { text } = await query(
      'SELECT id FROM pageviews EMIT CHANGES LIMIT 1;',
      'application/vnd.ksql.v1+json',
    );
    expect(JSON.parse(text)).toEqual([
      { header: { queryId: expect.any(String), schema: '`ID` STRING' } },
      { row: { columns: ['a'] } },
      { finalMessage: 'Limit Reached' },
    ]);
  });

  it('says at once that a topic is not there', async () => {
    const answer = await post(`${platform.url}/query`, { ksql: "PRINT 'pageview';" });
    expect(answer).toMatchObject({
      status: 400,
      body: { error_code: 40_001, message: expect.stringContaining("did you mean 'pageviews'?") as string },
    });
  });

  it('prints a topic', async () => {
    const response = await fetch(`${platform.url}/query`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ksql: "PRINT 'pageviews' FROM BEGINNING LIMIT 1;" }),
    });
    const text = await response.text();
    expect(text).toMatch(/^Key format: /);
    expect(text).toMatch(
      /rowtime: \d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d{3} Z, key: a, value: \{.*\}, partition: 0/,
    );
  });

  it('closes a running push query by its id', async () => {
    const response = await fetch(`${platform.url}/query-stream`, {
      method: 'POST',
      headers: { accept: 'application/vnd.ksqlapi.delimited.v1', 'content-type': 'application/json' },
      body: JSON.stringify({ sql: 'SELECT * FROM pageviews EMIT CHANGES;' }),
    });
    const reader = response.body?.getReader();
    const first = new TextDecoder().decode((await reader?.read())?.value);
    const { queryId } = JSON.parse(first.split('\n')[0] ?? '') as { queryId: string };
    expect(await post(`${platform.url}/close-query`, { queryId })).toMatchObject({ status: 200 });
    for (let part = await reader?.read(); part?.done === false; part = await reader?.read());
    expect(await post(`${platform.url}/close-query`, { queryId })).toMatchObject({
      status: 400,
      body: { message: `No query with id ${queryId}` },
    });
  });

  it('refuses a media type that it cannot send', async () => {
    const { text } = await query('SELECT * FROM views;', 'text/html');
    expect(JSON.parse(text)).toMatchObject({ error_code: 40_600 });
  });
});

describe('the server', () => {
  it('says who it is and how it is', async () => {
    const info = await fetch(`${platform.url}/`);
    expect(info.url).toBe(`${platform.url}/info`);
    expect(await info.json()).toMatchObject({
      KsqlServerInfo: {
        serverStatus: 'RUNNING',
        ksqlServiceId: 'default_',
        kafkaClusterId: expect.stringMatching(/^.{22}$/),
      },
    });
    expect(await (await fetch(`${platform.url}/healthcheck`)).json()).toMatchObject({ isHealthy: true });
    expect(await (await fetch(`${platform.url}/v1/metadata`)).json()).toMatchObject({
      clusterId: { scope: { path: [], clusters: { 'ksql-cluster': 'default_' } } },
    });
    expect(await (await fetch(`${platform.url}/v1/metadata/id`)).json()).toMatchObject({
      scope: { clusters: { 'kafka-cluster': expect.stringMatching(/^.{22}$/) as string } },
    });
  });

  it('has metrics of broker and SQL for Prometheus', async () => {
    const text = await (await fetch(`${platform.url}/metrics`)).text();
    expect(text).toMatch(/kafka_server_brokertopicmetrics_messagesin_total\{topic="pageviews"\} 3/);
    expect(text).toMatch(/ksql_persistent_queries 1/);
  });

  it('knows how statements have ended', async () => {
    const { body } = await ksql('CREATE TYPE point AS STRUCT<x INT, y INT>;');
    const [{ commandId }] = body as [{ commandId: string }];
    const status = await fetch(`${platform.url}/status/${commandId.replaceAll('`', '%60')}`);
    expect(await status.json()).toMatchObject({ status: 'SUCCESS' });
  });
});
