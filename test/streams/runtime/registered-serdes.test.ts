import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { Producer } from '../../../src/client/index.ts';
import {
  schemaRegistry,
  type SchemaRegistryClient,
  type SchemaSerde,
  Serdes,
  StreamsApp,
  type StreamsAppOptions,
  StreamsBuilder,
  type Topology,
} from '../../../src/streams/index.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';
import { startRegistry, type TestRegistry } from '../../server/registry/registry-harness.ts';
import { createTopics, waitFor } from './app-under-test.ts';
import { brokerAndFolder } from './broker-and-folder.ts';

const order = (
  ...more: readonly { readonly name: string; readonly type: string; readonly default?: unknown }[]
) => ({
  type: 'record',
  name: 'Order',
  fields: [{ name: 'id', type: 'string' }, ...more],
});
/** Three versions of what is written, and what the application reads them as. */
const VERSIONS = [
  order({ name: 'amount', type: 'int' }),
  order({ name: 'amount', type: 'int' }, { name: 'note', type: 'string', default: '' }),
  order({ name: 'note', type: 'string', default: '' }, { name: 'amount', type: 'double' }),
];
const READ = {
  type: 'record',
  name: 'Order',
  fields: [
    { name: 'id', type: 'string' },
    { name: 'amount', type: 'double' },
  ],
} as const;
const TOTAL = { type: 'record', name: 'Total', fields: [{ name: 'sum', type: 'double' }] } as const;
const LATER_TOTAL = {
  ...TOTAL,
  fields: [...TOTAL.fields, { name: 'count', type: 'int', default: 100 }],
} as const;

let folder: string;
let bootstrapServers: string;
let server: TestRegistry;
let registry: SchemaRegistryClient;
let producer: Producer;

/** Sums up amounts by id; `fold` has the shape of the totals. */
function topologyOf<T>(totals: SchemaSerde<T>, first: T, fold: (total: T, amount: number) => T): Topology {
  const orders = Serdes.avro(READ, { registry });
  const builder = new StreamsBuilder();
  builder
    .stream('orders', { keySerde: Serdes.string, valueSerde: orders })
    .groupBy((_key, { id }) => id, { keySerde: Serdes.string, valueSerde: orders })
    .aggregate(
      () => first,
      (_id, { amount }, total) => fold(total, amount),
      { storeName: 'totals', keySerde: Serdes.string, valueSerde: totals },
    )
    .toStream()
    .to((id) => `totals-${id}`, { keySerde: Serdes.string, valueSerde: totals });
  return builder.build();
}

const appOf = (topology: Topology, more: Partial<StreamsAppOptions> = {}): StreamsApp =>
  new StreamsApp({
    environment,
    applicationId: 'sums',
    bootstrapServers,
    stateDir: path.join(folder, 'state'),
    topology,
    commitIntervalMs: 100,
    consumer: { sessionTimeoutMs: 1500, heartbeatIntervalMs: 300 },
    ...more,
  });

async function produce(version: number, amount: number): Promise<void> {
  const serde = Serdes.avro(VERSIONS[version] ?? 'null', { registry }) as unknown as SchemaSerde<object>;
  await serde.prepareTopic('orders', 'sink');
  const value = serde.serialize('orders', { id: 'a', amount });
  await producer.sendAndWait({ topic: 'orders', key: 'k', value });
}

async function total(app: StreamsApp, expected: object): Promise<void> {
  await expect
    .poll(
      async () =>
        (
          await app
            .keyValueStore<string, object>('totals')
            .get('a')
            .catch(() => undefined)
        )?.value,
      {
        timeout: PATIENCE_MS,
      },
    )
    .toEqual(expected);
}

describe('an application whose values have registered schemas', () => {
  beforeEach(async () => {
    const around = await brokerAndFolder({ 'group.min.session.timeout.ms': 500 });
    ({ bootstrapServers, folder } = around);
    server = await startRegistry(bootstrapServers);
    const client = schemaRegistry(server.url, { timeoutMs: 5000 });
    registry = client;
    producer = new Producer({ environment, bootstrapServers });
    await createTopics(environment, bootstrapServers, { orders: 1, 'totals-a': 1 });
    return async () => {
      await producer.close();
      client.close();
      await server.close();
      await around.close();
    };
  });

  it('reads records of three schemas, and its own state by an earlier one', async () => {
    await fetch(`${server.url}/config/orders-value`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: '{"compatibility":"NONE"}',
    });
    const sums = Serdes.avro(TOTAL, { registry });
    const first = appOf(topologyOf(sums, { sum: 0 }, ({ sum }, amount) => ({ sum: sum + amount })));
    await first.start();
    for (const version of [0, 1, 2, 0]) await produce(version, 1 + version);
    await total(first, { sum: 7 });
    await first.close();
    // The store was there before any topic of others was written to.
    expect(await registry.subjects()).toEqual([
      'orders-value',
      'sums-totals-changelog-value',
      'sums-totals-repartition-value',
      'totals-a-value',
    ]);

    // Another client knows nothing of the schemas that the first one has learnt.
    const another = schemaRegistry(server.url, { timeoutMs: 5000 });
    registry = another;
    const counted = Serdes.avro(LATER_TOTAL, { registry });
    const second = appOf(
      topologyOf(counted, { sum: 0, count: 0 }, ({ sum, count }, amount) => ({
        sum: sum + amount,
        count: count + 1,
      })),
    );
    await second.start();
    await total(second, { sum: 7, count: 100 });
    await produce(2, 1);
    await total(second, { sum: 8, count: 101 });
    await second.close();
    another.close();
  });

  it('leaves out a record whose schema is nowhere, where it is told to, and reads it when it is there', async () => {
    const failed: string[] = [];
    const sums = Serdes.avro(TOTAL, { registry });
    const app = appOf(
      topologyOf(sums, { sum: 0 }, ({ sum }, amount) => ({ sum: sum + amount })),
      {
        onFailure: {
          deserialization: (error) => {
            failed.push(error instanceof Error ? error.message : String(error));
            return 'continue';
          },
        },
      },
    );
    await app.start();
    await produce(0, 1);
    for (const hex of ['0000000063', '7b7d']) {
      await producer.sendAndWait({ topic: 'orders', key: 'k', value: Buffer.from(hex, 'hex') });
    }
    await produce(0, 2);
    await total(app, { sum: 3 });
    await app.close();
    expect(failed).toEqual(['Schema 99 not found in the schema registry', 'Unknown magic byte!']);
  });

  it('fails with the name of the registry where that is away', async () => {
    await server.close();
    const sums = Serdes.avro(TOTAL, { registry });
    const app = appOf(topologyOf(sums, { sum: 0 }, ({ sum }, amount) => ({ sum: sum + amount })));
    const errors: unknown[] = [];
    app.errors$.subscribe((error) => errors.push(error));
    await app.start();
    await waitFor(environment, 'an end', () => app.state === 'ERROR');
    await app.close();
    expect(errors[0]).toMatchObject({ code: 'SCHEMA_REGISTRY', retriable: true });
    expect(String(errors[0])).toContain(`the schema registry at ${server.url} does not answer`);
    server = await startRegistry(bootstrapServers);
  });
});
