import { afterAll, beforeAll, expect, it } from 'vitest';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { Admin } from '../../src/client/index.ts';
import { builtInRegistry } from '../../src/sql/functions/built-in.ts';
import { KafkaHost, SqlEngine } from '../../src/sql/index.ts';
import { emptySession } from '../../src/sql/statements/session.ts';
import { schemaRegistry } from '../../src/streams/schema-registry.ts';
import { eventually, type Json, post, startPlatform, type TestPlatform } from './platform.ts';

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startPlatform();
});
afterAll(() => platform.close());

async function run(ksql: string): Promise<string> {
  const { status, body } = await post(`${platform.url}/ksql`, { ksql });
  expect(status, JSON.stringify(body)).toBe(200);
  return JSON.stringify(body);
}

const subjects = async (): Promise<unknown> => (await fetch(`${platform.url}/subjects`)).json();

const create = (name: string, format: string): string =>
  `CREATE STREAM ${name} (k STRUCT<a INT> KEY, v INT) WITH (KAFKA_TOPIC='${name}', FORMAT='${format}', PARTITIONS=1);`;

it.each(['AVRO', 'JSON_SR', 'PROTOBUF'])(
  'DELETE TOPIC deletes the schemas of %s, of key and value',
  async (format) => {
    await run(create('s', format));
    expect(await subjects()).toEqual(['s-key', 's-value']);
    await run('DROP STREAM s;');
    expect(await subjects()).toEqual(['s-key', 's-value']);
    await run(create('s', format));
    await run('DROP STREAM s DELETE TOPIC;');
    expect(await subjects()).toEqual([]);
  },
);

it('leaves what is not of its formats, and tells of what cannot be deleted', async () => {
  const schema = JSON.stringify({ schema: '{"type":"record","name":"R","fields":[]}' });
  const register = (subject: string, body: string) =>
    fetch(`${platform.url}/subjects/${subject}/versions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
  await register('j-key', schema);
  await run(
    "CREATE STREAM j (k STRING KEY, v INT) WITH (KAFKA_TOPIC='j', KEY_FORMAT='KAFKA', VALUE_FORMAT='AVRO', PARTITIONS=1);",
  );
  const references = [{ name: 'J', subject: 'j-value', version: 1 }];
  expect((await register('user', JSON.stringify({ schema: '"string"', references }))).status).toBe(200);
  expect(await run('DROP STREAM j DELETE TOPIC;')).toContain('Schemas could not be deleted: j-value: ');
  expect(await subjects()).toEqual(['j-key', 'j-value', 'user']);
  expect(await run('SHOW STREAMS; SHOW TOPICS;')).not.toContain('"name":"J"');
});

it('a server that comes to the statement later leaves the schemas of a topic that it has not deleted', async () => {
  const registry = schemaRegistry(platform.url);
  const host = new KafkaHost({
    ...{ environment: nodeEnvironment, bootstrapServers: platform.bootstrap, registry },
    ...{ stateDir: platform.data, serviceId: 'other_' },
  });
  const engine = new SqlEngine({ host, functions: builtInRegistry() });
  try {
    const [made] = await engine.prepare(create('late', 'AVRO'));
    if (made !== undefined) await engine.execute(made);
    const [drop] = await engine.prepare('DROP STREAM late DELETE TOPIC;');
    const prepared = drop === undefined ? undefined : await engine.plan(drop);
    if (prepared === undefined) throw new Error('no plan');
    expect(prepared.plan).toMatchObject({ deleteSubjects: ['late-key', 'late-value'] });
    expect(await host.deleteTopic('late')).toBe(true);
    await engine.apply(prepared.plan, emptySession);
    expect(await registry.latest('late-value')).toBeDefined();
  } finally {
    await engine.close();
    await host.close();
    registry.close();
  }
});

it('the end of the service deletes the schemas of the topics that it deletes, and of those that are gone', async () => {
  await run(create('given', 'AVRO'));
  await run('CREATE STREAM gone AS SELECT * FROM given; CREATE STREAM kept AS SELECT * FROM given;');
  await run('CREATE STREAM lost AS SELECT * FROM given;');
  const left = await subjects();
  expect(left).toEqual(expect.arrayContaining(['GONE-key', 'GONE-value', 'KEPT-value', 'LOST-value']));
  // As an end that was cut off after it had deleted the topic.
  const admin = new Admin({ bootstrapServers: platform.bootstrap });
  await admin.deleteTopics(['LOST']);
  await admin.close();
  await post(`${platform.url}/ksql/terminate`, { deleteTopicList: ['GONE', 'LOST', 'given'] });
  await eventually(async () => {
    const { serverState } = (await (await fetch(`${platform.url}/healthcheck`)).json()) as Json;
    return serverState === 'TERMINATED' ? true : undefined;
  });
  const all = left as readonly string[];
  expect(await subjects()).toEqual(all.filter((subject) => !/^(?:GONE|LOST)-/.test(subject)));
});
