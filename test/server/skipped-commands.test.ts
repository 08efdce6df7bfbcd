import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseScript } from '../../grammar/parse.ts';
import { Producer } from '../../src/client/index.ts';
import type { NewCommand } from '../../src/server/commands/command.ts';
import { encodeCommand } from '../../src/server/commands/command.ts';
import { builtInRegistry, Catalog } from '../../src/sql/index.ts';
import { planStatement } from '../sql/plan-statement.ts';
import { eventually, type Json, post, startPlatform, type TestPlatform } from './platform.ts';

/** Recorded statements that are whole and that this release cannot carry out. */

const TOPIC = '_confluent-ksql-default__command_topic';
const source = (name: string): string =>
  `CREATE STREAM ${name} (k STRING KEY, v INT) WITH (KAFKA_TOPIC='${name}', VALUE_FORMAT='JSON', PARTITIONS=1);`;

let platform: TestPlatform;
beforeEach(async () => {
  platform = await startPlatform();
  await state(source('one'));
});
afterEach(() => platform.close());

async function state(ksql: string): Promise<readonly Json[]> {
  const { status, body } = await post(`${platform.url}/ksql`, { ksql });
  expect(body).toBeInstanceOf(Array);
  expect(status).toBe(200);
  return body as readonly Json[];
}

async function restart(): Promise<void> {
  await platform.stop();
  platform = await startPlatform({ data: platform.data });
}

/** Writes what a server of another release would, behind what is recorded. */
async function record(
  command: Omit<NewCommand, 'plannedAtOffset' | 'plan'> & { readonly plan: unknown },
  plannedAtOffset = 1_000,
): Promise<void> {
  const producer = new Producer({ bootstrapServers: platform.bootstrap });
  const { key, value } = encodeCommand({ ...command, plannedAtOffset } as NewCommand);
  await producer.sendAndWait({ topic: TOPIC, key, value });
  await producer.close();
}

const planOf = (
  name: string,
  fields: Json,
): Omit<NewCommand, 'plannedAtOffset' | 'plan'> & { readonly plan: unknown } => ({
  id: `stream/\`${name.toUpperCase()}\`/create`,
  statementText: source(name),
  properties: {},
  control: null,
  plan: { version: 2, text: source(name), ...fields },
});

const brokenSource = (name: string): Json => ({
  kind: 'createSource',
  topic: { name, compacted: false },
  source: { kind: 'STREAM', name: name.toUpperCase(), schema: '`K` STRING KEY, `V` INTEGR(', topic: {} },
});

/** A plan that this release can carry out. */
function planned(name: string): Json {
  const [parsed] = parseScript(source(name));
  if (parsed === undefined) throw new Error('no statement');
  const context = {
    catalog: Catalog.empty,
    functions: builtInRegistry(),
    properties: {},
    topics: new Map<string, never>(),
  };
  return { ...planStatement({ ...parsed, context, queryNumber: 0, queries: [] }) };
}

/** What SHOW QUERIES warns of, and what the health check says of the commands. */
async function health(): Promise<{ readonly warnings: readonly string[]; readonly isHealthy: boolean }> {
  const [answer = {}] = await state('SHOW QUERIES;');
  const warnings = (answer['warnings'] as readonly { readonly message: string }[]).map(
    (each) => each.message,
  );
  const check = (await (await fetch(`${platform.url}/healthcheck`)).json()) as {
    readonly isHealthy: boolean;
    readonly details: { readonly commandRunner: { readonly isHealthy: boolean } };
  };
  expect(check.isHealthy).toBe(check.details.commandRunner.isHealthy);
  const info = (await (await fetch(`${platform.url}/info`)).json()) as {
    readonly KsqlServerInfo: { readonly serverStatus: string };
  };
  expect(info.KsqlServerInfo.serverStatus).toBe(check.isHealthy ? 'RUNNING' : 'DEGRADED');
  return { warnings, isHealthy: check.isHealthy };
}

