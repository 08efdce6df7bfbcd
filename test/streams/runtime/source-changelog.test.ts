import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { Admin } from '../../../src/client/index.ts';
import {
  type RestoreProgress,
  type Serde,
  SerdeError,
  Serdes,
  StreamsApp,
  StreamsBuilder,
  type ReadOnlyKeyValueStore,
  type Topology,
  type TopologyOptimization,
} from '../../../src/streams/index.ts';
import { createTopics, produce, waitFor } from './app-under-test.ts';
import { type BrokerAndFolder, brokerAndFolder } from './broker-and-folder.ts';

type Row = { readonly n: number };

let around: BrokerAndFolder;
beforeEach(async () => {
  around = await brokerAndFolder();
  await createTopics(environment, around.bootstrapServers, { rows: 1 });
});
afterEach(() => around.close());

/** Rows that nobody can read before what they need has come, as a schema has to. */
function preparedRows(): Serde<Row> {
  const plain = Serdes.json<Row>();
  let isReady = false;
  return {
    serialize: (topic, row) => plain.serialize(topic, row),
    deserialize(topic, bytes) {
      if (!isReady) throw new SerdeError('not prepared');
      return plain.deserialize(topic, bytes);
    },
    prepare: () =>
      isReady
        ? undefined
        : environment.timers.sleep(1).then(() => {
            isReady = true;
          }),
  };
}

function tableTopology(
  optimization: TopologyOptimization | 'none',
  rowSerde: Serde<Row> = Serdes.json<Row>(),
): Topology {
  const builder = new StreamsBuilder();
  const consumed = {
    keySerde: Serdes.string,
    valueSerde: rowSerde,
    // Rows of even numbers are younger than their records, those of 7 have no time.
    timestampExtractor: ({ value, timestamp }: { readonly value: unknown; readonly timestamp: number }) => {
      const { n } = value as Row;
      return n === 7 ? -1 : n % 2 === 0 ? timestamp + 1000 : timestamp;
    },
  };
  // The store keeps its rows in another form than the topic.
  const text = { serialize: (_topic: string, { n }: Row) => Buffer.from(`n${n}`), deserialize: readRow };
  builder.table('rows', consumed, { storeName: 'table', valueSerde: text });
  return builder.build({ optimization });
}

const readRow = (_topic: string, bytes: Buffer): Row => ({ n: Number(bytes.toString().slice(1)) });

interface Run {
  readonly app: StreamsApp;
  readonly restored: RestoreProgress[];
}

/** Starts an application, in a folder of the given name. */
async function start(
  optimization: TopologyOptimization | 'none',
  folder: string,
  {
    applicationId = `app-${optimization}`,
    rowSerde,
  }: { readonly applicationId?: string; readonly rowSerde?: Serde<Row> } = {},
): Promise<Run> {
  const app = new StreamsApp({
    environment,
    applicationId,
    bootstrapServers: around.bootstrapServers,
    topology: tableTopology(optimization, rowSerde),
    stateDir: path.join(around.folder, folder),
    commitIntervalMs: 50,
    onFailure: { deserialization: 'continue' },
  });
  const restored: RestoreProgress[] = [];
  app.restores$.subscribe((progress) => restored.push(progress));
  await app.start();
  return { app, restored };
}

const processedTo = (app: StreamsApp, offset: number): Promise<void> =>
  waitFor(environment, 'the topic to be processed', () =>
    Object.values(app.metrics().tasks).some(({ inputs }) =>
      inputs.some((input) => input.offset === offset && input.lag === 0),
    ),
  );

async function rowsOf(app: StreamsApp): Promise<readonly string[]> {
  const store: ReadOnlyKeyValueStore<string, Row> = app.keyValueStore('table');
  const rows: string[] = [];
  for await (const [key, { value, timestamp }] of store.entries())
    rows.push(JSON.stringify([key, value.n, timestamp]));
  return rows.sort();
}

const valueOf = (n: number): string => JSON.stringify({ n });

