import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { freePorts } from '../../src/base/io/free-ports.ts';
import { eventually, type Json, post } from '../server/platform.ts';
import { SilentProxy } from '../server/silent-proxy.ts';
import { Millrace, type MillraceProcess, sleep } from './millrace-process.ts';

const millrace = new Millrace();
const clients: AbortController[] = [];
let proxy: SilentProxy | undefined;

afterEach(async () => {
  for (const client of clients.splice(0)) client.abort();
  await millrace.stopAll();
  await proxy?.close();
  proxy = undefined;
});
afterAll(() => millrace.close());

const CREATE = `
  CREATE STREAM s (id STRING KEY, n INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
  CREATE TABLE t AS SELECT id, COUNT(*) AS c FROM s GROUP BY id EMIT CHANGES;
  CREATE STREAM c AS SELECT * FROM s EMIT CHANGES;`;

/** A SQL server in a process of its own, on a broker in another one, with something between them that can fall silent. */
class Outside {
  readonly proxy: SilentProxy;
  readonly data = millrace.folder();
  url = '';

  private constructor(between: SilentProxy) {
    this.proxy = between;
  }

  static async start(): Promise<Outside> {
    proxy = await SilentProxy.start();
    const { facts } = await millrace.startBroker([
      '-s',
      `advertised.listeners=PLAINTEXT://127.0.0.1:${proxy.port}`,
    ]);
    proxy.forwardTo(Number(facts.kafka.split(':')[1]));
    return new Outside(proxy);
  }

  /** Its statements wait for the cluster for ten minutes. */
  async startServer(): Promise<MillraceProcess> {
    const [port = 0] = await freePorts(1);
    this.url = `http://127.0.0.1:${port}`;
    const kafka = ['--kafka', `127.0.0.1:${this.proxy.port}`, '--http-port', String(port)];
    return millrace.spawn(['start', ...kafka, '--data', this.data, '-s', 'ksql.kafka.timeout.ms=600000']);
  }

  async run(sql: string): Promise<void> {
    const { status, body } = await post(`${this.url}/ksql`, { ksql: sql });
    expect(status, JSON.stringify(body)).toBe(200);
  }

  /** Resolves when the server has so many bytes of requests in hand. */
  async untilInWork(bytes: number): Promise<void> {
    await eventually(async () => {
      const metrics = await (await fetch(`${this.url}/metrics`)).text();
      const held = /^ksql_http_request_bytes (\d+)$/m.exec(metrics)?.[1];
      return Number(held) >= bytes ? true : undefined;
    });
  }

  /** Asks for the rows of a push query, and reads none of them. */
  async pushWithoutReading(sql: string): Promise<void> {
    const client = new AbortController();
    clients.push(client);
    const response = await fetch(`${this.url}/query-stream`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ sql, properties: { 'auto.offset.reset': 'earliest' } }),
      signal: client.signal,
    });
    expect(response.status).toBe(200);
  }
}

/** SIGTERM is enough: it ends in good order, and by itself. */
async function expectEnd(server: MillraceProcess): Promise<void> {
  const { code, text } = await server.stop('SIGTERM');
  expect(text).not.toContain('did not stop');
  expect(code, text).toBe(0);
}

describe('SIGTERM ends a SQL server', () => {
  it('whose statements, queries and clients wait for a cluster that has fallen silent', async () => {
    const outside = await Outside.start();
    const server = await outside.startServer();
    await server.waitFor(/Millrace is running/);
    await outside.run(CREATE);
    await outside.run("INSERT INTO s VALUES ('a', 1);");
    await outside.pushWithoutReading('SELECT id, COUNT(*) FROM s GROUP BY id EMIT CHANGES;');
    outside.proxy.fallSilent();
    const waiting = [
      'CREATE STREAM d AS SELECT * FROM s EMIT CHANGES;',
      "CREATE STREAM e (id STRING KEY) WITH (KAFKA_TOPIC='e', VALUE_FORMAT='JSON', PARTITIONS=1);",
      'TERMINATE ALL;',
      "INSERT INTO s VALUES ('b', 1);",
    ].map((ksql) => JSON.stringify({ ksql }));
    const answers = waiting.map((body) => post(`${outside.url}/ksql`, body));
    await outside.untilInWork(waiting.join('').length);
    await expectEnd(server);
    const refusal = { error_code: 50_303, message: expect.stringMatching(/^The server is shutting down/) };
    for (const { status, body } of await Promise.all(answers)) {
      expect(body).toMatchObject(refusal);
      expect(status).toBe(503);
    }
  });

  it('wherever its start has come to when the cluster falls silent', async () => {
    const outside = await Outside.start();
    const first = await outside.startServer();
    await first.waitFor(/Millrace is running/);
    await outside.run(CREATE);
    await outside.run(Array.from({ length: 30 }, (_, i) => `CREATE TYPE y${i} AS STRUCT<a INT>;`).join('\n'));
    await expectEnd(first);
    for (const afterMs of [0, 30, 100]) {
      const server = await outside.startServer();
      let info: Json = {};
      while (info['serverStatus'] === undefined) {
        await sleep(5);
        const answer = await fetch(`${outside.url}/info`).catch(() => undefined);
        info = ((await answer?.json()) as { KsqlServerInfo?: Json } | undefined)?.KsqlServerInfo ?? {};
      }
      await sleep(afterMs);
      outside.proxy.fallSilent();
      await sleep(100);
      await expectEnd(server);
      outside.proxy.speakAgain();
    }
  });

  it('with fifty queries, which have committed then', async () => {
    const data = millrace.folder();
    const [port = 0] = await freePorts(1);
    const args = ['start', '--data', data, '--kafka-port', '0', '--http-port', String(port)];
    const server = millrace.spawn(args);
    await server.waitFor(/Millrace is running/);
    const run = async (ksql: string): Promise<Json[]> => {
      const { status, body } = await post(`http://127.0.0.1:${port}/ksql`, { ksql });
      expect(status, JSON.stringify(body)).toBe(200);
      return body as Json[];
    };
    await run(CREATE);
    await run(
      Array.from({ length: 48 }, (_, i) => `CREATE STREAM c${i} AS SELECT * FROM s EMIT CHANGES;`).join('\n'),
    );
    await expectEnd(server);
    expect(server.text).not.toContain('without waiting');
  });
});
