import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { produce } from '../../src/protocol/messages/00-produce.ts';
import { fetch } from '../../src/protocol/messages/01-fetch.ts';
import { listOffsets } from '../../src/protocol/messages/02-list-offsets.ts';
import { offsetCommit } from '../../src/protocol/messages/08-offset-commit.ts';
import { offsetFetch } from '../../src/protocol/messages/09-offset-fetch.ts';
import { findCoordinator } from '../../src/protocol/messages/10-find-coordinator.ts';
import { createTopics } from '../../src/protocol/messages/19-create-topics.ts';
import { deleteTopics } from '../../src/protocol/messages/20-delete-topics.ts';
import { initProducerId } from '../../src/protocol/messages/22-init-producer-id.ts';
import { describeLogDirs } from '../../src/protocol/messages/35-describe-log-dirs.ts';
import { batchesOf } from '../../src/protocol/records/batch-view.ts';
import { batchOf, TestBrokers, type TestClient } from './running-broker.ts';

/** The files below a folder that this process holds open, where the system tells that. */
function openFiles(directory: string): readonly string[] {
  const open: string[] = [];
  try {
    for (const descriptor of readdirSync('/proc/self/fd')) {
      try {
        open.push(readlinkSync(`/proc/self/fd/${descriptor}`));
      } catch {
        // The descriptor of the listing itself is gone by now.
      }
    }
  } catch {
    return [];
  }
  return open.filter((file) => file.startsWith(directory)).toSorted();
}