async function streams(): Promise<readonly unknown[]> {
  const [answer = {}] = await state('SHOW STREAMS;');
  return (answer['streams'] as readonly Json[]).map(({ name }) => name);
}

describe('a recorded statement that cannot be carried out', () => {
  it.each([
    [
      'has a plan of a version to come',
      { ...brokenSource('two'), version: 99 },
      'unknown version of a query plan: 99',
    ],
    ['is of an unknown kind', { kind: 'createView' }, 'unknown kind of a plan: createView'],
    ['does not say what it ends', { kind: 'dropSource', name: 'ONE' }, ''],
    ['holds a type that cannot be read', brokenSource('two'), "not a schema: '`K` STRING KEY"],
    [
      'is nested deeper than what is read',
      { kind: 'createType', name: 'TWO', type: `${'ARRAY<'.repeat(2_000)}INT${'>'.repeat(2_000)}` },
      '',
    ],
    [
      'holds a query without steps',
      {
        kind: 'insertInto',
        query: { version: 2, queryId: 'Q', purpose: 'insertInto', sources: ['ONE'], sink: 'ONE' },
      },
      '',
    ],
  ])('%s: the server starts without it and says so', async (_, fields, reason) => {
    await record(planOf('two', fields));
    await record(planOf('three', { ...brokenSource('three'), source: undefined }));
    await restart();
    expect(await streams()).toEqual(['ONE']);
    const { warnings, isHealthy } = await health();
    expect(isHealthy).toBe(false);
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toContain(reason);
    expect(warnings[0]).toContain('offset 1 of the command topic');
    expect(warnings[0]).toContain(
      `State it again, or start a release that can carry it out: ${source('two')}`,
    );
    // The others go on, new ones are taken, and another start finds the same.
    await state(source('four'));
    await restart();
    expect(await streams()).toEqual(['FOUR', 'ONE']);
    expect((await health()).warnings).toEqual(warnings);
    // Stated again it is done with, also for later starts.
    await state(source('two'));
    await state(source('three'));
    expect(await health()).toEqual({ warnings: [], isHealthy: true });
    await restart();
    expect(await streams()).toEqual(['FOUR', 'ONE', 'THREE', 'TWO']);
    expect(await health()).toEqual({ warnings: [], isHealthy: true });
  });

  it('does not end what a running server takes from another one', async () => {
    await record({ ...planOf('two', { ...brokenSource('two'), version: 99 }) });
    await state(source('three'));
    expect(await streams()).toEqual(['ONE', 'THREE']);
    expect((await health()).isHealthy).toBe(false);
  });

  it.each([
    ['of a version to come', { version: 99 }],
    ['of an unknown kind', { kind: 'createView' }],
    ['that cannot be applied', {}],
  ])(
    'gets ahead of what was planned without it, at once and at every start: a plan %s',
    async (_, fields) => {
      // A server that can carry it out has, and passes over what follows: so must one that cannot.
      await record(planOf('two', { ...brokenSource('two'), ...fields }));
      await record(planOf('overtaken', planned('overtaken')), 1);
      await record(planOf('next', planned('next')), 2);
      await eventually(async () => ((await streams()).includes('NEXT') ? true : undefined));
      expect(await streams()).toEqual(['NEXT', 'ONE']);
      await restart();
      expect(await streams()).toEqual(['NEXT', 'ONE']);
    },
  );

  it('is not done with by an INSERT into the stream that it makes', async () => {
    const insert = 'INSERT INTO one SELECT * FROM other;';
    await state(source('other'));
    const id = 'stream/`ONE`/create';
    await record({ ...planOf('one', { version: 99 }), id, statementText: insert });
    await state('INSERT INTO one SELECT * FROM other WHERE v > 1;');
    expect((await health()).isHealthy).toBe(false);
    await state(insert);
    expect((await health()).isHealthy).toBe(true);
  });
});
