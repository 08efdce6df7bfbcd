import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { allOf } from '../all-of.ts';
import { nodeEnvironment as environment } from '../../../src/base/io/node-environment.ts';
import { Admin, Consumer } from '../../../src/client/index.ts';
import { partitionOfKey } from '../../../src/base/murmur2.ts';
import {
  Serdes,
  StreamsApp,
  StreamsBuilder,
  type RestoreProgress,
  type StreamsState,
  timeWindowedSerde,
  Windowed,
} from '../../../src/streams/index.ts';
import { collectApp, createTopics, produce, readTotals, records, waitFor } from './app-under-test.ts';
import { brokerAndFolder } from './broker-and-folder.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };
let folder: string;
let bootstrapServers: string;

/** The last value of each key of a topic of one partition, read from its beginning until enough is there. */
async function readAll(
  topic: string,
  enough: (found: ReadonlyMap<string, string>) => boolean,
): Promise<ReadonlyMap<string, string>> {
  const consumer = new Consumer({ environment, bootstrapServers, autoOffsetReset: 'earliest' });
  consumer.assign([{ topic, partition: 0 }]);
  const found = new Map<string, string>();
  for (let polls = 0; !enough(found) && polls < 200; polls++) {
    for (const { records: read } of await consumer.poll(100)) {
      for (const { key, value } of read) found.set(String(key), String(value));
    }
  }
  await consumer.close();
  return found;
}

const stateDir = (name: string): string => path.join(folder, name);

