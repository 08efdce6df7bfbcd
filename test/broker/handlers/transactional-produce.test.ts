import { afterEach, describe, expect, it } from 'vitest';
import type { Broker } from '../../../broker/broker.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { produce } from '../../../src/protocol/messages/00-produce.ts';
import { fetch } from '../../../src/protocol/messages/01-fetch.ts';
import { listOffsets } from '../../../src/protocol/messages/02-list-offsets.ts';
import { findCoordinator } from '../../../src/protocol/messages/10-find-coordinator.ts';
import { createTopics } from '../../../src/protocol/messages/19-create-topics.ts';
import { initProducerId } from '../../../src/protocol/messages/22-init-producer-id.ts';
import { addPartitionsToTxn } from '../../../src/protocol/messages/24-add-partitions-to-txn.ts';
import { endTxn } from '../../../src/protocol/messages/26-end-txn.ts';
import { BatchBuilder } from '../../../src/protocol/records/batch-builder.ts';
import { batchesOf } from '../../../src/protocol/records/batch-view.ts';
import { decodeBatch } from '../../../src/protocol/records/decode-batch.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';
import { TestBrokers } from '../running-broker.ts';

const TOPIC = 'payments';
const ID = 'tx';
/** COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR, CONCURRENT_TRANSACTIONS, NOT_ENOUGH_REPLICAS. */
const PASSING: ReadonlySet<number> = new Set([14, 15, 16, 51, 19, 3, 6]);

