import type { Environment } from '../../../src/base/environment.ts';
import { Admin, Consumer, Producer } from '../../../src/client/index.ts';
import {
  Serdes,
  StreamsApp,
  StreamsBuilder,
  type StreamsAppOptions,
  type Topology,
} from '../../../src/streams/index.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';

const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };

/**
 * Collects the set of all values per group, behind a repartition topic. Sets do not care how often a record is
 * processed, so after any number of crashes the result must be exactly all values: less means that something was lost.
 */
export function collectTopology(): Topology {
  const builder = new StreamsBuilder();
  builder
    .stream('in', strings)
    .groupBy((_key, value) => value.slice(-1), strings)
    .aggregate(
      (): readonly string[] => [],
      (_group, value, all) => (all.includes(value) ? all : [...all, value]),
      { storeName: 'collected', keySerde: Serdes.string, valueSerde: Serdes.json<readonly string[]>() },
    )
    .toStream()
    .mapValues((all) => String(all?.length), { valueSerde: Serdes.string })
    .to('out');
  return builder.build();
}

export function collectApp(
  environment: Environment,
  options: Pick<StreamsAppOptions, 'bootstrapServers' | 'stateDir'> & Partial<StreamsAppOptions>,
): StreamsApp {
  return new StreamsApp({
    environment,
    applicationId: 'collect',
    topology: collectTopology(),
    commitIntervalMs: 100,
    consumer: { sessionTimeoutMs: 1500, heartbeatIntervalMs: 300 },
    ...options,
  });
}

export async function createTopics(
  environment: Environment,
  bootstrapServers: string,
  topics: Readonly<Record<string, number>>,
): Promise<void> {
  const admin = new Admin({ environment, bootstrapServers });
  await admin.createTopics(
    Object.entries(topics).map(([name, partitions]) => ({ name, partitions, replicationFactor: 1 })),
  );
  await admin.close();
}

export async function produce(
  environment: Environment,
  bootstrapServers: string,
  records: readonly {
    readonly topic: string;
    readonly partition?: number;
    readonly key: string;
    readonly value: string | Buffer;
    readonly timestamp?: number;
  }[],
): Promise<void> {
  const producer = new Producer({ environment, bootstrapServers });
  for (const record of records) producer.send(record);
  await producer.flush();
  await producer.close();
}

/** `count` records with values that end in a letter of their group. */
export function records(
  from: number,
  count: number,
): { readonly topic: string; readonly key: string; readonly value: string }[] {
  return Array.from({ length: count }, (_, i) => ({
    topic: 'in',
    key: `k${(from + i) % 17}`,
    value: `${from + i}${'abcdefgh'[(from + i) % 8]}`,
  }));
}

/** Reads `out` until the groups' sets have `total` values together; answers the last size of each. */
export async function readTotals(
  environment: Environment,
  bootstrapServers: string,
  until: { readonly total: number; readonly partitions: number; readonly timeoutMs: number },
): Promise<ReadonlyMap<string, number>> {
  const consumer = new Consumer({ environment, bootstrapServers, autoOffsetReset: 'earliest' });
  consumer.assign(Array.from({ length: until.partitions }, (_, partition) => ({ topic: 'out', partition })));
  const sizes = new Map<string, number>();
  const sum = (): number => [...sizes.values()].reduce((a, b) => a + b, 0);
  const deadline = environment.clock.monotonicMs() + until.timeoutMs;
  while (sum() < until.total && environment.clock.monotonicMs() < deadline) {
    for (const fetched of await consumer.poll(100)) {
      for (const { key, value } of fetched.records) sizes.set(String(key), Number(String(value)));
    }
  }
  await consumer.close();
  return sizes;
}

export async function waitFor(
  environment: Environment,
  what: string,
  condition: () => boolean,
): Promise<void> {
  const deadline = environment.clock.monotonicMs() + PATIENCE_MS;
  while (!condition()) {
    if (environment.clock.monotonicMs() > deadline) throw new Error(`waited in vain for ${what}`);
    await environment.timers.sleep(20);
  }
}