describe('a broker through its life', () => {
  let brokers = new TestBrokers();

  afterEach(async () => {
    await brokers.close();
    brokers = new TestBrokers();
  });

  async function append(client: TestClient, topic: string, value: string) {
    const response = await client.send(produce, 9, {
      acks: -1,
      timeoutMs: 1000,
      topicData: [{ name: topic, partitionData: [{ index: 0, records: batchOf(value) }] }],
    });
    return response.responses[0]?.partitionResponses[0];
  }

  async function read(client: TestClient, topic: string) {
    const response = await client.send(fetch, 12, {
      maxWaitMs: 0,
      minBytes: 1,
      topics: [{ topic, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 100_000 }] }],
    });
    return response.responses[0]?.partitions[0];
  }

  it.each([
    ['a stop', true],
    ['an abrupt end', false],
  ])('keeps topics, settings, records, offsets and producer ids over %s', async (_what, handOver) => {
    const directory = brokers.newDirectory();
    const first = await brokers.start({ 'log.dirs': directory });
    const before = brokers.to(first);
    const created = await before.send(createTopics, 7, {
      topics: [
        {
          name: 'kept',
          numPartitions: 2,
          replicationFactor: 1,
          configs: [{ name: 'retention.ms', value: '-1' }],
        },
        { name: 'dropped', numPartitions: 1, replicationFactor: 1 },
      ],
    });
    await before.send(deleteTopics, 6, { topics: [{ name: 'dropped' }] });
    await append(before, 'kept', 'one');
    await append(before, 'kept', 'two');
    const { producerId } = await before.send(initProducerId, 4, { transactionalId: null });
    await before.send(findCoordinator, 3, { key: 'group' });
    const committed = await before.send(offsetCommit, 8, {
      groupId: 'group',
      topics: [
        { name: 'kept', partitions: [{ partitionIndex: 0, committedOffset: 1, committedMetadata: 'note' }] },
      ],
    });
    expect(committed.topics[0]?.partitions[0]?.errorCode).toBe(ErrorCode.NONE);
    await brokers.stop(first, { handOver });

    const second = await brokers.start({ 'log.dirs': directory });
    expect(second.clusterId).toBe(first.clusterId);
    const after = brokers.to(second);
    expect([...second.image.topicsByName.keys()].toSorted()).toEqual(['__consumer_offsets', 'kept']);
    expect(second.image.topicsByName.get('kept')?.id).toBe(created.topics[0]?.topicId);
    const data = await read(after, 'kept');
    expect(data).toMatchObject({ errorCode: ErrorCode.NONE, highWatermark: 2 });
    expect(batchesOf(data?.records ?? Buffer.alloc(0))).toHaveLength(2);
    expect((await append(after, 'kept', 'three'))?.baseOffset).toBe(2);
    const next = await after.send(initProducerId, 4, { transactionalId: null });
    expect(next.producerId).toBeGreaterThan(producerId);
    const offset = async () => {
      const response = await after.send(offsetFetch, 7, {
        groupId: 'group',
        topics: [{ name: 'kept', partitionIndexes: [0] }],
      });
      return response.topics[0]?.partitions[0];
    };
    await expect.poll(offset).toMatchObject({ committedOffset: 1, metadata: 'note', errorCode: 0 });
  });

  it.each([true, false])(
    'tells the cluster that it leaves, with controlled.shutdown.enable=%s',
    async (enabled) => {
      const broker = await brokers.start({ 'controlled.shutdown.enable': enabled });
      const { directory } = broker;
      const isLeaving = (): boolean => {
        const registration = broker.image.brokers.get(1);
        return registration?.inControlledShutdown === true || registration?.fenced === true;
      };
      expect(isLeaving()).toBe(false);
      await brokers.stop(broker);
      expect(isLeaving()).toBe(enabled);
      // Its logs are closed well all the same.
      expect(readdirSync(directory)).toContain('.kafka_cleanshutdown');
    },
  );

  it('says that its port is taken, and leaves the folder free for another try', async () => {
    const first = await brokers.start();
    const directory = brokers.newDirectory();
    const taken = { 'log.dirs': directory, listeners: `PLAINTEXT://127.0.0.1:${first.address.port}` };
    await expect(brokers.start(taken)).rejects.toMatchObject({
      code: 'ADDRESS_IN_USE',
      message: `port ${first.address.port} on 127.0.0.1 is already in use`,
    });
    const second = await brokers.start({ 'log.dirs': directory });
    expect(second.address.port).not.toBe(first.address.port);
  });

  it.each([
    ['log of the metadata', '__cluster_metadata-0/00000000000000000000.log', 'CORRUPT_LOG'],
    ['vote', '__cluster_metadata-0/quorum-state', 'FOREIGN_DATA'],
  ])('gives the folder back when the %s cannot be read', async (_what, file, code) => {
    const directory = brokers.newDirectory();
    const first = await brokers.start({ 'log.dirs': directory });
    await brokers.to(first).send(createTopics, 7, {
      topics: [{ name: 'events', numPartitions: 1, replicationFactor: 1 }],
    });
    await append(brokers.to(first), 'events', 'one');
    await brokers.stop(first);
    const damaged = path.join(directory, file);
    const good = readFileSync(damaged);
    writeFileSync(damaged, 'this is a text\n'.repeat(20));
    const before = openFiles(directory);
    await expect(brokers.start({ 'log.dirs': directory })).rejects.toMatchObject({ code });
    expect(openFiles(directory)).toEqual(before);
    writeFileSync(damaged, good);
    const second = await brokers.start({ 'log.dirs': directory });
    expect(await read(brokers.to(second), 'events')).toMatchObject({ errorCode: 0, highWatermark: 1 });
  });

  it('serves the others while a partition cannot be opened, and that one again once its file is back', async () => {
    const directory = brokers.newDirectory();
    const first = await brokers.start({ 'log.dirs': directory });
    for (const name of ['events', 'others']) {
      await brokers
        .to(first)
        .send(createTopics, 7, { topics: [{ name, numPartitions: 1, replicationFactor: 1 }] });
      await append(brokers.to(first), name, 'one');
    }
    await brokers.stop(first);
    const damaged = path.join(directory, 'events-0/00000000000000000000.log');
    const good = readFileSync(damaged);
    writeFileSync(damaged, 'this is a text\n'.repeat(20));

    const second = await brokers.start({ 'log.dirs': directory });
    const client = brokers.to(second);
    const STORAGE = ErrorCode.KAFKA_STORAGE_ERROR;
    await expect.poll(async () => (await append(client, 'others', 'two'))?.baseOffset).toBe(1);
    await expect.poll(async () => (await append(client, 'events', 'two'))?.errorCode).toBe(STORAGE);
    expect((await read(client, 'events'))?.errorCode).toBe(STORAGE);
    const offsets = await client.send(listOffsets, 7, {
      replicaId: -1,
      topics: [{ name: 'events', partitions: [{ partitionIndex: 0, timestamp: -1 }] }],
    });
    expect(offsets.topics[0]?.partitions[0]?.errorCode).toBe(STORAGE);
    const folders = await client.send(describeLogDirs, 4, { topics: null });
    expect(folders.results[0]?.errorCode).toBe(ErrorCode.NONE);
    expect(folders.results[0]?.topics.find(({ name }) => name === 'events')?.partitions).toEqual([
      { partitionIndex: 0, partitionSize: 300, offsetLag: -1, isFutureKey: false },
    ]);
    expect(second.metrics.replicaManager.offlineReplicaCount).toBe(1);
    await brokers.stop(second);

    writeFileSync(damaged, good);
    const third = await brokers.start({ 'log.dirs': directory });
    await expect.poll(async () => (await append(brokers.to(third), 'events', 'two'))?.baseOffset).toBe(1);
    await brokers.stop(third);
    writeFileSync(damaged, 'this is a text\n');

    // Deleting the topic needs no log.
    const fourth = await brokers.start({ 'log.dirs': directory });
    const { responses } = await brokers.to(fourth).send(deleteTopics, 6, { topics: [{ name: 'events' }] });
    expect(responses[0]?.errorCode).toBe(ErrorCode.NONE);
    await expect.poll(() => readdirSync(directory).includes('events-0')).toBe(false);
  });

  it('ends a wait for the other controllers when it is told to, and gives port and folder back', async () => {
    const cluster = [...(await brokers.clusterSettings(3)).values()];
    const [settings = {}] = cluster;
    for (const afterMs of [0, 1, 20, 300]) {
      const stop = new AbortController();
      const starting = brokers.start(settings, { signal: stop.signal });
      setTimeout(() => stop.abort(new Error('enough')), afterMs);
      await expect(starting).rejects.toThrow('enough');
    }
    const aborted = AbortSignal.abort(new Error('before it began'));
    await expect(brokers.start(settings, { signal: aborted })).rejects.toThrow('before it began');
    expect(openFiles(String(settings['log.dirs']))).toEqual([]);
    // As soon as the others are there, the same settings make a cluster.
    const started = await Promise.all(cluster.map((own) => brokers.start(own)));
    expect(started.map(({ nodeId }) => nodeId)).toEqual([1, 2, 3]);
  });

  it('refuses a folder that another broker holds, and one of another node', async () => {
    const directory = brokers.newDirectory();
    const first = await brokers.start({ 'log.dirs': directory });
    await expect(brokers.start({ 'log.dirs': directory })).rejects.toMatchObject({ code: 'LOCKED' });
    await brokers.stop(first);
    await expect(brokers.start({ 'log.dirs': directory, 'node.id': 5 })).rejects.toMatchObject({
      code: 'FOREIGN_DATA',
    });
    writeFileSync(path.join(directory, 'meta.properties'), 'version=9\nnode.id=1\n');
    await expect(brokers.start({ 'log.dirs': directory })).rejects.toMatchObject({ code: 'FOREIGN_DATA' });
  });

  it('removes what is left on disk of a topic that was deleted and made again', async () => {
    const broker = await brokers.start();
    const client = brokers.to(broker);
    for (let round = 0; round < 3; round++) {
      await client.send(createTopics, 7, {
        topics: [{ name: 'again', numPartitions: 1, replicationFactor: 1 }],
      });
      // Its log is made once the checkpoints on the disk have forgotten the one before.
      await expect.poll(async () => (await append(client, 'again', `${round}`))?.baseOffset).toBe(0);
      await client.send(deleteTopics, 6, { topics: [{ name: 'again' }] });
      expect((await append(client, 'again', 'gone'))?.errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    }
  });
});
