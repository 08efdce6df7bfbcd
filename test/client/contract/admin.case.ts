import { afterEach, describe, expect, it } from 'vitest';
import { Clients, until } from './clients.ts';

/** What administration promises. */
export function adminContract(bootstrapServers: () => string): void {
  describe('admin', () => {
    let clients = new Clients('');
    const setUp = (): Clients => {
      clients = new Clients(bootstrapServers());
      return clients;
    };
    afterEach(() => clients.closeAll());

    it('creates, describes, lists and deletes topics', async () => {
      const admin = setUp().admin();
      const name = clients.name('topic');
      await admin.createTopics([{ name, partitions: 3 }], { validateOnly: true });
      expect((await admin.listTopics()).map((topic) => topic.name)).not.toContain(name);
      await admin.createTopics([{ name, partitions: 3, replicationFactor: 1 }]);
      await until(async () => (await admin.listTopics()).some((topic) => topic.name === name));
      const [topic] = await admin.describeTopics([name]);
      expect(
        topic?.partitions.map(({ partition, replicas, isr }) => [partition, replicas.length, isr.length]),
      ).toEqual([
        [0, 1, 1],
        [1, 1, 1],
        [2, 1, 1],
      ]);
      expect(topic?.internal).toBe(false);
      await expect(admin.createTopics([{ name }])).rejects.toMatchObject({ code: 'TOPIC_ALREADY_EXISTS' });
      await admin.createPartitions([{ name, count: 5 }]);
      await until(async () => (await admin.describeTopics([name]))[0]?.partitions.length === 5);
      await expect(admin.createPartitions([{ name, count: 2 }])).rejects.toMatchObject({
        code: 'INVALID_PARTITIONS',
      });
      await admin.deleteTopics([name]);
      await until(async () => !(await admin.listTopics()).some((each) => each.name === name));
      await expect(admin.describeTopics([name])).rejects.toMatchObject({
        code: 'UNKNOWN_TOPIC_OR_PARTITION',
      });
      expect(await admin.describeTopics([name, 'not a name'], { existingOnly: true })).toEqual([]);
      await expect(admin.deleteTopics([name])).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' });
    });

    it('holds elections, and tells which partitions have another leader', async () => {
      const admin = setUp().admin();
      const topic = await clients.topic(2);
      const partition = { topic, partition: 0 };
      // With one replica it leads already; of all partitions those that need none are not told of.
      for (const type of ['preferred', 'unclean'] as const) {
        expect(await admin.electLeaders(type, [partition])).toEqual([]);
      }
      expect(await admin.electLeaders('preferred')).toEqual([]);
      await expect(admin.electLeaders('preferred', [{ topic, partition: 7 }])).rejects.toMatchObject({
        code: 'UNKNOWN_TOPIC_OR_PARTITION',
      });
    });

    it('describes the cluster', async () => {
      const { clusterId, nodes } = await setUp().admin().describeCluster();
      expect(clusterId).toMatch(/^[\w-]{22}$/);
      expect(nodes.length).toBeGreaterThanOrEqual(1);
      expect(nodes[0]?.port).toBeGreaterThan(0);
    });

    it('reads and changes configs', async () => {
      const admin = setUp().admin();
      const name = await clients.topic(1, { 'retention.ms': '123456' });
      const read = async (key: string): Promise<string | null | undefined> => {
        const [description] = await admin.describeConfigs([{ type: 'topic', name }]);
        return description?.entries.find((entry) => entry.name === key)?.value;
      };
      expect(await read('retention.ms')).toBe('123456');
      await admin.incrementalAlterConfigs([
        {
          type: 'topic',
          name,
          alterations: [
            { name: 'retention.ms', op: 'delete' },
            { name: 'max.message.bytes', op: 'set', value: '5000' },
            { name: 'cleanup.policy', op: 'append', value: 'compact' },
          ],
        },
      ]);
      await until(async () => (await read('max.message.bytes')) === '5000');
      expect(await read('retention.ms')).toBe('604800000');
      expect(await read('cleanup.policy')).toBe('delete,compact');
      await expect(
        admin.incrementalAlterConfigs([
          { type: 'topic', name, alterations: [{ name: 'retention.ms', op: 'set', value: 'soon' }] },
        ]),
      ).rejects.toMatchObject({ code: 'INVALID_CONFIG' });
    });

    it('lists, describes, alters and deletes groups', async () => {
      const admin = setUp().admin();
      const topic = await clients.topic(2);
      const groupId = clients.name('group');
      const consumer = clients.consumer({ groupId, assignors: ['range'], clientId: 'tester' });
      consumer.subscribe([topic]);
      while (consumer.assignment().length < 2) await consumer.poll(50);
      const [description] = await admin.describeGroups([groupId]);
      expect(description).toMatchObject({
        groupId,
        state: 'Stable',
        protocolType: 'consumer',
        protocol: 'range',
      });
      expect(description?.members).toMatchObject([
        {
          clientId: 'tester',
          assignment: [
            { topic, partition: 0 },
            { topic, partition: 1 },
          ],
        },
      ]);
      expect(await admin.listGroups({ states: ['Stable'] })).toContainEqual(
        expect.objectContaining({ groupId, protocolType: 'consumer', state: 'Stable' }),
      );
      await expect(admin.deleteGroups([groupId])).rejects.toMatchObject({ code: 'NON_EMPTY_GROUP' });
      await consumer.close();
      await admin.alterConsumerGroupOffsets(groupId, [{ topic, partition: 1, offset: 7 }]);
      expect(await admin.listConsumerGroupOffsets(groupId)).toContainEqual(
        expect.objectContaining({ topic, partition: 1, offset: 7 }),
      );
      await admin.deleteGroups([groupId]);
      expect((await admin.listGroups()).map((group) => group.groupId)).not.toContain(groupId);
    });

    it('lists offsets and deletes records', async () => {
      const admin = setUp().admin();
      const topic = await clients.topic(1);
      const producer = clients.producer();
      for (let i = 0; i < 10; i++)
        producer.send({ topic, value: String(i), timestamp: 1_000 + (i === 4 ? 500 : i) });
      await producer.flush();
      const offsetOf = async (spec: 'earliest' | 'latest' | 'max-timestamp' | { timestamp: number }) =>
        (await admin.listOffsets([{ topic, partition: 0, spec }]))[0]?.offset;
      expect(await offsetOf('earliest')).toBe(0);
      expect(await offsetOf('latest')).toBe(10);
      expect(await offsetOf('max-timestamp')).toBe(4);
      expect(await offsetOf({ timestamp: 1_003 })).toBe(3);
      expect(await offsetOf({ timestamp: 9_999 })).toBe(-1);
      expect(await admin.deleteRecords([{ topic, partition: 0, offset: -1 }])).toEqual([
        { topic, partition: 0, offset: 10 },
      ]);
      expect(await offsetOf('earliest')).toBe(10);
      await expect(
        admin.listOffsets([{ topic: clients.name('missing'), partition: 0, spec: 'latest' }]),
      ).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' });
    });
  });
}
