import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Producer } from '../../src/client/index.ts';
import { batchesOf } from '../../src/protocol/records/batch-view.ts';
import { type Facts, Millrace, type MillraceProcess } from '../e2e/millrace-process.ts';
import { type Json, post, startPlatform } from './platform.ts';

const TOPIC = '_confluent-ksql-default__command_topic';
const SKIP = { 'ksql.command.topic.skip.damage': 'true' };

let data: string;

beforeEach(async () => {
  const platform = await startPlatform();
  data = platform.data;
  for (const name of ['one', 'two', 'three']) {
    const ksql = `CREATE STREAM ${name} (a INT) WITH (KAFKA_TOPIC = '${name}', VALUE_FORMAT = 'JSON', PARTITIONS = 1);`;
    expect((await post(`${platform.url}/ksql`, { ksql })).status).toBe(200);
  }
  await platform.stop();
});

afterEach(() => fs.rmSync(data, { recursive: true, force: true }));

function logFile(): string {
  return path.join(data, 'kafka', `${TOPIC}-0`, '00000000000000000000.log');
}

/** Where the batches of the log begin. */
function starts(bytes: Buffer): number[] {
  return batchesOf(bytes).map(({ start }) => start);
}

async function streams(url: string): Promise<unknown[]> {
  const { body } = await post(`${url}/ksql`, { ksql: 'SHOW STREAMS;' });
  return (body as [{ streams: Json[] }])[0].streams.map(({ name }) => name);
}

/** Refused without the setting; what is served with it. */
async function expectDamage(where: RegExp, left: readonly string[]): Promise<void> {
  await expect(startPlatform({ data })).rejects.toThrow(where);
  const platform = await startPlatform({ data, properties: SKIP });
  expect(await streams(platform.url)).toEqual(left);
  // What is stated from now on is recorded behind the damage.
  const ksql = `CREATE STREAM four (a INT) WITH (KAFKA_TOPIC = 'four', VALUE_FORMAT = 'JSON', PARTITIONS = 1);`;
  expect((await post(`${platform.url}/ksql`, { ksql })).status).toBe(200);
  await platform.stop();
  const again = await startPlatform({ data, properties: SKIP });
  expect(await streams(again.url)).toEqual(['FOUR', ...left]);
  await again.stop();
}

it('names a statement whose record was changed, and starts without it where that was decided', async () => {
  const bytes = fs.readFileSync(logFile());
  const [, second = 0] = starts(bytes);
  bytes[second + 100] = (bytes[second + 100] ?? 0) ^ 1;
  fs.writeFileSync(logFile(), bytes);
  await expectDamage(/is damaged at offset 1: the batch at offset 1 .* cannot be read: its checksum/, [
    'ONE',
    'THREE',
  ]);
});

it('names a statement that cannot be found any more', async () => {
  const bytes = fs.readFileSync(logFile());
  const [, second = 0, third = 0] = starts(bytes);
  fs.writeFileSync(logFile(), Buffer.concat([bytes.subarray(0, second), bytes.subarray(third)]));
  // As the same log of a Kafka that has no list of what was closed.
  fs.rmSync(path.join(data, 'kafka', '.closed-logs'));
  await expectDamage(/is damaged at offset 1: they are missing/, ['ONE', 'THREE']);
});

it('names a record that is no statement', async () => {
  const platform = await startPlatform({ data });
  const producer = new Producer({ bootstrapServers: platform.bootstrap });
  await producer.sendAndWait({ topic: TOPIC, key: Buffer.from('x'), value: Buffer.from('thesis') });
  await producer.close();
  await platform.stop();
  await expectDamage(/is damaged at offset 3: a command of the command topic cannot be read/, [
    'ONE',
    'THREE',
    'TWO',
  ]);
});

it('names statements at the end that it has carried out and that are gone, in the topic that it knew', async () => {
  const file = path.join(data, 'sql-state', 'command-topic-default_.json');
  const noted = JSON.parse(fs.readFileSync(file, 'utf8')) as { readonly topicId: string };
  expect(noted).toEqual({ topicId: expect.any(String), nextOffset: 3 });
  // What the recovery of a log has cut off looks like a topic that ends before what was seen of it.
  fs.writeFileSync(file, JSON.stringify({ ...noted, nextOffset: 5 }));
  await expectDamage(/is damaged at offsets 3 to 4: this server has carried them out/, [
    'ONE',
    'THREE',
    'TWO',
  ]);
  const otherId = 'BwcHBwcHBwcHBwcHBwcHBw';
  fs.writeFileSync(file, JSON.stringify({ topicId: otherId, nextOffset: 90 }));
  const platform = await startPlatform({ data });
  await platform.stop();
  expect(JSON.parse(fs.readFileSync(file, 'utf8'))).toEqual({ ...noted, nextOffset: 4 });
});

it('leaves the broker to its clients, and says why SQL does not run', async () => {
  const millrace = new Millrace();
  const bytes = fs.readFileSync(logFile());
  bytes[100] = (bytes[100] ?? 0) ^ 1;
  fs.writeFileSync(logFile(), bytes);
  const broker = path.join(data, 'kafka');
  let child: MillraceProcess | undefined;
  try {
    child = millrace.spawn(['start', '--data', broker, '--kafka-port', '0', '--http-port', '0', '--json']);
    const facts = JSON.parse(await child.waitFor(/^\{"kafka".*\}$/m)) as Facts;
    expect(facts).not.toHaveProperty('http');
    expect(child.text).toMatch(/command topic .* is damaged at offset 0: .*the SQL server does not start/);
    expect((await millrace.run(['topic', 'list', '-b', facts.kafka])).text).toContain('three');
    expect((await child.stop('SIGINT')).code).toBe(0);
  } finally {
    await millrace.close();
  }
});
