import { beforeEach, expect, test } from 'vitest';
import { decodeStruct, encodeStruct } from '../../../src/protocol/codec.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import type { Api, RequestInput, RequestOf } from '../../../src/protocol/message.ts';
import { createTopics } from '../../../src/protocol/messages/19-create-topics.ts';
import { electLeaders } from '../../../src/protocol/messages/43-elect-leaders.ts';
import { brokerHeartbeat } from '../../../src/protocol/messages/63-broker-heartbeat.ts';
import { unregisterBroker } from '../../../src/protocol/messages/64-unregister-broker.ts';
import { ControllerHarness } from './controller-harness.ts';

const PARTITIONS = 2500;
/** What is good for one batch: more would hold the event loop. */
const BATCH_PARTITIONS_MAX = 200;

let harness: ControllerHarness;
/** Partitions that changed with each batch. */
let batches: number[];

beforeEach(async () => {
  harness = await ControllerHarness.start();
  await harness.join(1, 2);
  watch();
});

function watch(): void {
  batches = [];
  harness.loader.addPublisher({
    onUpdate(delta) {
      let count = 0;
      for (const { partitions } of delta.topics.values()) count += partitions.size;
      if (count > 0) batches.push(count);
    },
  });
  batches = [];
}

async function create(name: string, replicas: readonly number[], count = PARTITIONS): Promise<void> {
  for (let made = 0; made < count; made += 500) {
    const { topics } = await harness.send(
      createTopics,
      topicOf(`${name}-${made}`, replicas, Math.min(500, count)),
    );
    expect(topics[0]?.errorCode).toBe(ErrorCode.NONE);
  }
  batches = [];
}

function topicOf(name: string, brokerIds: readonly number[], count: number) {
  const assignments = Array.from({ length: count }, (_, partitionIndex) => ({ partitionIndex, brokerIds }));
  return { topics: [{ name, numPartitions: -1, replicationFactor: -1, assignments }], timeoutMs: 60_000 };
}

function ledBy(brokerId: number): number {
  let count = 0;
  for (const { partitions } of harness.image.topicsById.values())
    count += partitions.count(({ leader }) => leader === brokerId);
  return count;
}

/** Begins a request, of which the first part is done when this returns. */
function begin<A extends Api>(api: A, request: RequestInput<A>): Promise<unknown> {
  const version = api.versions.max;
  const decoded = decodeStruct(api.request, version, encodeStruct(api.request, version, request));
  return harness.controller.answer(api, version, decoded as RequestOf<A>);
}

const heartbeatOf = (brokerId: number, wants: { readonly wantFence?: boolean } = {}) => ({
  brokerId,
  brokerEpoch: harness.image.brokers.get(brokerId)?.epoch ?? -1,
  currentMetadataOffset: harness.image.offset,
  ...wants,
});

function expectParts(partitions: number): void {
  expect(batches.reduce((sum, count) => sum + count, 0)).toBe(partitions);
  expect(Math.max(...batches)).toBeLessThanOrEqual(BATCH_PARTITIONS_MAX);
  batches = [];
}

test('a broker that is fenced loses its leaderships part by part, and one that returns gets them part by part', async () => {
  await create('alone', [1]);
  expect((await harness.heartbeat(1, { wantFence: true })).isFenced).toBe(true);
  expect(harness.image.brokers.get(1)?.fenced).toBe(true);
  expect(ledBy(-1)).toBe(PARTITIONS);
  expectParts(PARTITIONS);
  expect((await harness.heartbeat(1)).isFenced).toBe(false);
  expect(ledBy(1)).toBe(PARTITIONS);
  expectParts(PARTITIONS);
});

test('so do one that is silent, one that shuts down, one that has died, and one that is unregistered', async () => {
  await create('pair', [1, 2]);
  for (let i = 0; i < 12; i++) {
    await harness.heartbeat(2);
    await harness.time.run(1000);
  }
  expect(harness.image.brokers.get(1)?.fenced).toBe(true);
  expect(ledBy(2)).toBe(PARTITIONS);
  expectParts(PARTITIONS);
  await harness.heartbeat(2, { wantShutDown: true });
  expect(ledBy(-1)).toBe(PARTITIONS);
  expectParts(PARTITIONS);
  await harness.register(2, { incarnation: 1, previousBrokerEpoch: -1 });
  expectParts(PARTITIONS);
  await harness.heartbeat(2);
  batches = [];
  expect(await harness.send(unregisterBroker, { brokerId: 2 })).toMatchObject({ errorCode: ErrorCode.NONE });
  expect(harness.image.brokers.has(2)).toBe(false);
  expect(ledBy(2)).toBe(0);
  expect(Math.max(...batches)).toBeLessThanOrEqual(BATCH_PARTITIONS_MAX);
});

test('a topic that is made while a broker is being fenced is not led by it', async () => {
  await create('pair', [1, 2]);
  const fenced = begin(brokerHeartbeat, heartbeatOf(1, { wantFence: true }));
  const created = begin(createTopics, topicOf('meanwhile', [1, 2], 1));
  await harness.time.run(10);
  await Promise.all([fenced, created]);
  expect(harness.partition('meanwhile')).toMatchObject({ leader: 2, leaderEpoch: 1 });
  expect(ledBy(1)).toBe(0);
});

test('what a controller that fell in between has left without a leader, the next one finds', async () => {
  await create('alone', [1]);
  await harness.heartbeat(1, { wantFence: true });
  const returned = begin(brokerHeartbeat, heartbeatOf(1));
  await harness.restart();
  await returned;
  expect(harness.image.brokers.get(1)?.fenced).toBe(false);
  expect(ledBy(-1)).toBeGreaterThan(0);
  await harness.time.run(1000);
  expect(ledBy(1)).toBe(PARTITIONS);
});

test('a broker whose fencing a controller has not finished is fenced by the next one', async () => {
  await create('pair', [1, 2]);
  const fenced = begin(brokerHeartbeat, heartbeatOf(1, { wantFence: true }));
  await harness.restart();
  await fenced;
  expect(harness.image.brokers.get(1)?.fenced).toBe(false);
  for (let i = 0; i < 14; i++) {
    await harness.heartbeat(2);
    await harness.time.run(1000);
  }
  expect(harness.image.brokers.get(1)?.fenced).toBe(true);
  expect(ledBy(2)).toBe(PARTITIONS);
});

test('elections of all partitions are held part by part, and each is told of', async () => {
  await create('pair', [2, 1]);
  await harness.heartbeat(2, { wantFence: true });
  await harness.heartbeat(2);
  batches = [];
  const refused = await harness.send(electLeaders, {
    electionType: 0,
    topicPartitions: null,
    timeoutMs: 60_000,
  });
  expect(refused.replicaElectionResults.flatMap(({ partitionResult }) => partitionResult)).toHaveLength(
    PARTITIONS,
  );
  await harness.heartbeat(1, { wantFence: true });
  batches = [];
  const uncleanly = await harness.send(electLeaders, {
    electionType: 1,
    topicPartitions: null,
    timeoutMs: 60_000,
  });
  const results = uncleanly.replicaElectionResults.flatMap(({ partitionResult }) => partitionResult);
  expect(results.filter(({ errorCode }) => errorCode === ErrorCode.NONE)).toHaveLength(PARTITIONS);
  expect(ledBy(2)).toBe(PARTITIONS);
  expectParts(PARTITIONS);
});
