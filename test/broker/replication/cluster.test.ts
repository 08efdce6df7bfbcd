import { readdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { Broker } from '../../../broker/broker.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { produce } from '../../../src/protocol/messages/00-produce.ts';
import { fetch } from '../../../src/protocol/messages/01-fetch.ts';
import { deleteRecords } from '../../../src/protocol/messages/21-delete-records.ts';
import { createTopics } from '../../../src/protocol/messages/19-create-topics.ts';
import { batchesOf } from '../../../src/protocol/records/batch-view.ts';
import { batchOf, TestBrokers } from '../running-broker.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';

/**
 * Where no broker dies without a word: of three brokers on one event loop, on a machine that others use, one may say nothing for a
 * second, which is their session.
 */
const CALM = { 'broker.session.timeout.ms': 3_000 };

/** Three brokers in one process, on real sockets and folders of their own. */
describe('a cluster of three', () => {
  let brokers = new TestBrokers();

  afterEach(async () => {
    await brokers.close();
    brokers = new TestBrokers();
  });

  async function createTopic(at: Broker, name: string, configs: Record<string, string> = {}): Promise<void> {
    const create = async (): Promise<number | undefined> => {
      const response = await brokers.to(at).send(createTopics, 7, {
        topics: [
          {
            name,
            numPartitions: 1,
            replicationFactor: 3,
            configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
          },
        ],
      });
      return response.topics[0]?.errorCode;
    };
    // While one of them is fenced there are not enough.
    await expect.poll(create, { timeout: PATIENCE_MS }).toBe(ErrorCode.NONE);
  }

  /** Appends one value with acks=all wherever the leader is, trying again as a producer would. */
  async function append(
    cluster: ReadonlyMap<number, Broker>,
    topic: string,
    ...values: readonly string[]
  ): Promise<number> {
    for (;;) {
      const leader = leaderOf(cluster, topic);
      const answer = await (leader === undefined ? undefined : tryAppend(leader, topic, values));
      if (answer?.errorCode === ErrorCode.NONE) return answer.baseOffset;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async function tryAppend(leader: Broker, topic: string, values: readonly string[], timeoutMs = 2000) {
    const client = brokers.to(leader);
    try {
      const response = await client.send(produce, 9, {
        acks: -1,
        timeoutMs,
        topicData: [{ name: topic, partitionData: [{ index: 0, records: batchOf(...values) }] }],
      });
      return response.responses[0]?.partitionResponses[0];
    } catch {
      return undefined;
    } finally {
      client.close();
    }
  }

  function leaderOf(cluster: ReadonlyMap<number, Broker>, topic: string): Broker | undefined {
    const known = [...cluster.values()]
      .map((broker) => broker.image.topicsByName.get(topic)?.partitions.get(0))
      .filter((partition) => partition !== undefined)
      .sort((a, b) => b.leaderEpoch - a.leaderEpoch);
    return cluster.get(known[0]?.leader ?? -1);
  }

  function isrOf(broker: Broker, topic: string): readonly number[] {
    return [...(broker.image.topicsByName.get(topic)?.partitions.get(0)?.isr ?? [])].sort((a, b) => a - b);
  }

  /** Every value in the partition, as a consumer of its leader sees it. */
  async function readAll(cluster: ReadonlyMap<number, Broker>, topic: string): Promise<Buffer> {
    const leader = leaderOf(cluster, topic);
    if (leader === undefined) throw new Error('no leader');
    const chunks: Buffer[] = [];
    for (let offset = 0; ; ) {
      const response = await brokers.to(leader).send(fetch, 12, {
        maxWaitMs: 500,
        minBytes: 1,
        topics: [
          { topic, partitions: [{ partition: 0, fetchOffset: offset, partitionMaxBytes: 1_000_000 }] },
        ],
      });
      const data = response.responses[0]?.partitions[0];
      expect(data?.errorCode).toBe(ErrorCode.NONE);
      const last = batchesOf(data?.records ?? Buffer.alloc(0)).at(-1);
      if (last === undefined) return Buffer.concat(chunks);
      chunks.push(data?.records ?? Buffer.alloc(0));
      offset = last.lastOffset + 1;
    }
  }

  it('loses nothing that was acknowledged when leaders die, one after the other', async () => {
    const settings = await brokers.clusterSettings(3);
    const cluster = new Map<number, Broker>();
    const starting = [...settings].map(async ([id, own]) => cluster.set(id, await brokers.start(own)));
    await Promise.all(starting);
    const first = cluster.get(1);
    if (first === undefined) throw new Error('no broker');
    await createTopic(first, 'ledger', { 'min.insync.replicas': '2' });
    const acknowledged: string[] = [];
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 20; i++) {
        const value = `entry-${round}-${i};`;
        await append(cluster, 'ledger', value);
        acknowledged.push(value);
      }
      const leader = leaderOf(cluster, 'ledger');
      if (leader === undefined) throw new Error('no leader');
      const epoch = leader.image.topicsByName.get('ledger')?.partitions.get(0)?.leaderEpoch ?? -1;
      cluster.delete(leader.nodeId);
      await brokers.stop(leader, { handOver: false });
      await append(cluster, 'ledger', `after-${round};`);
      acknowledged.push(`after-${round};`);
      const [survivor] = cluster.values();
      const known = (): number | undefined =>
        survivor?.image.topicsByName.get('ledger')?.partitions.get(0)?.leaderEpoch;
      await expect.poll(known, { timeout: PATIENCE_MS }).toBeGreaterThan(epoch);
      const again = await brokers.start(settings.get(leader.nodeId));
      cluster.set(leader.nodeId, again);
      await expect.poll(() => isrOf(again, 'ledger'), { timeout: PATIENCE_MS }).toEqual([1, 2, 3]);
    }
    const text = (await readAll(cluster, 'ledger')).toString('latin1');
    for (const value of acknowledged) expect(text).toContain(value);
    for (let i = 1; i < acknowledged.length; i++) {
      const [before, after] = [acknowledged[i - 1] ?? '', acknowledged[i] ?? ''];
      expect(text.indexOf(before)).toBeLessThan(text.indexOf(after));
    }
  });

  it('acknowledges only what enough replicas have', async () => {
    const cluster = await brokers.startCluster(3);
    const [first] = cluster.values();
    if (first === undefined) throw new Error('no broker');
    await createTopic(first, 'strict', { 'min.insync.replicas': '3' });
    await append(cluster, 'strict', 'all three');
    const leader = leaderOf(cluster, 'strict');
    const follower = [...cluster.values()].find((broker) => broker !== leader);
    if (leader === undefined || follower === undefined) throw new Error('no leader');
    cluster.delete(follower.nodeId);
    await brokers.stop(follower, { handOver: false });
    await expect.poll(() => isrOf(leader, 'strict').length, { timeout: PATIENCE_MS }).toBeLessThan(3);
    const tooFew = async (): Promise<number | undefined> =>
      (await tryAppend(leaderOf(cluster, 'strict') ?? leader, 'strict', ['too few']))?.errorCode;
    await expect.poll(tooFew, { timeout: PATIENCE_MS }).toBe(ErrorCode.NOT_ENOUGH_REPLICAS);
    const underMinIsr = (): number | undefined =>
      leaderOf(cluster, 'strict')?.metrics.replicaManager.underMinIsrPartitionCount;
    await expect.poll(underMinIsr, { timeout: PATIENCE_MS }).toBe(1);
  });

  it('hands leadership over when a broker is stopped in good order', async () => {
    const cluster = await brokers.startCluster(3, CALM);
    const [first] = cluster.values();
    if (first === undefined) throw new Error('no broker');
    await createTopic(first, 'moving');
    await append(cluster, 'moving', 'before');
    const leader = leaderOf(cluster, 'moving');
    if (leader === undefined) throw new Error('no leader');
    cluster.delete(leader.nodeId);
    await brokers.stop(leader);
    const [survivor] = cluster.values();
    const led = (): number | undefined =>
      survivor?.image.topicsByName.get('moving')?.partitions.get(0)?.leader;
    await expect.poll(led, { timeout: PATIENCE_MS }).not.toBe(leader.nodeId);
    expect(led()).toBeGreaterThan(0);
    await append(cluster, 'moving', 'after');
  });

  it.each(['folder', 'data folder'])('copies a replica again that has lost its %s', async (what) => {
    const settings = await brokers.clusterSettings(3);
    const starting = [...settings].map(
      async ([id, own]) => [id, await brokers.start({ ...own, ...CALM })] as const,
    );
    const cluster = new Map(await Promise.all(starting));
    const first = cluster.get(1);
    if (first === undefined) throw new Error('no broker');
    await createTopic(first, 'copied');
    // More than one record in a batch, and a log start within it.
    const leader = leaderOf(cluster, 'copied') ?? first;
    await append(cluster, 'copied', 'one', 'two', 'three');
    await expect.poll(() => deleteUpTo(leader, 'copied', 2), { timeout: PATIENCE_MS }).toBe(ErrorCode.NONE);
    const lost = [...cluster.values()].find((broker) => broker !== leader) ?? first;
    await brokers.stop(lost);
    rmSync(what === 'folder' ? `${lost.directory}/copied-0` : lost.directory, { recursive: true });
    const again = await brokers.start({ ...settings.get(lost.nodeId), ...CALM });
    await expect.poll(() => isrOf(again, 'copied'), { timeout: PATIENCE_MS }).toEqual([1, 2, 3]);
  });

  it.each([
    ['all records', (file: string) => truncateSync(file, 0)],
    ['its last record', (file: string) => truncateSync(file, statSync(file).size - 1)],
  ])(
    'is not led by a replica whose files have lost %s: it is kept aside, and copied again',
    async (_what, damage) => {
      const settings = await brokers.clusterSettings(3);
      const starting = async (id: number) =>
        [id, await brokers.start({ ...settings.get(id), ...CALM })] as const;
      const start = async (): Promise<Map<number, Broker>> =>
        new Map(await Promise.all([...settings.keys()].map(starting)));
      const before = await start();
      const first = before.get(1);
      if (first === undefined) throw new Error('no broker');
      await createTopic(first, 'sound', { 'min.insync.replicas': '2' });
      for (const value of ['one;', 'two;', 'three;']) await append(before, 'sound', value);
      await expect.poll(() => isrOf(first, 'sound'), { timeout: PATIENCE_MS }).toEqual([1, 2, 3]);
      const leader = leaderOf(before, 'sound') ?? first;
      // In order, the leader last: it is the only one in sync, and the others are eligible to lead (KIP-966).
      for (const broker of before.values()) if (broker !== leader) await brokers.stop(broker);
      await brokers.stop(leader);
      damage(`${leader.directory}/sound-0/00000000000000000000.log`);
      const after = await start();
      const again = after.get(leader.nodeId) ?? first;
      await expect.poll(() => isrOf(again, 'sound'), { timeout: PATIENCE_MS }).toEqual([1, 2, 3]);
      const text = (await readAll(after, 'sound')).toString('latin1');
      for (const value of ['one;', 'two;', 'three;']) expect(text).toContain(value);
      const aside = readdirSync(leader.directory).filter((name) => name.startsWith('sound-0.'));
      expect(aside).toEqual([expect.stringMatching(/-stray$/)]);
    },
  );

  async function deleteUpTo(at: Broker, topic: string, offset: number): Promise<number | undefined> {
    const response = await brokers.to(at).send(deleteRecords, 2, {
      timeoutMs: 5_000,
      topics: [{ name: topic, partitions: [{ partitionIndex: 0, offset }] }],
    });
    return response.topics[0]?.partitions[0]?.errorCode;
  }

  it('copies every byte: the logs of all replicas become the same', async () => {
    const cluster = await brokers.startCluster(3, CALM);
    const [first] = cluster.values();
    if (first === undefined) throw new Error('no broker');
    await createTopic(first, 'copied');
    for (let i = 0; i < 30; i++) await append(cluster, 'copied', `value ${i} ${'x'.repeat(i * 100)}`);
    const file = (broker: Broker): string => `${broker.directory}/copied-0/00000000000000000000.log`;
    // Who was out of sync for a moment has what was acknowledged without it a little later.
    const areSame = (): boolean => {
      const [one, ...others] = [...cluster.values()].map((broker) => readFileSync(file(broker)));
      return one !== undefined && one.length > 0 && others.every((other) => other.equals(one));
    };
    await expect.poll(areSame, { timeout: PATIENCE_MS }).toBe(true);
  });
});
