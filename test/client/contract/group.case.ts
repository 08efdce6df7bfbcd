import { afterEach, describe, expect, it } from 'vitest';
import type { AssignorName, Consumer, RebalanceListener, TopicPartition } from '../../../src/client/index.ts';
import { Clients, CuttableEnvironment, read } from './clients.ts';

/** What members of a group promise each other. */
export function groupContract(bootstrapServers: () => string, sessionMsMin: number): void {
  describe('consumer group', () => {
    let clients = new Clients('');
    const setUp = (): Clients => {
      clients = new Clients(bootstrapServers());
      return clients;
    };
    afterEach(() => clients.closeAll());

    for (const assignor of ['range', 'roundrobin', 'sticky', 'cooperative-sticky'] satisfies AssignorName[]) {
      it(`shares partitions by ${assignor}, and takes over from a member that leaves`, async () => {
        const topic = await setUp().topic(4);
        const producer = clients.producer();
        const group = clients.name('group');
        const options = { groupId: group, assignors: [assignor] };
        const one = clients.consumer(options);
        const two = clients.consumer(options);
        one.subscribe([topic]);
        await pollUntil([one], () => one.assignment().length === 4);
        two.subscribe([topic]);
        await pollUntil([one, two], () => one.assignment().length === 2 && two.assignment().length === 2);
        expect(partitionsOf(one, two)).toEqual([0, 1, 2, 3]);

        for (let i = 0; i < 40; i++) producer.send({ topic, partition: i % 4, value: String(i) });
        await producer.flush();
        const values = new Set<string>();
        while (values.size < 40) {
          for (const consumer of [one, two]) {
            for (const { records } of await consumer.poll(20))
              for (const { value } of records) values.add(String(value));
          }
        }
        await one.commit();
        await two.commit();
        await two.close();
        await pollUntil([one], () => one.assignment().length === 4);
        for (let partition = 0; partition < 4; partition++) {
          producer.send({ topic, partition, value: `late-${partition}` });
        }
        await producer.flush();
        // It goes on from what the other one has committed: nothing comes twice.
        const late = await read(one, 4);
        expect(late.map(({ value }) => String(value)).toSorted()).toEqual([
          'late-0',
          'late-1',
          'late-2',
          'late-3',
        ]);
      });
    }

    it('keeps partitions that do not move, under the cooperative protocol', async () => {
      const topic = await setUp().topic(6);
      const group = clients.name('group');
      const options = { groupId: group, assignors: ['cooperative-sticky'] as const };
      const events: string[] = [];
      const one = clients.consumer(options);
      one.subscribe([topic], recorder('one', events));
      await pollUntil([one], () => one.assignment().length === 6);
      const two = clients.consumer(options);
      two.subscribe([topic], recorder('two', events));
      await pollUntil([one, two], () => one.assignment().length === 3 && two.assignment().length === 3);
      expect(partitionsOf(one, two)).toEqual([0, 1, 2, 3, 4, 5]);
      const revoked = events.filter((event) => event.startsWith('one revoked'));
      // Only what went to the other one was ever revoked.
      expect(revoked).toEqual([`one revoked ${numbers(two.assignment())}`]);
      expect(events[0]).toBe('one assigned 0 1 2 3 4 5');
      expect(events.at(-1)).toBe(`two assigned ${numbers(two.assignment())}`);
    });

    it('reads on, and commits, while the group waits for another member, under the cooperative protocol', async () => {
      const topic = await setUp().topic(4);
      const groupId = clients.name('group');
      const options = { groupId, assignors: ['cooperative-sticky'] as const, autoCommit: false };
      const events: string[] = [];
      const one = clients.consumer({ ...options, heartbeatIntervalMs: 50 });
      const silent = clients.consumer(options);
      one.subscribe([topic], recorder('one', events));
      silent.subscribe([topic]);
      const isShared = (): boolean => one.assignment().length === 2 && silent.assignment().length === 2;
      await pollUntil([one, silent], isShared);
      const admin = clients.admin();
      const stateNow = async (): Promise<string | undefined> =>
        (await admin.describeGroups([groupId]))[0]?.state;
      while ((await stateNow()) !== 'Stable') await Promise.all([one.poll(20), silent.poll(20)]);

      const late = clients.consumer(options);
      late.subscribe([topic]);
      while ((await stateNow()) !== 'PreparingRebalance') await Promise.all([one.poll(20), late.poll(20)]);
      // By then it has heard of the rebalance, and its join is held back until the silent one joins too.
      await pollUntil([one, late], roundsPassed(20));
      events.length = 0;
      const mine = one.assignment();
      const producer = clients.producer();
      for (const { partition } of mine) producer.send({ topic, partition, value: 'x' });
      await producer.flush();
      expect((await read(one, 2)).length).toBe(2);
      await one.commit();
      expect((await one.committed(mine)).map(({ offset }) => offset)).toEqual([1, 1]);
      expect(await stateNow()).toBe('PreparingRebalance');
      expect(events).toEqual([]);

      const all = [one, silent, late];
      await pollUntil(all, () => partitionsOf(...all).length === 4 && late.assignment().length === 1);
      expect(partitionsOf(...all)).toEqual([0, 1, 2, 3]);
      await one.commit();
    });

    it('takes over from a member that vanishes, when its session has ended', async () => {
      const topic = await setUp().topic(4);
      const groupId = clients.name('group');
      const producer = clients.producer();
      for (let i = 0; i < 40; i++) producer.send({ topic, partition: i % 4, value: String(i) });
      await producer.flush();
      const environment = new CuttableEnvironment();
      const options = { groupId, sessionTimeoutMs: sessionMsMin, autoCommit: false, requestTimeoutMs: 1_000 };
      const doomed = clients.consumer({ ...options, environment });
      const survivor = clients.consumer(options);
      doomed.subscribe([topic]);
      survivor.subscribe([topic]);
      await pollUntil(
        [doomed, survivor],
        () => doomed.assignment().length === 2 && survivor.assignment().length === 2,
      );
      await doomed.commit(doomed.assignment().map((partition) => ({ ...partition, offset: 7 })));
      const moving = doomed.assignment();
      environment.isolate();
      // From the moving partitions come exactly the records behind what was committed.
      const taken: string[] = [];
      const wanted = moving.flatMap(({ partition }) => [7, 8, 9].map((offset) => `${partition}/${offset}`));
      while (taken.length < wanted.length) {
        for (const { partition, records } of await survivor.poll(50)) {
          if (!moving.some((each) => each.partition === partition)) continue;
          taken.push(...records.map(({ offset }) => `${partition}/${offset}`));
        }
      }
      expect(taken.toSorted()).toEqual(wanted.toSorted());
      expect(survivor.assignment().length).toBe(4);
      await doomed.close({ leaveGroup: false });
    });

    it('gives up all partitions before a rebalance, under the eager protocol', async () => {
      const topic = await setUp().topic(4);
      const group = clients.name('group');
      const options = { groupId: group, assignors: ['range'] as const };
      const events: string[] = [];
      const one = clients.consumer(options);
      one.subscribe([topic], recorder('one', events));
      await pollUntil([one], () => one.assignment().length === 4);
      const two = clients.consumer(options);
      two.subscribe([topic]);
      await pollUntil([one, two], () => one.assignment().length === 2 && two.assignment().length === 2);
      expect(events.slice(0, 3)).toEqual([
        'one assigned 0 1 2 3',
        'one revoked 0 1 2 3',
        `one assigned ${numbers(one.assignment())}`,
      ]);
    });

    it('lets a static member come back to its partitions without a rebalance', async () => {
      const topic = await setUp().topic(4);
      const group = clients.name('group');
      const options = { groupId: group, assignors: ['range'] as const };
      const events: string[] = [];
      const one = clients.consumer({ ...options, groupInstanceId: 'one' });
      const two = clients.consumer({ ...options, groupInstanceId: 'two' });
      one.subscribe([topic], recorder('one', events));
      two.subscribe([topic]);
      await pollUntil([one, two], () => one.assignment().length === 2 && two.assignment().length === 2);
      const { generationId } = one.groupMetadata();
      const before = numbers(two.assignment());
      await two.close();
      const again = clients.consumer({ ...options, groupInstanceId: 'two' });
      again.subscribe([topic]);
      await pollUntil([one, again], () => again.assignment().length === 2);
      expect(numbers(again.assignment())).toBe(before);
      expect(again.groupMetadata().generationId).toBe(generationId);
      const settled = events.length;
      await pollUntil([one, again], roundsPassed(10));
      expect(events.length).toBe(settled);
    });

    it('lets an administrator remove a static member that stopped, so that its group can go', async () => {
      const topic = await setUp().topic(1);
      const groupId = clients.name('group');
      const member = clients.consumer({ groupId, groupInstanceId: 'stays' });
      member.subscribe([topic]);
      await pollUntil([member], () => member.assignment().length === 1);
      await member.close();
      const admin = clients.admin();
      await expect(admin.deleteGroups([groupId])).rejects.toMatchObject({ code: 'NON_EMPTY_GROUP' });
      await admin.removeStaticMembers(groupId, ['stays', 'was never there']);
      await admin.deleteGroups([groupId]);
      await admin.removeStaticMembers(groupId, ['stays']);
      expect((await admin.listGroups()).map((group) => group.groupId)).not.toContain(groupId);
    });

    it('fences a second member of the same instance id', async () => {
      const topic = await setUp().topic(1);
      const options = { groupId: clients.name('group'), groupInstanceId: 'same' };
      const first = clients.consumer(options);
      first.subscribe([topic]);
      await pollUntil([first], () => first.assignment().length === 1);
      const second = clients.consumer(options);
      second.subscribe([topic]);
      await pollUntil([second], () => second.assignment().length === 1);
      await expect(pollUntil([first], () => false)).rejects.toMatchObject({ code: 'FENCED_INSTANCE_ID' });
    });

    it('commits, reads and resumes from committed offsets', async () => {
      const topic = await setUp().topic(2);
      const groupId = clients.name('group');
      const producer = clients.producer();
      for (let i = 0; i < 20; i++) producer.send({ topic, partition: i % 2, value: String(i) });
      await producer.flush();
      const both = [0, 1].map((partition) => ({ topic, partition }));
      const one = clients.consumer({ groupId, autoCommit: false });
      one.subscribe([topic]);
      await read(one, 20);
      expect(await one.committed(both)).toEqual([]);
      await one.commit([{ topic, partition: 0, offset: 4, metadata: 'note' }]);
      await one.commit([{ topic, partition: 1, offset: 9, leaderEpoch: 0 }]);
      expect(await one.committed(both)).toMatchObject([
        { partition: 0, offset: 4, metadata: 'note' },
        { partition: 1, offset: 9, leaderEpoch: 0 },
      ]);
      await one.close();
      const two = clients.consumer({ groupId, autoCommit: false });
      two.subscribe([topic]);
      const records = await read(two, 7);
      expect(records.map(({ partition, offset }) => `${partition}/${offset}`).toSorted()).toEqual([
        '0/4',
        '0/5',
        '0/6',
        '0/7',
        '0/8',
        '0/9',
        '1/9',
      ]);
      expect((await clients.admin().listConsumerGroupOffsets(groupId)).length).toBe(2);
    });

    it('commits by itself when it closes', async () => {
      const topic = await setUp().topic(1);
      const groupId = clients.name('group');
      const producer = clients.producer();
      for (let i = 0; i < 10; i++) producer.send({ topic, value: String(i) });
      await producer.flush();
      const consumer = clients.consumer({ groupId });
      consumer.subscribe([topic]);
      await read(consumer, 10);
      await consumer.close();
      expect(await clients.admin().listConsumerGroupOffsets(groupId)).toMatchObject([
        { topic, partition: 0, offset: 10 },
      ]);
    });

    it('follows topics that match a pattern, and partitions that are added', async () => {
      setUp();
      const prefix = clients.name('pattern');
      const admin = clients.admin();
      await admin.createTopics([{ name: `${prefix}-a`, partitions: 1 }]);
      const consumer = clients.consumer({ groupId: clients.name('group'), metadataAgeMsMax: 200 });
      consumer.subscribe(new RegExp(`^${prefix}`));
      await pollUntil([consumer], () => consumer.assignment().length === 1);
      await admin.createTopics([{ name: `${prefix}-b`, partitions: 2 }]);
      await pollUntil([consumer], () => consumer.assignment().length === 3);
      await admin.createPartitions([{ name: `${prefix}-a`, count: 2 }]);
      await pollUntil([consumer], () => consumer.assignment().length === 4);
      expect(consumer.subscription()).toEqual([`${prefix}-a`, `${prefix}-b`]);
    });

    it('refuses to commit for a member that left, and tells a lost member', async () => {
      const topic = await setUp().topic(1);
      const groupId = clients.name('group');
      const events: string[] = [];
      // It hangs for longer than it may between two polls: its partitions go to the other one.
      const slow = clients.consumer({ groupId, pollIntervalMsMax: 300, autoCommit: false });
      slow.subscribe([topic], recorder('slow', events));
      await pollUntil([slow], () => slow.assignment().length === 1);
      const other = clients.consumer({ groupId });
      other.subscribe([topic]);
      await pollUntil([other], () => other.assignment().length === 1);
      await expect(slow.commit([{ topic, partition: 0, offset: 1 }])).rejects.toMatchObject({
        code: 'COMMIT_FAILED',
      });
      await pollUntil([slow, other], () => events.includes('slow lost 0'));
      expect(events).toEqual(['slow assigned 0', 'slow lost 0', ...events.slice(2)]);
    });
  });
}

function recorder(name: string, events: string[]): RebalanceListener {
  const note = (what: string) => (partitions: readonly TopicPartition[]) => {
    if (partitions.length > 0) events.push(`${name} ${what} ${numbers(partitions)}`);
  };
  return { onAssigned: note('assigned'), onRevoked: note('revoked'), onLost: note('lost') };
}

function numbers(partitions: readonly TopicPartition[]): string {
  return partitions
    .map(({ partition }) => partition)
    .toSorted((a, b) => a - b)
    .join(' ');
}

function partitionsOf(...consumers: readonly Consumer[]): number[] {
  return consumers
    .flatMap((consumer) => consumer.assignment())
    .map(({ partition }) => partition)
    .toSorted((a, b) => a - b);
}

async function pollUntil(consumers: readonly Consumer[], done: () => boolean): Promise<void> {
  while (!done()) await Promise.all(consumers.map((consumer) => consumer.poll(50)));
}

function roundsPassed(rounds: number): () => boolean {
  let left = rounds;
  return () => left-- <= 0;
}
