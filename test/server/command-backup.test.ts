import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Admin } from '../../src/client/index.ts';
import { liveGroups } from '../../src/server/index.ts';
import { millrace } from '../e2e/command.ts';
import { eventually, type Json, post, startPlatform, type TestPlatform } from './platform.ts';

const TOPIC = '_confluent-ksql-default__command_topic';

let platform: TestPlatform;
let data: string;
let location: string;

const start = (properties: Readonly<Record<string, string>> = {}): Promise<TestPlatform> =>
  startPlatform({
    data,
    properties: {
      'ksql.enable.metastore.backup': 'true',
      'ksql.metastore.backup.location': location,
      ...properties,
    },
  });

beforeEach(async () => {
  const first = await startPlatform();
  data = first.data;
  location = path.join(data, 'backups');
  await first.stop();
  platform = await start();
});

afterEach(() => platform.close());

const create = (name: string) =>
  ksql(
    `CREATE STREAM ${name} (a INT) WITH (KAFKA_TOPIC = '${name}', VALUE_FORMAT = 'JSON', PARTITIONS = 1);`,
  );

const ksql = (sql: string) => post(`${platform.url}/ksql`, { ksql: sql });

async function streams(): Promise<unknown> {
  const { body } = await ksql('SHOW STREAMS;');
  return (body as [{ streams: Json[] }])[0].streams.map(({ name }) => name);
}

async function deleteTopic(): Promise<void> {
  const admin = new Admin({ bootstrapServers: platform.bootstrap });
  await admin.deleteTopics([TOPIC]);
  await admin.close();
}

const backups = (): readonly string[] => fs.readdirSync(location).map((name) => path.join(location, name));
const linesOf = (file: string): number => fs.readFileSync(file, 'utf8').trimEnd().split('\n').length;

it('copies all statements to one file over several lives, and restores them from it', async () => {
  await create('one');
  await create('two');
  await platform.stop();
  platform = await start();
  await create('three');
  const [file = '', ...others] = backups();
  expect(others).toEqual([]);
  expect(path.basename(file)).toMatch(new RegExp(`^backup_${TOPIC}_\\d+$`));
  expect(linesOf(file)).toBe(3);
  await platform.stopServer();
  await deleteTopic();
  await platform.stop().catch(() => undefined);
  await expect(start()).rejects.toThrow(/differ: the last 3 statements of the backup are not in the topic/);

  // The cluster without a SQL server that has a backup.
  platform = await startPlatform({ data, properties: { 'ksql.service.id': 'other_' } });
  const on = ['-b', platform.bootstrap];
  expect(await millrace(['sql-server', 'restore', file, ...on])).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('--yes') as unknown,
  });
  expect(await millrace(['sql-server', 'restore', file, '--yes', ...on])).toMatchObject({
    status: 0,
    stdout: expect.stringContaining(`restored ${TOPIC} with 3 statements`) as unknown,
  });
  await platform.stop();
  platform = await start();
  expect(await streams()).toEqual(['ONE', 'THREE', 'TWO']);
  await create('four');
  expect(linesOf(file)).toBe(4);
});

it('begins another backup where the operator goes on with what the topic has', async () => {
  await create('one');
  await create('two');
  const [file = ''] = backups();
  const [first = ''] = fs.readFileSync(file, 'utf8').split('\n');
  await platform.stop();
  fs.writeFileSync(file, `${first}\n${first}\n`);
  await expect(start()).rejects.toThrow(/differ: statement 2 is another one/);
  platform = await start({ 'ksql.command.topic.skip.damage': 'true' });
  expect(await streams()).toEqual(['ONE', 'TWO']);
  expect(backups().map(linesOf)).toEqual([2, 2]);
  await create('three');
  expect(
    backups()
      .map(linesOf)
      .toSorted((a, b) => a - b),
  ).toEqual([2, 3]);
});

