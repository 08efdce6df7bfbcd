import http2 from 'node:http2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Consumer } from '../../src/client/index.ts';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { eventually, post, startPlatform, type TestPlatform } from './platform.ts';
import { overHttp1, overHttp2, type RawAnswer } from './http/raw-request.ts';

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startPlatform();
  const { status, body } = await post(`${platform.url}/ksql`, {
    ksql: `
      CREATE STREAM plain (k STRING KEY, i INT, b BIGINT, d DOUBLE, s STRING, f BOOLEAN)
        WITH (KAFKA_TOPIC='plain', FORMAT='JSON', PARTITIONS=3);
      CREATE STREAM rich (n DECIMAL(6, 2), day DATE, tod TIME, ts TIMESTAMP, raw BYTES, a ARRAY<INT>, m MAP<STRING, BIGINT>,
        st STRUCT<x INT, \`y\` STRING>) WITH (KAFKA_TOPIC='rich', VALUE_FORMAT='JSON', PARTITIONS=1);
      CREATE STREAM registered (k STRING KEY, v INT) WITH (KAFKA_TOPIC='registered', VALUE_FORMAT='AVRO', PARTITIONS=1);
      CREATE STREAM windowed (k STRING KEY, v INT)
        WITH (KAFKA_TOPIC='windowed', VALUE_FORMAT='JSON', PARTITIONS=1, WINDOW_TYPE='SESSION');
      CREATE SOURCE STREAM fixed (k STRING KEY, v INT) WITH (KAFKA_TOPIC='registered', VALUE_FORMAT='AVRO');
      CREATE TABLE tab (k STRING PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='tab', VALUE_FORMAT='JSON', PARTITIONS=1);`,
  });
  expect(status, JSON.stringify(body)).toBe(200);
});

afterAll(async () => {
  await platform.close();
});

const DELIMITED = 'application/vnd.ksqlapi.delimited.v1';

function insert(
  lines: readonly unknown[],
  { accept, send = overHttp2 }: { readonly accept?: string; readonly send?: typeof overHttp1 } = {},
): Promise<RawAnswer> {
  return send({
    port: platform.port,
    method: 'POST',
    path: '/inserts-stream',
    headers: {
      host: `localhost:${platform.port}`,
      'content-type': DELIMITED,
      ...(accept === undefined ? {} : { accept }),
    },
    body: `${lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')}\n`,
  });
}

const linesOf = (body: string): unknown[] =>
  body
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);

async function rowsOf(stream: string, count: number): Promise<unknown[]> {
  const answer = await fetch(`${platform.url}/query-stream`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sql: `SELECT * FROM ${stream} EMIT CHANGES LIMIT ${count};` }),
  });
  return linesOf(await answer.text()).slice(1);
}

