import { afterAll, beforeAll, expect, it } from 'vitest';
import { post, startPlatform, type TestPlatform } from '../platform.ts';
import { untilClosed } from './raw-request.ts';

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startPlatform();
});

afterAll(async () => {
  await platform.close();
});

const HEAD =
  'POST /ksql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n';
const BODY = '{"ksql":"SHOW STREAMS;"}';
const LENGTH = `Content-Length: ${BODY.length}\r\n`;

it.each([
  ['no HTTP', 400, ['\u0016\u0003\u0001\u0002\u0000\u0001\r\n\r\n']],
  ['a length that is no number', 400, [`${HEAD}Content-Length: abc\r\n\r\n`]],
  ['two lengths', 400, [`${HEAD}${LENGTH}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`]],
  ['no host', 400, ['GET /info HTTP/1.1\r\n\r\n']],
  ['large headers', 431, [`${HEAD}${LENGTH}X: ${'a'.repeat(20_000)}\r\n\r\n`]],
  ['an expectation', 417, [`${HEAD}${LENGTH}Expect: miracles\r\n\r\n`]],
  ['a packed body', 415, [`${HEAD}${LENGTH}Content-Encoding: gzip\r\n\r\n${BODY}`]],
])('answers %s with %i, in the shape of every refusal', async (_what, status, sent) => {
  const answer = await untilClosed(platform.port, sent);
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  expect(head).toContain(`HTTP/1.1 ${status} `);
  const json = /\{.*\}/s.exec(body)?.[0] ?? '';
  expect(JSON.parse(json)).toMatchObject({ '@type': 'generic_error', error_code: status * 100 });
});

it('answers a hundred requests that came at once, in their order', async () => {
  const keep = HEAD.replace('Connection: close\r\n', '');
  const one = (name: string): string => {
    const body = JSON.stringify({ ksql: `SHOW ${name};` });
    return `${keep}Content-Length: ${body.length}\r\n\r\n${body}`;
  };
  const kinds = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 'STREAMS' : 'TABLES'));
  const warnings: string[] = [];
  const onWarning = ({ message }: Error): void => void warnings.push(message);
  process.on('warning', onWarning);
  const answer = await untilClosed(platform.port, [kinds.map(one).join('') + `${HEAD}${LENGTH}\r\n${BODY}`]);
  process.off('warning', onWarning);
  const answered = [...answer.matchAll(/"@type":"(streams|tables)"/g)].map(([, type = '']) => type);
  expect(answered).toEqual([...kinds, 'STREAMS'].map((kind) => kind.toLowerCase()));
  expect(warnings).toEqual([]);
});

const DEEP = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;

it.each([
  ['streamsProperties', '{"auto.offset.reset":{"a":1}}'],
  ['streamsProperties', '{"auto.offset.reset":[["earliest"]]}'],
  ['streamsProperties', `{"auto.offset.reset":${DEEP}}`],
  ['sessionVariables', '{"a":{"b":1}}'],
  ['sessionVariables', '{"a":["b"]}'],
  ['sessionVariables', `{"a":${DEEP}}`],
])('refuses %s of values that are none', async (name, value) => {
  const { status, body } = await post(`${platform.url}/ksql`, `{"ksql":"SHOW STREAMS;","${name}":${value}}`);
  expect(body).toEqual({
    '@type': 'generic_error',
    error_code: 40_000,
    message: expect.stringMatching(/^"\w+": the value of [\w.]+ must be a text, a number or a boolean$/),
  });
  expect(status).toBe(400);
});

it('takes numbers, booleans and lists of texts where ksqlDB does', async () => {
  const { status } = await post(`${platform.url}/ksql`, {
    ksql: 'SHOW STREAMS;',
    streamsProperties: {
      'auto.offset.reset': ['earliest'],
      'ksql.query.pull.table.scan.enabled': true,
      'commit.interval.ms': 100,
      'cache.max.bytes.buffering': null,
    },
    sessionVariables: { n: 1, yes: true, nothing: null },
  });
  expect(status).toBe(200);
});