describe('a producer in transactions', () => {
  let brokers = new TestBrokers();

  afterEach(async () => {
    await brokers.close();
    brokers = new TestBrokers();
  });

  /** One producer and what it sends, as a client does: what passes is tried again. */
  class Producer {
    readonly #cluster: readonly Broker[];
    producerId = -1;
    producerEpoch = -1;
    readonly #sequences = new Map<number, number>();

    constructor(cluster: readonly Broker[]) {
      this.#cluster = cluster;
    }

    get #any(): Broker {
      const [first] = this.#cluster;
      if (first === undefined) throw new Error('no broker');
      return first;
    }

    /** Asks until the answer is more than "not now". */
    async #until<T>(ask: () => Promise<T>, codeOf: (answer: T) => number): Promise<T> {
      for (;;) {
        const answer = await ask();
        if (!PASSING.has(codeOf(answer))) return answer;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }

    async #coordinator(): Promise<Broker> {
      const { coordinators } = await this.#until(
        () => brokers.to(this.#any).send(findCoordinator, 4, { keyType: 1, coordinatorKeys: [ID] }),
        ({ coordinators: [found] }) => found?.errorCode ?? 0,
      );
      const broker = this.#cluster.find(({ nodeId }) => nodeId === coordinators[0]?.nodeId);
      if (broker === undefined) throw new Error('no coordinator');
      return broker;
    }

    async init(): Promise<void> {
      const answer = await this.#until(
        async () =>
          brokers.to(await this.#coordinator()).send(initProducerId, 4, {
            transactionalId: ID,
            transactionTimeoutMs: 60_000,
          }),
        ({ errorCode }) => errorCode,
      );
      expect(answer.errorCode).toBe(0);
      this.producerId = answer.producerId;
      this.producerEpoch = answer.producerEpoch;
    }

    async add(index: number): Promise<number> {
      const answer = await this.#until(
        async () =>
          brokers.to(await this.#coordinator()).send(addPartitionsToTxn, 3, {
            v3AndBelowTransactionalId: ID,
            v3AndBelowProducerId: this.producerId,
            v3AndBelowProducerEpoch: this.producerEpoch,
            v3AndBelowTopics: [{ name: TOPIC, partitions: [index] }],
          }),
        (each) => each.resultsByTopicV3AndBelow[0]?.resultsByPartition[0]?.partitionErrorCode ?? 0,
      );
      return answer.resultsByTopicV3AndBelow[0]?.resultsByPartition[0]?.partitionErrorCode ?? -1;
    }

    async send(version: number, value: string, index = 0): Promise<number> {
      const baseSequence = this.#sequences.get(index) ?? 0;
      const records = (): Buffer => {
        const builder = new BatchBuilder();
        builder.append(null, Buffer.from(value), Date.now());
        const { producerId, producerEpoch } = this;
        return builder.build({ producerId, producerEpoch, baseSequence, isTransactional: true });
      };
      const answer = await this.#until(
        () =>
          brokers.to(leaderOf(this.#cluster, index)).send(produce, version, {
            transactionalId: ID,
            acks: -1,
            timeoutMs: 5000,
            topicData: [{ name: TOPIC, partitionData: [{ index, records: records() }] }],
          }),
        (each) => each.responses[0]?.partitionResponses[0]?.errorCode ?? 0,
      );
      const errorCode = answer.responses[0]?.partitionResponses[0]?.errorCode ?? -1;
      if (errorCode === 0) this.#sequences.set(index, baseSequence + 1);
      return errorCode;
    }

    async end(committed: boolean, version: number): Promise<void> {
      const { producerId, producerEpoch } = this;
      const answer = await this.#until(
        async () =>
          brokers
            .to(await this.#coordinator())
            .send(endTxn, version, { transactionalId: ID, producerId, producerEpoch, committed }),
        ({ errorCode }) => errorCode,
      );
      expect(answer.errorCode).toBe(0);
      if (version < 5) return;
      expect(answer.producerEpoch).toBe(producerEpoch + 1);
      this.producerEpoch = answer.producerEpoch;
      this.#sequences.clear();
    }
  }

  function leaderOf(cluster: readonly Broker[], index: number): Broker {
    const id = cluster[0]?.image.topicsByName.get(TOPIC)?.partitions.get(index)?.leader;
    const leader = cluster.find(({ nodeId }) => nodeId === id);
    if (leader === undefined) throw new Error('no leader');
    return leader;
  }

  /** What a consumer of committed records has been given when it has come to the end. */
  async function committed(cluster: readonly Broker[], index = 0): Promise<readonly string[]> {
    const answer = await brokers.to(leaderOf(cluster, index)).send(fetch, 12, {
      maxWaitMs: 0,
      minBytes: 0,
      maxBytes: 1_000_000,
      isolationLevel: 1,
      topics: [
        { topic: TOPIC, partitions: [{ partition: index, fetchOffset: 0, partitionMaxBytes: 1_000_000 }] },
      ],
    });
    const [read] = answer.responses[0]?.partitions ?? [];
    const waiting = [...(read?.abortedTransactions ?? [])];
    const aborted = new Set<number>();
    const values: string[] = [];
    for (const batch of batchesOf(read?.records ?? Buffer.alloc(0))) {
      while (waiting[0] !== undefined && waiting[0].firstOffset <= batch.baseOffset) {
        aborted.add(waiting.shift()?.producerId ?? -1);
      }
      const records = decodeBatch(batch);
      if (batch.isControl && records[0]?.key?.readInt16BE(2) === 0) aborted.delete(batch.producerId);
      if (batch.isControl || aborted.has(batch.producerId)) continue;
      values.push(...records.map(({ value }) => String(value)));
    }
    return values;
  }

  async function startCluster(count: number, partitions = 1): Promise<readonly Broker[]> {
    const cluster = count === 1 ? [await brokers.start()] : [...(await brokers.startCluster(count)).values()];
    const [first] = cluster;
    if (first === undefined) throw new Error('no broker');
    const topics = [{ name: TOPIC, numPartitions: partitions, replicationFactor: count }];
    const { topics: made } = await brokers.to(first).send(createTopics, 7, { topics, timeoutMs: 10_000 });
    expect(made[0]?.errorCode).toBe(0);
    const known = () =>
      cluster.every(({ image }) => image.topicsByName.get(TOPIC)?.partitions.size === partitions);
    await expect.poll(known, { timeout: PATIENCE_MS }).toBe(true);
    return cluster;
  }

  it('adds a partition before it writes there, up to Produce 11', async () => {
    const cluster = await startCluster(1);
    const producer = new Producer(cluster);
    await producer.init();
    expect(await producer.send(10, 'a')).toBe(ErrorCode.INVALID_TXN_STATE);
    expect(await producer.send(11, 'a')).toBe(ErrorCode.TRANSACTION_ABORTABLE);
    expect(await producer.add(0)).toBe(0);
    expect(await producer.send(10, 'a')).toBe(0);
    expect(await producer.send(11, 'b')).toBe(0);
    expect(await committed(cluster)).toEqual([]);
    await producer.end(true, 3);
    await expect.poll(() => committed(cluster), { timeout: PATIENCE_MS }).toEqual(['a', 'b']);
    expect(await producer.send(11, 'c')).toBe(ErrorCode.TRANSACTION_ABORTABLE);
  });

  it('is fenced where another one took over its id', async () => {
    const cluster = await startCluster(1);
    const [first, second] = [new Producer(cluster), new Producer(cluster)];
    await first.init();
    expect(await first.send(12, 'a')).toBe(0);
    await second.init();
    expect(await first.send(12, 'b')).toBe(ErrorCode.INVALID_PRODUCER_EPOCH);
    expect(await second.send(12, 'c')).toBe(0);
    await second.end(true, 5);
    await expect.poll(() => committed(cluster), { timeout: PATIENCE_MS }).toEqual(['c']);
  });

  it('hides what it has not ended from whoever asks for offsets with read_committed', async () => {
    const cluster = await startCluster(1);
    const producer = new Producer(cluster);
    await producer.init();
    const [LATEST, MAX_TIMESTAMP] = [-1, -3];
    const offsets = async (isolationLevel: number): Promise<readonly (number | undefined)[]> => {
      const found: (number | undefined)[] = [];
      for (const timestamp of [LATEST, MAX_TIMESTAMP, 0]) {
        const { topics } = await brokers.to(leaderOf(cluster, 0)).send(listOffsets, 7, {
          replicaId: -1,
          isolationLevel,
          topics: [{ name: TOPIC, partitions: [{ partitionIndex: 0, timestamp }] }],
        });
        found.push(topics[0]?.partitions[0]?.offset);
      }
      return found;
    };
    expect(await producer.send(12, 'a')).toBe(0);
    expect(await offsets(1)).toEqual([0, -1, -1]);
    expect(await offsets(0)).toEqual([1, 0, 0]);
    await producer.end(true, 5);
    await expect.poll(async () => (await offsets(1))[0], { timeout: PATIENCE_MS }).toBe(2);
    // Newer than the marker.
    await new Promise((resolve) => setTimeout(resolve, 2));
    expect(await producer.send(12, 'b')).toBe(0);
    // The record of the newest time is not told, and no other one in its place.
    expect(await offsets(1)).toEqual([2, -1, 0]);
    expect(await offsets(0)).toEqual([3, 2, 0]);
    await producer.end(false, 5);
    await expect.poll(async () => (await offsets(1))[0], { timeout: PATIENCE_MS }).toBe(4);
    expect(await offsets(1)).toEqual(await offsets(0));
  });

  it('goes from transaction to transaction without a pause, while the markers of the one before are written', async () => {
    const cluster = await startCluster(1, 2);
    const producer = new Producer(cluster);
    await producer.init();
    const expected: string[] = [];
    for (let i = 0; i < 40; i++) {
      const isCommitted = i % 3 !== 0;
      for (const index of [0, 1]) expect(await producer.send(12, `${i}`, index)).toBe(0);
      await producer.end(isCommitted, 5);
      if (isCommitted) expected.push(`${i}`);
    }
    for (const index of [0, 1]) {
      await expect.poll(() => committed(cluster, index), { timeout: PATIENCE_MS }).toEqual(expected);
    }
  });

  it('writes to the leaders of three brokers, which ask a coordinator on one of them', async () => {
    const cluster = await startCluster(3, 3);
    const producer = new Producer(cluster);
    await producer.init();
    const leaders = [0, 1, 2].map((index) => leaderOf(cluster, index).nodeId);
    expect(new Set(leaders).size).toBeGreaterThan(1);
    const expected: string[] = [];
    for (let i = 0; i < 6; i++) {
      const isTv2 = i >= 3;
      for (const index of [0, 1, 2]) {
        if (!isTv2) expect(await producer.add(index)).toBe(0);
        expect(await producer.send(isTv2 ? 12 : 11, `${i}`, index)).toBe(0);
      }
      const isCommitted = i % 2 === 0;
      await producer.end(isCommitted, isTv2 ? 5 : 3);
      if (isCommitted) expected.push(`${i}`);
    }
    for (const index of [0, 1, 2]) {
      await expect.poll(() => committed(cluster, index), { timeout: PATIENCE_MS }).toEqual(expected);
    }
  });
});