it('is restored from the topic that it is read from, as it is from a changelog', async () => {
  const bootstrapServers = around.bootstrapServers;
  await produce(environment, bootstrapServers, [
    { topic: 'rows', key: 'a', value: valueOf(1) },
    { topic: 'rows', key: 'b', value: valueOf(2) },
    { topic: 'rows', key: 'c', value: 'no JSON' },
    { topic: 'rows', key: 'd', value: valueOf(7) },
    { topic: 'rows', key: 'a', value: valueOf(4) },
  ]);
  const rows: Record<string, readonly string[]> = {};
  for (const optimization of ['none', 'reuse.ktable.source.topics'] as const) {
    const first = await start(optimization, 'first');
    await processedTo(first.app, 5);
    const before = await rowsOf(first.app);
    expect(before.map((row) => row.slice(0, row.lastIndexOf(',')))).toEqual(['["a",4', '["b",2']);
    await first.app.close();

    // Nothing is left but what the broker has, and what it needs to be read has to come first.
    const second = await start(optimization, 'second', { rowSerde: preparedRows() });
    await processedTo(second.app, 5);
    rows[optimization] = await rowsOf(second.app);
    expect(rows[optimization]).toEqual(before);
    const ended = second.restored.find(({ phase }) => phase === 'ended');
    const topic = optimization === 'none' ? 'app-none-table-changelog' : 'rows';
    expect(ended).toMatchObject({ topic, partition: 0, store: 'table' });
    await second.app.close();

    // What is on the disk is all of it.
    const third = await start(optimization, 'second');
    await processedTo(third.app, 5);
    expect(third.restored).toEqual([]);
    expect(await rowsOf(third.app)).toEqual(before);
    await third.app.close();
  }
  expect(rows['reuse.ktable.source.topics']).toEqual(rows['none']);
  const admin = new Admin({ environment, bootstrapServers });
  const topics = await admin.listTopics();
  await admin.close();
  const names = JSON.stringify(topics);
  expect(names).toContain('app-none-table-changelog');
  expect(names).not.toContain('app-reuse.ktable.source.topics-table-changelog');
});

it('takes the offsets of another topic for none: a topology may be optimized later, and no more', async () => {
  await produce(environment, around.bootstrapServers, [
    { topic: 'rows', key: 'a', value: valueOf(1) },
    { topic: 'rows', key: 'b', value: valueOf(2) },
  ]);
  const plain = await start('none', 'state', { applicationId: 'app' });
  await processedTo(plain.app, 2);
  const before = await rowsOf(plain.app);
  await plain.app.close();
  const optimized = await start('reuse.ktable.source.topics', 'state', { applicationId: 'app' });
  await processedTo(optimized.app, 2);
  expect(optimized.restored.map(({ phase }) => phase).at(0)).toBe('started');
  expect(optimized.restored.at(-1)).toMatchObject({ phase: 'ended', topic: 'rows', startOffset: 0 });
  expect(await rowsOf(optimized.app)).toEqual(before);
  await optimized.app.close();
});

it('refuses to go on without the optimization, whose changelog lacks the rows, whether or not there is local state', async () => {
  await produce(environment, around.bootstrapServers, [{ topic: 'rows', key: 'a', value: valueOf(1) }]);
  const optimized = await start('reuse.ktable.source.topics', 'state', { applicationId: 'app' });
  await processedTo(optimized.app, 1);
  await optimized.app.close();
  for (const folder of ['state', 'another']) {
    const plain = await start('none', folder, { applicationId: 'app' });
    const failed: unknown[] = [];
    plain.app.errors$.subscribe((error) => failed.push(error));
    await waitFor(environment, 'the end', () => plain.app.state === 'ERROR');
    expect(failed).toMatchObject([
      { code: 'CHANGELOG_INCOMPLETE', message: expect.stringContaining('table') },
    ]);
    await plain.app.close();
  }
  const again = await start('reuse.ktable.source.topics', 'state', { applicationId: 'app' });
  await processedTo(again.app, 1);
  expect(await rowsOf(again.app)).toHaveLength(1);
  await again.app.close();
});