it('restores an older backup beside a newer one, not while queries run, and the servers start', async () => {
  await create('one');
  const [file = ''] = backups();
  const older = path.join(data, 'older');
  fs.copyFileSync(file, older);
  await ksql('CREATE STREAM two AS SELECT * FROM one;');
  const admin = new Admin({ bootstrapServers: platform.bootstrap });
  await eventually(async () => ((await liveGroups(TOPIC, admin)).length === 1 ? true : undefined));
  await admin.close();
  const on = ['-b', platform.bootstrap, '--yes', '--backups', location];
  const restore = (...more: string[]) => millrace(['sql-server', 'restore', older, ...on, ...more]);
  expect(await restore()).toMatchObject({
    status: 1,
    stderr: expect.stringContaining(
      `${TOPIC} is in use: a server is running _confluent-ksql-default_query_`,
    ) as unknown,
  });
  expect(await streams()).toEqual(['ONE', 'TWO']);
  await platform.stopServer();
  // The members of a server that has stopped are there until their session is over.
  expect(await restore('--force')).toMatchObject({
    status: 0,
    stdout: expect.stringContaining(`set aside ${file}: it is ${file}.replaced now`) as unknown,
  });
  expect(backups()).toEqual([`${file}.replaced`]);
  await platform.stop();
  platform = await start();
  expect(await streams()).toEqual(['ONE']);
});

it('leaves the statements as they are where the folder of backups is none', async () => {
  await create('one');
  const [file = ''] = backups();
  const older = path.join(data, 'older');
  fs.copyFileSync(file, older);
  await create('two');
  await platform.stopServer();
  const on = ['-b', platform.bootstrap, '--yes', '--force'];
  for (const folder of [path.join(data, 'nowhere'), older]) {
    const { status, stderr } = await millrace(['sql-server', 'restore', older, ...on, '--backups', folder]);
    expect(status).toBe(1);
    expect(stderr).toContain(`backups in ${folder} cannot be set aside`);
  }
  await platform.stop();
  platform = await start();
  expect(await streams()).toEqual(['ONE', 'TWO']);
});

it.each([
  ['cut off', (line: string) => line.slice(0, 20)],
  ['whole but for its end', (line: string) => line],
])('goes on with a backup whose last line is %s', async (_, left) => {
  await create('one');
  await create('two');
  const [file = ''] = backups();
  const [first = '', second = ''] = fs.readFileSync(file, 'utf8').split('\n');
  await platform.stop();
  fs.writeFileSync(file, `${first}\n${left(second)}`);
  platform = await start();
  await create('three');
  const lines = fs.readFileSync(file, 'utf8').split('\n');
  expect([backups(), lines.slice(0, 2), lines.length]).toEqual([[file], [first, second], 4]);
});

it('refuses a file that is no backup, and a statement that it cannot read', async () => {
  const file = path.join(data, 'wrong');
  fs.writeFileSync(file, 'nothing\n');
  const on = ['-b', platform.bootstrap, '--yes'];
  const restore = (...more: string[]) => millrace(['sql-server', 'restore', file, ...on, ...more]);
  expect(await restore()).toMatchObject({ status: 1, stderr: expect.stringContaining('line 1') as unknown });
  fs.writeFileSync(file, '"stream/`X`/create":{"a":1}\n');
  expect(await restore()).toMatchObject({ status: 1, stderr: expect.stringContaining('line 1') as unknown });
  await create('one');
  const [backup = ''] = backups();
  fs.writeFileSync(file, fs.readFileSync(backup, 'utf8').slice(0, 50));
  expect(await restore()).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('line 1 is cut off') as unknown,
  });
  expect(await restore('--skip-cut')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('there is no statement in it') as unknown,
  });
  expect(await streams()).toEqual(['ONE']);
});

it('says where the folder of the backups is missing', async () => {
  await expect(startPlatform({ properties: { 'ksql.enable.metastore.backup': 'true' } })).rejects.toThrow(
    'ksql.metastore.backup.location is not set',
  );
});
