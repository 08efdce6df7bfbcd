import { describe, expect, it } from 'vitest';
import type { Environment } from '../../src/base/environment.ts';
import { Broker } from '../../broker/index.ts';
import { Admin, Consumer, Producer } from '../../src/client/index.ts';
import { seedsOf, simulate, type Simulation } from '../sim/simulation.ts';

function startBroker(simulation: Simulation, environment: Environment): Promise<Broker> {
  const config = {
    'node.id': 1,
    'log.dirs': '/data',
    listeners: 'PLAINTEXT://broker:9092',
    'group.initial.rebalance.delay.ms': 0,
  };
  return simulation.settle(Broker.start({ environment, config }));
}

/**
 * The client in the simulator, against a real broker there: what goes over a network that loses segments and drops
 * connections comes out complete, in order and once.
 */
async function roundTrip(simulation: Simulation): Promise<void> {
  const { environment } = simulation.host('client');
  const broker = await startBroker(simulation, simulation.host('broker').environment);
  const bootstrapServers = 'broker:9092';
  const admin = new Admin({ environment, bootstrapServers });
  await simulation.settle(admin.createTopics([{ name: 't', partitions: 3 }]));
  simulation.network.conditions.lossProbability = 0.05;

  const producer = new Producer({
    environment,
    bootstrapServers,
    batchBytesMax: 500,
    requestTimeoutMs: 2_000,
  });
  const count = 1_000;
  const failed: Error[] = [];
  let delivered = 0;
  for (let i = 0; i < count; i++) {
    producer.send({ topic: 't', partition: i % 3, value: String(i) }, (error) => {
      if (error === null) delivered++;
      else failed.push(error);
    });
    if (simulation.random.int(20) === 0) await simulation.runFor(simulation.random.int(10));
  }
  await simulation.settle(producer.flush());
  expect(failed).toEqual([]);
  expect(delivered).toBe(count);

  const consumer = new Consumer({
    environment,
    bootstrapServers,
    groupId: 'g',
    autoOffsetReset: 'earliest',
    requestTimeoutMs: 2_000,
  });
  consumer.subscribe(['t']);
  const values: number[][] = [[], [], []];
  for (let seen = 0; seen < count; ) {
    for (const { partition, records } of await simulation.settle(consumer.poll(1_000))) {
      seen += records.length;
      values[partition]?.push(...records.map(({ value }) => Number(value)));
    }
  }
  for (const [partition, found] of values.entries()) {
    expect(found).toEqual(Array.from({ length: found.length }, (_, i) => 3 * i + partition));
  }
  await simulation.settle(consumer.commit());
  await simulation.settle(consumer.close());
  await simulation.settle(producer.close());
  await simulation.settle(admin.close());
  await simulation.settle(broker.close());
}

/** The broker's process dies and starts again, over and over, while records are sent: all arrive, once and in order. */
async function restarts(simulation: Simulation): Promise<void> {
  const host = simulation.host('broker');
  const { environment } = simulation.host('client');
  await startBroker(simulation, host.environment);
  const bootstrapServers = 'broker:9092';
  const admin = new Admin({ environment, bootstrapServers });
  await simulation.settle(admin.createTopics([{ name: 't', partitions: 1 }]));
  const producer = new Producer({
    environment,
    bootstrapServers,
    batchBytesMax: 300,
    requestTimeoutMs: 1_000,
  });
  const count = 600;
  const failed: Error[] = [];
  for (let i = 0; i < count; i++) {
    producer.send({ topic: 't', value: String(i) }, (error) => {
      if (error !== null) failed.push(error);
    });
    if (i % 150 === 149) {
      await simulation.runFor(simulation.random.int(12));
      host.kill();
      await simulation.runFor(simulation.random.int(500));
      await startBroker(simulation, host.restart());
    }
  }
  await simulation.settle(producer.flush());
  expect(failed).toEqual([]);
  const consumer = new Consumer({ environment, bootstrapServers, autoOffsetReset: 'earliest' });
  consumer.assign([{ topic: 't', partition: 0 }]);
  const values: number[] = [];
  while (values.length < count) {
    for (const { records } of await simulation.settle(consumer.poll(1_000))) {
      values.push(...records.map(({ value }) => Number(value)));
    }
  }
  expect(values).toEqual(Array.from({ length: count }, (_, i) => i));
  const [end] = await simulation.settle(consumer.endOffsets([{ topic: 't', partition: 0 }]));
  expect(end?.offset).toBe(count);
}

describe('the client in the simulator', () => {
  for (const seed of seedsOf(3)) {
    it(`gets records through a network that loses data, seed ${seed}`, async () => {
      await simulate(seed, import.meta.url, roundTrip);
    });
  }
  for (const seed of seedsOf(3)) {
    it(`loses and doubles nothing while the broker is killed and restarted, seed ${seed}`, async () => {
      await simulate(seed, import.meta.url, restarts);
    });
  }
});
