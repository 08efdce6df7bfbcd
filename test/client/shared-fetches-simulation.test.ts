import { describe, expect, it } from 'vitest';
import type { Environment } from '../../src/base/environment.ts';
import { Broker } from '../../broker/index.ts';
import { Admin, Consumer, Producer } from '../../src/client/index.ts';
import { SharedFetches } from '../../src/client/consumer/shared-fetches.ts';
import { seedsOf, simulate, type Simulation } from '../sim/simulation.ts';

const PARTITIONS = 3;
const READERS = 12;
const RECORDS = 900;
const STEPS = 400;

const partitions = Array.from({ length: PARTITIONS }, (_, partition) => ({ topic: 't', partition }));

function startBroker(simulation: Simulation, environment: Environment): Promise<Broker> {
  return simulation.settle(
    Broker.start({
      environment,
      config: {
        'node.id': 1,
        'log.dirs': '/data',
        listeners: 'PLAINTEXT://broker:9092',
        'group.initial.rebalance.delay.ms': 0,
      },
    }),
  );
}

/** A consumer among others, and what it must get next of each partition. */
class Reader {
  readonly consumer: Consumer;
  readonly #next: number[] = partitions.map(() => 0);

  constructor(environment: Environment, fetches: SharedFetches, options: { readonly bytesMax: number }) {
    this.consumer = new Consumer(
      {
        environment,
        bootstrapServers: 'broker:9092',
        autoOffsetReset: 'earliest',
        requestTimeoutMs: 2_000,
        pollRecordsMax: 40,
        partitionFetchBytesMax: options.bytesMax,
      },
      { fetches },
    );
    this.consumer.assign(partitions);
    for (const partition of partitions) this.consumer.seek(partition, 0);
  }

  seek(partition: number, offset: number): void {
    this.consumer.seek({ topic: 't', partition }, offset);
    this.#next[partition] = offset;
  }

  /** Checks that each record is the one that comes next, and that it is what was written there. */
  async poll(timeoutMs: number): Promise<void> {
    for (const { partition, records, nextOffset } of await this.consumer.poll(timeoutMs)) {
      for (const { offset, value } of records) {
        expect(offset).toBe(this.#next[partition]);
        expect(String(value)).toBe(`${partition}/${offset}`);
        this.#next[partition] = offset + 1;
      }
      expect(nextOffset).toBe(this.#next[partition]);
    }
  }

  hasRead(ends: readonly number[]): boolean {
    return ends.every((end, partition) => (this.#next[partition] ?? 0) >= end);
  }
}

/**
 * Consumers that share their fetches begin anywhere, jump, pause, fall behind, end in the middle and come again, while
 * records are written, segments are lost and the broker is killed: each gets every record once, in order, from where it is.
 */
async function readTogether(simulation: Simulation): Promise<void> {
  const { random } = simulation;
  const host = simulation.host('broker');
  const { environment } = simulation.host('client');
  await startBroker(simulation, host.environment);
  const admin = new Admin({ environment, bootstrapServers: 'broker:9092' });
  await simulation.settle(admin.createTopics([{ name: 't', partitions: PARTITIONS }]));
  simulation.network.conditions.lossProbability = 0.02;
  const producer = new Producer({
    environment,
    bootstrapServers: 'broker:9092',
    batchBytesMax: 300,
    requestTimeoutMs: 1_000,
  });
  const fetches = new SharedFetches({ clientId: 'together' });
  // Of two kinds, which do not fetch alike.
  const newReader = (index: number): Reader =>
    new Reader(environment, fetches, { bytesMax: index % 4 === 3 ? 700 : 2_000 });
  const readers = Array.from({ length: READERS }, (_, index) => newReader(index));
  const written = partitions.map(() => 0);
  let sent = 0;
  for (let step = 0; step < STEPS; step++) {
    for (; sent < (RECORDS * (step + 1)) / STEPS; sent++) {
      const partition = sent % PARTITIONS;
      const offset = written[partition] ?? 0;
      written[partition] = offset + 1;
      producer.send({ topic: 't', partition, value: `${partition}/${offset}` });
    }
    const index = random.int(READERS);
    const reader = readers[index] as Reader;
    const partition = random.int(PARTITIONS);
    switch (random.int(12)) {
      case 0:
        reader.seek(partition, random.int((written[partition] ?? 0) + 1));
        break;
      case 1:
        reader.consumer.pause([{ topic: 't', partition }]);
        break;
      case 2:
        reader.consumer.resume(partitions);
        break;
      case 3:
        await simulation.settle(reader.consumer.close());
        readers[index] = newReader(index);
        break;
      case 4:
        await simulation.runFor(random.int(200));
        break;
      default:
        await simulation.settle(reader.poll(random.int(30)));
    }
    if (step % 150 === 149) {
      await simulation.settle(producer.flush());
      host.kill();
      await simulation.runFor(random.int(500));
      await startBroker(simulation, host.restart());
    }
  }
  await simulation.settle(producer.flush());
  for (const { consumer } of readers) consumer.resume(partitions);
  while (!readers.every((reader) => reader.hasRead(written)))
    await simulation.settle(Promise.all(readers.map((reader) => reader.poll(100))));
  await simulation.settle(Promise.all(readers.map(({ consumer }) => consumer.close())));
  fetches.close();
  expect(fetches.keptBytes).toBe(0);
  await simulation.settle(producer.close());
  await simulation.settle(admin.close());
}

describe('consumers that share their fetches, in the simulator', () => {
  for (const seed of seedsOf(4)) {
    it(`get each record once and in order, seed ${seed}`, async () => {
      await simulate(seed, import.meta.url, readTogether);
    });
  }
});