describe('an application on a broker', () => {
  beforeEach(async () => {
    const around = await brokerAndFolder({ 'group.min.session.timeout.ms': 500 });
    ({ bootstrapServers, folder } = around);
    return () => around.close();
  });

  it('shares its partitions with a second instance and takes them back, and nothing is lost', async () => {
    await createTopics(environment, bootstrapServers, { in: 4, out: 4 });
    const first = collectApp(environment, { bootstrapServers, stateDir: stateDir('a') });
    const second = collectApp(environment, { bootstrapServers, stateDir: stateDir('b') });
    const states: StreamsState[] = [];
    first.state$.subscribe((state) => states.push(state));

    await first.start();
    await produce(environment, bootstrapServers, records(0, 500));
    await waitFor(environment, 'RUNNING', () => first.state === 'RUNNING');
    expect(Object.keys(first.metrics().tasks)).toHaveLength(8);

    await second.start();
    await waitFor(environment, 'both to have tasks', () => {
      const mine = Object.keys(first.metrics().tasks);
      const theirs = Object.keys(second.metrics().tasks);
      return mine.length === 4 && theirs.length === 4 && new Set([...mine, ...theirs]).size === 8;
    });
    await produce(environment, bootstrapServers, records(500, 500));
    await second.close();
    await produce(environment, bootstrapServers, records(1000, 200));

    const sizes = await readTotals(environment, bootstrapServers, {
      total: 1200,
      partitions: 4,
      timeoutMs: 30_000,
    });
    expect(Object.fromEntries(sizes)).toEqual(
      Object.fromEntries(Array.from('abcdefgh', (group) => [group, 150])),
    );
    const all = await first.keyValueStore<string, readonly string[]>('collected').get('a');
    expect(all?.value).toHaveLength(150);
    await first.close();
    expect(states[0]).toBe('CREATED');
    expect(states.at(-1)).toBe('NOT_RUNNING');
  });

  it('restores its state from the changelog when the local state is gone', async () => {
    await createTopics(environment, bootstrapServers, { in: 2, out: 2 });
    await produce(environment, bootstrapServers, records(0, 400));
    const first = collectApp(environment, { bootstrapServers, stateDir: stateDir('first') });
    await first.start();
    await readTotals(environment, bootstrapServers, { total: 400, partitions: 2, timeoutMs: 30_000 });
    await first.close();

    const second = collectApp(environment, { bootstrapServers, stateDir: stateDir('empty') });
    const restores: RestoreProgress[] = [];
    let isOver = false;
    second.restores$.subscribe({ next: (each) => restores.push(each), complete: () => (isOver = true) });
    await second.start();
    await produce(environment, bootstrapServers, records(400, 80));
    const sizes = await readTotals(environment, bootstrapServers, {
      total: 480,
      partitions: 2,
      timeoutMs: 30_000,
    });
    expect([...sizes.values()]).toEqual(Array.from({ length: 8 }, () => 60));
    // Only the new records were processed: the rest came from the changelog.
    const processed = Object.values(second.metrics().tasks).map((task) => task.processed);
    expect(processed.reduce((a, b) => a + b, 0)).toBe(160);
    const restored = [0, 1].map((partition) => restores.filter((each) => each.partition === partition));
    for (const steps of restored) {
      const [first] = steps;
      expect(first).toMatchObject({
        phase: 'started',
        store: 'collected',
        topic: 'collect-collected-changelog',
        startOffset: 0,
        records: 0,
      });
      expect(new Set(steps.slice(1, -1).map(({ phase }) => phase))).toEqual(new Set(['progressed']));
      expect(steps.at(-1)).toMatchObject({ phase: 'ended', offset: first?.endOffset });
    }
    const { restoring, threads } = second.metrics();
    expect(restoring).toEqual([]);
    const counts = restored.map((steps) => steps.at(-1)?.records ?? 0);
    expect(threads).toMatchObject([{ restoredStores: 2, restoredRecords: counts.reduce((a, b) => a + b) }]);
    await second.close();
    expect(isOver).toBe(true);
  });

  it('forgets local state whose changelog has lost what comes next', async () => {
    // Made here, the changelog is not compacted, and its records can be deleted.
    const changelog = 'collect-collected-changelog';
    await createTopics(environment, bootstrapServers, { in: 1, out: 1, [changelog]: 1 });
    for (const [name, from] of [
      ['a', 0],
      ['b', 100],
    ] as const) {
      await produce(environment, bootstrapServers, records(from, 100));
      const app = collectApp(environment, { bootstrapServers, stateDir: stateDir(name) });
      await app.start();
      await readTotals(environment, bootstrapServers, {
        total: from + 100,
        partitions: 1,
        timeoutMs: 30_000,
      });
      await app.close();
    }
    const admin = new Admin({ environment, bootstrapServers });
    await admin.deleteRecords([{ topic: changelog, partition: 0, offset: -1 }]);
    await admin.close();
    const app = collectApp(environment, { bootstrapServers, stateDir: stateDir('a') });
    await app.start();
    await waitFor(environment, 'RUNNING', () => app.state === 'RUNNING');
    expect(await allOf(app.keyValueStore('collected').entries())).toEqual([]);
    await app.close();
  });

  it('deletes what was processed from its repartition topics, though nothing more comes', async () => {
    await createTopics(environment, bootstrapServers, { in: 1, out: 1 });
    await produce(environment, bootstrapServers, records(0, 50));
    const app = collectApp(environment, {
      bootstrapServers,
      stateDir: stateDir('a'),
      repartitionPurgeIntervalMs: 1_000,
    });
    await app.start();
    await readTotals(environment, bootstrapServers, { total: 50, partitions: 1, timeoutMs: 30_000 });
    const consumer = new Consumer({ environment, bootstrapServers });
    const partition = { topic: 'collect-collected-repartition', partition: 0 };
    let first = 0;
    while (first < 50) {
      const [beginning] = await consumer.beginningOffsets([partition]);
      first = beginning?.offset ?? 0;
    }
    expect(first).toBe(50);
    await consumer.close();
    await app.close();
  });

  it('joins a stream with a table, and rows by foreign key, across partitions, while one input stays empty', async () => {
    await createTopics(environment, bootstrapServers, {
      people: 3,
      cities: 2,
      visits: 3,
      never: 3,
      out: 1,
      joined: 1,
    });
    const builder = new StreamsBuilder();
    const people = builder.table('people', strings);
    const cities = builder.table('cities', strings);
    people
      .join(cities, (city, country) => `${city} in ${country}`, {
        foreignKey: (city: string) => city,
        valueSerde: Serdes.string,
      })
      .toStream()
      .to('joined', strings);
    builder
      .stream('visits', strings)
      .merge(builder.stream('never', strings))
      .leftJoin(people, (visit, city) => `${visit} from ${city}`, strings)
      .to('out', strings);
    await produce(environment, bootstrapServers, [
      ...['ann', 'bob', 'cat', 'dan'].map((key, i) => ({
        topic: 'people',
        key,
        value: i % 2 ? 'rome' : 'oslo',
      })),
      { topic: 'cities', key: 'rome', value: 'italy' },
      { topic: 'cities', key: 'oslo', value: 'norway' },
    ]);
    const app = new StreamsApp({
      environment,
      bootstrapServers,
      applicationId: 'join',
      topology: builder.build(),
      stateDir: stateDir('a'),
      commitIntervalMs: 50,
    });
    await app.start();
    const joined = await readAll('joined', (found) => found.size === 4);
    expect(Object.fromEntries(joined)).toEqual({
      ann: 'oslo in norway',
      bob: 'rome in italy',
      cat: 'oslo in norway',
      dan: 'rome in italy',
    });
    await produce(environment, bootstrapServers, [
      { topic: 'visits', key: 'ann', value: 'monday' },
      { topic: 'visits', key: 'eve', value: 'friday' },
      { topic: 'cities', key: 'oslo', value: 'norge' },
    ]);
    expect(Object.fromEntries(await readAll('out', (found) => found.size === 2))).toEqual({
      ann: 'monday from oslo',
      eve: 'friday from null',
    });
    const renamed = await readAll(
      'joined',
      (found) => found.get('cat') === 'oslo in norge' && found.get('ann') === 'oslo in norge',
    );
    expect(renamed.get('bob')).toBe('rome in italy');
    await app.close();
  });

  it('tells partitioners the number of partitions of a topic that a function has chosen', async () => {
    await createTopics(environment, bootstrapServers, { in: 1, small: 2, large: 3 });
    const builder = new StreamsBuilder();
    const partitioner = (_topic: string, _key: string, _value: string, count: number): number => count - 1;
    builder.stream('in', strings).to((key) => key, { ...strings, partitioner });
    const app = new StreamsApp({
      environment,
      bootstrapServers,
      applicationId: 'choose',
      topology: builder.build(),
      stateDir: stateDir('a'),
    });
    await app.start();
    const keys = ['small', 'large', 'small', 'large'];
    await produce(
      environment,
      bootstrapServers,
      keys.map((key, index) => ({ topic: 'in', key, value: String(index) })),
    );
    const consumer = new Consumer({ environment, bootstrapServers, autoOffsetReset: 'earliest' });
    consumer.assign([
      ...[0, 1].map((partition) => ({ topic: 'small', partition })),
      ...[0, 1, 2].map((partition) => ({ topic: 'large', partition })),
    ]);
    const found: string[] = [];
    while (found.length < keys.length) {
      for (const { topic, partition, records: read } of await consumer.poll(100))
        for (const { value } of read) found.push(`${topic}-${partition}: ${String(value)}`);
    }
    await consumer.close();
    await app.close();
    expect(found.toSorted()).toEqual(['large-2: 1', 'large-2: 3', 'small-1: 0', 'small-1: 2']);
  });

  it('writes all windows of a key to the partition of the key', async () => {
    await createTopics(environment, bootstrapServers, { in: 1, out: 5 });
    const builder = new StreamsBuilder();
    const windowed = { keySerde: timeWindowedSerde(Serdes.string, 1000), valueSerde: Serdes.string };
    builder
      .stream('in', strings)
      .selectKey((key, value) => new Windowed(key, { startMs: Number(value), endMs: Number(value) + 1000 }))
      .to('out', windowed);
    const app = new StreamsApp({
      environment,
      bootstrapServers,
      applicationId: 'windows',
      topology: builder.build(),
      stateDir: stateDir('a'),
    });
    await app.start();
    const sent = ['a', 'b', 'c'].flatMap((key) => ['0', '1000', '2000'].map((value) => ({ key, value })));
    await produce(
      environment,
      bootstrapServers,
      sent.map((record) => ({ topic: 'in', ...record })),
    );
    const consumer = new Consumer({ environment, bootstrapServers, autoOffsetReset: 'earliest' });
    consumer.assign([0, 1, 2, 3, 4].map((partition) => ({ topic: 'out', partition })));
    const found: string[] = [];
    while (found.length < sent.length) {
      for (const { partition, records: read } of await consumer.poll(100))
        for (const { key, value } of read)
          found.push(`${String(key?.subarray(0, 1))} ${String(value)}: ${partition}`);
    }
    await consumer.close();
    await app.close();
    const expected = sent.map(({ key, value }) => `${key} ${value}: ${partitionOfKey(Buffer.from(key), 5)}`);
    expect(found.toSorted()).toEqual(expected.toSorted());
  });

  it('creates internal topics with the configurations of Kafka Streams', async () => {
    await createTopics(environment, bootstrapServers, { in: 3, out: 1 });
    const app = collectApp(environment, { bootstrapServers, stateDir: stateDir('a') });
    await app.start();
    const admin = new Admin({ environment, bootstrapServers });
    const names = ['collect-collected-repartition', 'collect-collected-changelog'];
    const described = await admin.describeTopics(names);
    expect(described.map(({ partitions }) => partitions.length)).toEqual([3, 3]);
    const configs = await admin.describeConfigs(names.map((name) => ({ type: 'topic', name })));
    const valueOf = (topic: string, name: string): string | null | undefined =>
      configs.find((each) => each.name === topic)?.entries.find((entry) => entry.name === name)?.value;
    expect(valueOf('collect-collected-repartition', 'cleanup.policy')).toBe('delete');
    expect(valueOf('collect-collected-repartition', 'retention.ms')).toBe('-1');
    expect(valueOf('collect-collected-changelog', 'cleanup.policy')).toBe('compact');
    await admin.close();
    await app.close();
  });

  it('says which source topic is missing', async () => {
    const app = collectApp(environment, { bootstrapServers, stateDir: stateDir('a') });
    await expect(app.start()).rejects.toMatchObject({
      code: 'MISSING_SOURCE_TOPIC',
      message: expect.stringContaining('in'),
    });
    expect(app.state).toBe('ERROR');
  });

  it('refuses a state folder that another application instance has', async () => {
    await createTopics(environment, bootstrapServers, { in: 1, out: 1 });
    const first = collectApp(environment, { bootstrapServers, stateDir: stateDir('same') });
    const second = collectApp(environment, { bootstrapServers, stateDir: stateDir('same') });
    await first.start();
    await expect(second.start()).rejects.toMatchObject({ code: 'LOCKED' });
    await first.close();
  });

  it('refuses to join topics with different numbers of partitions', async () => {
    await createTopics(environment, bootstrapServers, { left: 2, right: 3, out: 1 });
    const builder = new StreamsBuilder();
    builder
      .stream('left', strings)
      .join(builder.table('right', strings), (a, b) => a + b)
      .to('out', strings);
    const topology = builder.build();
    const app = new StreamsApp({
      environment,
      bootstrapServers,
      applicationId: 'j',
      topology,
      stateDir: stateDir('a'),
    });
    await expect(app.start()).rejects.toMatchObject({
      diagnostic: { detail: expect.stringContaining('left has 2, right has 3') },
    });
  });

  it('skips records that do not deserialize when told so: counted, and logged with their place', async () => {
    await createTopics(environment, bootstrapServers, { in: 1, out: 1 });
    await produce(environment, bootstrapServers, [
      { topic: 'in', key: 'k', value: '{"n":1}' },
      { topic: 'in', key: 'k', value: 'not json' },
      { topic: 'in', key: 'k', value: '{"n":2}' },
    ]);
    const builder = new StreamsBuilder();
    const seen: number[] = [];
    builder
      .stream('in', { keySerde: Serdes.string, valueSerde: Serdes.json<{ readonly n: number }>() })
      .foreach((_key, value) => seen.push(value.n));
    const lines: unknown[] = [];
    const logger = {
      debug() {},
      info() {},
      error() {},
      warn: (_: string, fields: unknown) => lines.push(fields),
      child: () => logger,
    };
    const app = new StreamsApp({
      environment,
      bootstrapServers,
      applicationId: 'skip',
      topology: builder.build(),
      stateDir: stateDir('a'),
      onFailure: { deserialization: 'continue' },
      logger,
    });
    await app.start();
    await waitFor(environment, 'both records', () => seen.length === 2);
    expect(seen).toEqual([1, 2]);
    expect(lines).toEqual([expect.objectContaining({ topic: 'in', partition: 0, offset: 1 })]);
    expect(app.metrics().tasks['0_0']?.dropped).toEqual({ deserialization: 1 });
    await app.close();
  });

  it('stops with the place of a record that it cannot process, and tells it', async () => {
    await createTopics(environment, bootstrapServers, { in: 1, out: 1 });
    await produce(environment, bootstrapServers, [{ topic: 'in', key: 'k', value: 'bad' }]);
    const builder = new StreamsBuilder();
    builder
      .stream('in', strings)
      .mapValues((): string => {
        throw new Error('cannot do this');
      })
      .to('out', strings);
    const app = new StreamsApp({
      environment,
      bootstrapServers,
      applicationId: 'fail',
      topology: builder.build(),
      stateDir: stateDir('a'),
    });
    const errors: unknown[] = [];
    app.errors$.subscribe((error) => errors.push(error));
    await app.start();
    await waitFor(environment, 'ERROR', () => app.state === 'ERROR');
    expect(errors).toEqual([
      expect.objectContaining({
        kind: 'processing',
        message: expect.stringMatching(/in-0 offset 0.*KSTREAM-MAPVALUES-0000000001: cannot do this/),
      }),
    ]);
    await app.close();
  });
});