describe('/inserts-stream', () => {
  it.each([
    ['HTTP/2', overHttp2],
    ['HTTP/1.1', overHttp1],
  ])('acknowledges rows in their order over %s', async (_, send) => {
    const rows = Array.from({ length: 2_500 }, (_row, i) => ({ K: `k${i}`, I: i, s: send.name }));
    const answer = await insert([{ target: 'plain' }, ...rows], { send });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe(DELIMITED);
    expect(linesOf(answer.body)).toEqual(rows.map((_row, seq) => ({ status: 'ok', seq })));
  });

  it('writes values as the columns have them', async () => {
    const answer = await insert([
      { target: '`RICH`', properties: { 'auto.offset.reset': 'earliest' } },
      '{"n": 1.005, "Day": "2020-05-26", "tod": "01:34:20", "TS": "2020-05-26T23:59:58.123", "raw": "AQID", "extra": 1,' +
        '"a": [1, null], "m": {"x": 9007199254740993}, "st": {"X": 1, "`y`": "z", "`x`": 2}}',
      { n: '12.345' },
      {},
    ]);
    expect(linesOf(answer.body)).toEqual([0, 1, 2].map((seq) => ({ status: 'ok', seq })));
    const [first, second, third] = await rowsOf('rich', 3);
    expect(JSON.stringify(first)).toBe(
      '[1.01,"2020-05-26","01:34:20","2020-05-26T23:59:58.123","AQID",[1,null],{"x":9007199254740992},{"X":1,"y":"z"}]',
    );
    expect(second).toEqual([12.35, null, null, null, null, null, null, null]);
    expect(third).toEqual([null, null, null, null, null, null, null, null]);
  });

  it('keeps numbers that a double does not hold', async () => {
    const answer = await insert([
      { target: 'plain' },
      '{"k": "exact", "b": 9223372036854775807, "d": 1e300, "s": "exact"}',
    ]);
    expect(linesOf(answer.body)).toEqual([{ status: 'ok', seq: 0 }]);
    const consumer = new Consumer({
      environment: nodeEnvironment,
      bootstrapServers: platform.bootstrap,
      autoOffsetReset: 'earliest',
      autoCommit: false,
    });
    consumer.assign([0, 1, 2].map((partition) => ({ topic: 'plain', partition })));
    const found = await eventually(async () => {
      for (const { records } of await consumer.poll(500)) {
        for (const { value } of records) if (String(value).includes('"exact"')) return String(value);
      }
      return undefined;
    });
    await consumer.close();
    expect(found).toContain('"B":9223372036854775807');
  });

  it('writes registered formats', async () => {
    const answer = await insert([{ target: 'registered' }, { k: 'a', v: 1 }, { k: 'b', v: 2 }]);
    expect(linesOf(answer.body)).toHaveLength(2);
    expect(await rowsOf('registered', 2)).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
  });

  it.each([
    [{ k: 'x', i: '1' }, "Can't coerce a field of type class java.lang.String into type INTEGER"],
    [{ k: 'x', i: 2147483648 }, "Can't coerce a field of type class java.lang.Long into type INTEGER"],
    ['{"k": "x", "i": 1.0}', "Can't coerce a field of type class java.lang.Double into type INTEGER"],
    [{ k: 'x', s: 1 }, "Can't coerce a field of type class java.lang.Integer into type STRING"],
    [{ k: 'x', f: 'true' }, "Can't coerce a field of type class java.lang.String into type BOOLEAN"],
    [{ k: 'x', s: [] }, "Can't coerce a field of type class io.vertx.core.json.JsonArray into type STRING"],
    [{ k: 'x', s: {} }, "Can't coerce a field of type class io.vertx.core.json.JsonObject into type STRING"],
    [{ i: 1 }, 'Key field must be specified: K'],
    [{ k: 'x', K: 'y' }, 'Found non-unique field name: K'],
    ['{"k": "x"', 'Invalid JSON in inserts stream'],
    ['[1]', 'Invalid JSON in inserts stream'],
  ])('ends at the first row that does not fit: %j', async (row, message) => {
    const answer = await insert([{ target: 'plain' }, { k: 'before' }, row, { k: 'behind' }]);
    expect(answer.status).toBe(200);
    expect(linesOf(answer.body)).toEqual([
      { status: 'ok', seq: 0 },
      { '@type': 'generic_error', error_code: 40000, message, status: 'error', seq: 1 },
    ]);
  });

  it('answers a JSON array where the client asks for one', async () => {
    const options = { accept: 'application/json' };
    const answer = await insert([{ target: 'plain' }, { k: 'a' }, { k: 'b' }, { i: 'no' }], options);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(JSON.parse(answer.body)).toMatchObject([
      { status: 'ok', seq: 0 },
      { status: 'ok', seq: 1 },
      { status: 'error', seq: 2, error_code: 40000 },
    ]);
    expect(JSON.parse((await insert([{ target: 'plain' }], options)).body)).toEqual([]);
  });

  it.each([
    [{ target: 'nowhere' }, 40000, 'Cannot insert values into an unknown stream: `NOWHERE`'],
    [{ target: 'tab' }, 40000, 'Cannot insert into a table'],
    [{ target: 'windowed' }, 40000, 'Cannot insert values into windowed stream'],
    [{ target: 'fixed' }, 40000, 'Cannot insert values into read-only stream: FIXED'],
    [{}, 40000, 'The first line is missing the text "target"'],
    [{ target: 'plain', properties: { nonsense: 1 } }, 40000, "property: 'nonsense'"],
    ['not json', 40000, 'The first line of an inserts stream is not JSON'],
  ])('refuses the first line %j', async (line, code, message) => {
    for (const send of [overHttp1, overHttp2]) {
      const answer = await insert([line, { k: 'a' }], { send });
      expect(answer.status).toBe(400);
      expect(JSON.parse(answer.body)).toMatchObject({
        error_code: code,
        message: expect.stringContaining(message),
      });
    }
  });

  it('refuses an answer that it cannot give', async () => {
    const answer = await insert([{ target: 'plain' }], { accept: 'text/html' });
    expect(answer.status).toBe(406);
    expect(JSON.parse(answer.body)).toMatchObject({ error_code: 40600 });
  });

  it('takes rows as they come', async () => {
    const session = http2.connect(platform.url);
    const stream = session.request({
      ':method': 'POST',
      ':path': '/inserts-stream',
      'content-type': 'application/json',
    });
    let text = '';
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => (text += chunk));
    const ended = new Promise((resolve) => stream.once('end', resolve));
    stream.write('{"target": "plain"}\n{"k": "a"}\n{"k": ');
    await eventually(async () => (text.includes('"seq":0') ? true : undefined));
    stream.end('"b"}');
    await ended;
    session.close();
    expect(linesOf(text)).toEqual([0, 1].map((seq) => ({ status: 'ok', seq })));
  });
});
