import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePorts } from '../../src/base/io/free-ports.ts';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { Admin } from '../../src/client/index.ts';
import { eventually, post } from '../server/platform.ts';
import { Millrace, type MillraceProcess } from './millrace-process.ts';

const millrace = new Millrace();
let kafka: string;
let admin: Admin;

beforeAll(async () => {
  kafka = (await millrace.startBroker()).facts.kafka;
  admin = new Admin({ environment: nodeEnvironment, bootstrapServers: kafka });
});
afterAll(async () => {
  await admin.close();
  await millrace.close();
});

/** A SQL server in a process of its own; all are of one service, each with its folder. */
class Server {
  readonly folder = millrace.folder();
  url = '';
  #process: MillraceProcess | undefined;

  async start(): Promise<void> {
    const [port = 0] = await freePorts(1);
    this.url = `http://127.0.0.1:${port}`;
    this.#process = millrace.spawn([
      ...['start', '--kafka', kafka, '--http-port', String(port), '--data', this.folder],
      ...['-s', 'ksql.streams.commit.interval.ms=100'],
    ]);
    await this.#process.waitFor(/Millrace is running/);
  }

  async kill(): Promise<void> {
    await this.#process?.stop('SIGKILL');
  }

  async run(ksql: string): Promise<void> {
    const { status, body } = await post(`${this.url}/ksql`, { ksql });
    expect(status, JSON.stringify(body)).toBe(200);
  }

  /** Begins a push query; answers its rows, a chunk of text at a time. */
  async push(sql: string): Promise<() => Promise<string>> {
    const response = await fetch(`${this.url}/query-stream`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ sql, properties: { 'auto.offset.reset': 'earliest' } }),
    });
    const reader = response.body?.getReader();
    return async () => Buffer.from((await reader?.read().catch(() => undefined))?.value ?? '').toString();
  }

  folders(): readonly string[] {
    const [state = ''] = fs.readdirSync(this.folder).filter((name) => name.includes('sql'));
    return fs.readdirSync(path.join(this.folder, state)).filter((name) => name.includes('transient'));
  }
}

async function until(read: () => Promise<string>, text: string): Promise<void> {
  let seen = '';
  while (!seen.includes(text)) {
    const more = await read();
    if (more === '') throw new Error(`the rows ended before ${text}: ${seen}`);
    seen += more;
  }
}

const transientTopics = async (): Promise<readonly string[]> =>
  (await admin.listTopics({ includeInternal: true }))
    .map(({ name }) => name)
    .filter((name) => name.includes('transient'));
const transientGroups = async (): Promise<readonly string[]> =>
  (await admin.listGroups()).map(({ groupId }) => groupId).filter((id) => id.includes('transient'));

it('what the push queries of a killed server have left goes at its next start, and nothing of another server that lives', async () => {
  const killed = new Server();
  const living = new Server();
  await killed.start();
  await living.start();
  await killed.run(
    "CREATE STREAM s (id STRING KEY, city STRING) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);",
  );
  await killed.run("INSERT INTO s VALUES ('a', 'Rome');");
  const count = 'SELECT city, COUNT(*) FROM s GROUP BY city EMIT CHANGES;';
  const rows = await living.push(count);
  await until(rows, '"Rome",1');
  const folders = living.folders();
  expect(folders).toHaveLength(1);
  const allLiving = { topics: await transientTopics(), groups: await transientGroups() };
  await until(await killed.push(count), '"Rome",1');
  expect(await transientTopics()).toHaveLength(allLiving.topics.length + 2);
  expect(await transientGroups()).toHaveLength(allLiving.groups.length + 1);
  await killed.kill();
  expect(killed.folders()).toHaveLength(1);

  await killed.start();
  await eventually(async () => (killed.folders().length === 0 ? true : undefined));
  expect(new Set(await transientTopics())).toEqual(new Set(allLiving.topics));
  expect(new Set(await transientGroups())).toEqual(new Set(allLiving.groups));
  expect(living.folders()).toEqual(folders);
  await killed.run("INSERT INTO s VALUES ('b', 'Rome');");
  await until(rows, '"Rome",2');
});
