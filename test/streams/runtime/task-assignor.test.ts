import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type {
  AssignmentMetadata,
  ConsumerAssignor,
  MemberSubscription,
  TopicPartition,
} from '../../../src/client/index.ts';
import { Serdes, StreamsBuilder, type Topology } from '../../../src/streams/index.ts';
import {
  type AssignmentInfo,
  decodeAssignmentInfo,
  encodeAssignmentInfo,
} from '../../../src/streams/runtime/assignment-info.ts';
import { encodeMemberData } from '../../../src/streams/runtime/member-data.ts';
import {
  decodeSubscriptionInfo,
  encodeSubscriptionInfo,
  LATEST_OFFSET,
} from '../../../src/streams/runtime/subscription-info.ts';
import { taskAssignors } from '../../../src/streams/runtime/task-assignor.ts';
import type { TaskAssignorOptions } from '../../../src/streams/runtime/task-assignor-options.ts';
import { planTopics } from '../../../src/streams/runtime/topic-plan.ts';
import { shapeOf } from '../../../src/streams/runtime/topology-shape.ts';

const PARTITIONS = 2;
const metadata: AssignmentMetadata = {
  partitionCount: () => PARTITIONS,
  partitions: () => [],
  rackOf: () => null,
};
const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };

/** Copies these topics into `out`, each by a sub-topology of its own. */
function copyTopology(topics: readonly string[]): Topology {
  const builder = new StreamsBuilder();
  for (const topic of topics) builder.stream(topic, strings).to(`${topic}-copy`, strings);
  return builder.build();
}

/** Counts the records of each of these topics. */
function countTopology(topics: readonly string[]): Topology {
  const builder = new StreamsBuilder();
  for (const topic of topics)
    builder
      .stream(topic, strings)
      .groupByKey(strings)
      .count({ storeName: `count-${topic}`, keySerde: Serdes.string });
  return builder.build();
}

/** A member of a group, without a broker. */
class TestMember {
  readonly memberId: string;
  readonly assignors: readonly ConsumerAssignor[];
  readonly topics: readonly string[];
  readonly told: string[] = [];
  readonly ends: string[] = [];
  readonly rejoins: ('now' | number | undefined)[] = [];
  readonly sums = new Map<string, number>();
  owned: readonly TopicPartition[] = [];
  generationId = -1;

  constructor(
    memberId: string,
    topology: Topology,
    topics: readonly string[],
    {
      partitions = PARTITIONS,
      ...options
    }: Partial<TaskAssignorOptions> & { readonly partitions?: number } = {},
  ) {
    this.memberId = memberId;
    this.topics = topics;
    this.assignors = taskAssignors({
      applicationId: 'app',
      topology,
      tasks: planTopics(topology, 'app', new Map(topics.map((topic) => [topic, partitions]))).tasks,
      processId: () => Buffer.from(memberId.padEnd(16, '.')).toString('base64url'),
      userEndPoint: '',
      standbyReplicas: 0,
      warmupReplicasMax: 2,
      probingRebalanceIntervalMs: 600_000,
      nowMs: () => 1_000,
      instance: undefined,
      taskOffsetSums: () => this.sums,
      endOffsets: (of) => Promise.resolve(of.map((each) => ({ ...each, offset: 100_000 }))),
      acceptableRecoveryLag: 10_000,
      onDifferences: (differences) => this.told.push(...differences),
      onEnd: (error) => this.ends.push(error.code),
      onRejoin: (at) => this.rejoins.push(at),
      ...options,
    });
  }

  subscription(protocol = 0): MemberSubscription {
    const { memberId, topics, owned: ownedPartitions, generationId } = this;
    const userData = this.assignors[protocol]?.subscriptionUserData?.(topics) ?? null;
    return { memberId, topics, userData, ownedPartitions, generationId, groupInstanceId: null, rackId: null };
  }

  get names(): readonly string[] {
    return this.owned.map(({ topic, partition }) => `${topic}-${partition}`).sort();
  }
}

const key = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`;

/**
 * One rebalance, led by the first member: each revokes what it is not given any more, then takes what is new. Answers
 * whether anybody has revoked something, and with it asks for another rebalance.
 */
async function rebalance(
  members: readonly TestMember[],
  { protocol = 0, generationId = 1 } = {},
): Promise<boolean> {
  const leader = members[0]?.assignors[protocol];
  const subscriptions = members.map((member) => member.subscription(protocol));
  const assigned = (await leader?.assign(metadata, subscriptions)) ?? new Map();
  const before = new Map(
    members.flatMap((member) => member.owned.map((each) => [key(each), member] as const)),
  );
  let hasRevoked = false;
  for (const member of members) {
    const mine = assigned.get(member.memberId) ?? { partitions: [] };
    for (const partition of mine.partitions) {
      const holder = before.get(key(partition));
      // Nothing is ever given to somebody while another has it.
      if (holder !== undefined) expect(holder.memberId).toBe(member.memberId);
    }
    const given = new Set(mine.partitions.map(key));
    hasRevoked ||= member.owned.some((partition) => !given.has(key(partition)));
    member.assignors[protocol]?.onAssignment?.(mine, {
      groupId: 'app',
      generationId,
      memberId: member.memberId,
      groupInstanceId: null,
    });
    member.owned = mine.partitions;
    member.generationId = generationId;
  }
  return hasRevoked;
}

/** Rebalances until nobody asks for more; answers how many times. */
async function settle(members: readonly TestMember[], generation: { id: number }): Promise<number> {
  for (let rounds = 1; ; rounds++) {
    if (!(await rebalance(members, { generationId: ++generation.id }))) return rounds;
    if (rounds > 3) throw new Error('the group does not come to rest');
  }
}

describe('a group', () => {
  it('comes to rest in two rebalances, whoever comes and goes, and nothing has two members', async () => {
    const topics = ['x', 'y', 'z'];
    const topology = countTopology(topics);
    const step = fc.oneof(
      fc.record({ kind: fc.constant('join' as const), at: fc.nat(3) }),
      fc.record({ kind: fc.constant('leave' as const), at: fc.nat(5) }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 6 }),
        async (steps, partitions) => {
          const generation = { id: 0 };
          let names = 0;
          const join = (): TestMember => new TestMember(`m${names++}`, topology, topics, { partitions });
          let members: TestMember[] = [join()];
          expect(await settle(members, generation)).toBe(1);
          for (const { kind, at } of steps) {
            if (kind === 'join') members.splice(at % (members.length + 1), 0, join());
            else if (members.length > 1) members = members.filter((_, i) => i !== at % members.length);
            const before = new Map(members.map((member) => [member, member.names]));
            expect(await settle(members, generation)).toBeLessThanOrEqual(2);
            const all = members.flatMap((member) => member.names);
            expect([...all].sort()).toEqual(
              topics.flatMap((topic) => Array.from({ length: partitions }, (_, i) => `${topic}-${i}`)).sort(),
            );
            for (const member of members) {
              // Who gives something up gets nothing else for it.
              const kept = member.names.filter((name) => before.get(member)?.includes(name));
              const lost = (before.get(member)?.length ?? 0) - kept.length;
              if (lost > 0) expect(member.names.length).toBe(kept.length);
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('gives a task to who has its state, when its member has gone', async () => {
    const topology = countTopology(['x', 'y']);
    const [a, b, c] = ['a', 'b', 'c'].map((name) => new TestMember(name, topology, ['x', 'y']));
    if (!a || !b || !c) throw new Error('three members');
    c.sums.set('0_1', 99_000);
    b.sums.set('0_1', 50_000);
    c.sums.set('1_0', 10);
    await rebalance([a, b, c]);
    expect(c.names).toContain('x-1');
  });

  it('keeps a task with who runs it, whatever others have', async () => {
    const topology = countTopology(['x']);
    const [a, b] = ['a', 'b'].map((name) => new TestMember(name, topology, ['x']));
    if (!a || !b) throw new Error('two members');
    await rebalance([a, b]);
    const before = [a.names, b.names];
    a.sums.set('0_0', LATEST_OFFSET);
    b.sums.set('0_1', LATEST_OFFSET);
    b.sums.set('0_0', 100_000);
    expect(await rebalance([b, a])).toBe(false);
    expect([a.names, b.names]).toEqual(before);
  });

  it('tells all members which partitions the tasks of each host read, also of those that others have to give up first', async () => {
    const topology = countTopology(['x']);
    const told = new Map<string, unknown>();
    const member = (name: string, userEndPoint: string): TestMember =>
      new TestMember(name, topology, ['x'], {
        userEndPoint,
        onAssignmentInfo: ({ partitionsByHost }) => told.set(name, partitionsByHost),
      });
    // The first two are threads of one instance, and nobody can ask the last.
    const [a, b, c] = [member('a', 'one:8088'), member('b', 'one:8088'), member('c', '')];
    const both = { host: 'one', port: 8088 };
    const x = (partition: number): TopicPartition => ({ topic: 'x', partition });
    await rebalance([a]);
    expect(told.get('a')).toEqual([{ ...both, partitions: [x(0), x(1)] }]);
    await rebalance([a, c]);
    expect(told.get('c')).toEqual([{ ...both, partitions: [x(0)] }]);
    const other = member('d', '[::1]:8099');
    other.sums.set('0_0', 100_000);
    await rebalance([a, other]);
    expect(told.get('a')).toEqual(told.get('d'));
    expect(told.get('d')).toEqual([
      { ...both, partitions: a.owned },
      { host: '::1', port: 8099, partitions: [x(0), x(1)].filter((each) => !a.names.includes(key(each))) },
    ]);
    await settle([a, b], { id: 10 });
    expect(told.get('b')).toMatchObject([{ ...both, partitions: { length: 2 } }]);
  });

  it('tells members which tasks they are a standby of, and everybody where these are', async () => {
    const topology = countTopology(['x']);
    const infos = new Map<string, AssignmentInfo>();
    const member = (name: string, instance: string): TestMember =>
      new TestMember(name, topology, ['x'], {
        ...{ instance, standbyReplicas: 1, userEndPoint: `${instance}:1` },
        onAssignmentInfo: (info) => infos.set(name, info),
      });
    const [a, b] = [member('a', 'one'), member('b', 'two')];
    await settle([a, b], { id: 0 });
    const standbysOf = (name: string): readonly TopicPartition[] =>
      [...(infos.get(name)?.standbyTasks.values() ?? [])].flat();
    expect(standbysOf('a')).toEqual(b.owned);
    expect(standbysOf('b')).toEqual(a.owned);
    expect(infos.get('a')?.standbyPartitionsByHost).toEqual([
      { host: 'one', port: 1, partitions: b.owned },
      { host: 'two', port: 1, partitions: a.owned },
    ]);
    expect(infos.get('b')?.standbyPartitionsByHost).toEqual(infos.get('a')?.standbyPartitionsByHost);
  });

  it('gives no member a standby task while another one of its instance runs the task still', async () => {
    const topology = countTopology(['x']);
    const infos = new Map<string, AssignmentInfo>();
    const member = (name: string, instance: string): TestMember =>
      new TestMember(name, topology, ['x'], {
        ...{ instance, standbyReplicas: 1, partitions: 4 },
        onAssignmentInfo: (info) => infos.set(name, info),
      });
    const [a, b, c] = [member('a', 'one'), member('b', 'one'), member('c', 'two')];
    await rebalance([a]);
    expect(a.names).toHaveLength(4);
    const standbysOf = (memberId: string): readonly string[] => [
      ...(infos.get(memberId)?.standbyTasks.keys() ?? []),
    ];
    await rebalance([a, b, c]);
    expect([a.names.length, b.names.length, c.names.length]).toEqual([2, 0, 0]);
    const early = standbysOf('b');
    await rebalance([a, b, c]);
    expect([a.names.length, b.names.length, c.names.length]).toEqual([2, 1, 1]);
    // What runs on the one instance has its standby task on the other one, and b, which has less to do than a, that of c's.
    const ofC = c.names.map((name) => name.replace('x-', '0_'));
    expect(standbysOf('b')).toEqual(ofC);
    expect(standbysOf('c')).toHaveLength(3);
    expect(early).toEqual([]);
  });

  it('lets a member warm up before a large task moves to it, and looks again whether it has', async () => {
    const topology = countTopology(['x']);
    const infos = new Map<string, AssignmentInfo>();
    const member = (name: string): TestMember =>
      new TestMember(name, topology, ['x'], {
        ...{ partitions: 4, warmupReplicasMax: 1 },
        onAssignmentInfo: (info) => infos.set(name, info),
      });
    const [a, b] = [member('a'), member('b')];
    await rebalance([a]);
    for (const task of ['0_0', '0_1', '0_2', '0_3']) a.sums.set(task, LATEST_OFFSET);
    expect(await rebalance([a, b])).toBe(false);
    // Nothing moves, one of two is brought up to date, and one member looks again.
    expect([a.names.length, b.names]).toEqual([4, []]);
    const [warming = '', ...others] = infos.get('b')?.standbyTasks.keys() ?? [];
    expect(others).toEqual([]);
    expect([a.rejoins.at(-1), b.rejoins.at(-1)]).toEqual([601_000, undefined]);
    b.sums.set(warming, 95_000);
    await settle([a, b], { id: 5 });
    expect(b.names).toEqual([warming.replace('0_', 'x-')]);
    const [next = ''] = infos.get('b')?.standbyTasks.keys() ?? [];
    b.sums.set(next, 100_000);
    b.sums.set(warming, LATEST_OFFSET);
    await settle([a, b], { id: 9 });
    expect([a.names.length, b.names.length]).toEqual([2, 2]);
    expect([a.rejoins.at(-1), b.rejoins.at(-1)]).toEqual([undefined, undefined]);
    // Whose state nobody has moves at once, and so does a small one.
    const endOffsets = (of: readonly TopicPartition[]) =>
      Promise.resolve(of.map((each) => ({ ...each, offset: 9_000 })));
    const [c, d] = ['c', 'd'].map((name) => new TestMember(name, topology, ['x'], { endOffsets }));
    if (!c || !d) throw new Error('two members');
    await rebalance([c]);
    for (const task of ['0_0', '0_1']) c.sums.set(task, LATEST_OFFSET);
    await settle([c, d], { id: 20 });
    expect(d.names).toHaveLength(1);
  });

  it('assigns also where the ends of the changelogs cannot be had', async () => {
    const topology = countTopology(['x']);
    const endOffsets = (): Promise<undefined> => Promise.resolve(undefined);
    const [a, b] = ['a', 'b'].map((name) => new TestMember(name, topology, ['x'], { endOffsets }));
    if (!a || !b) throw new Error('two members');
    b.sums.set('0_0', 500);
    a.sums.set('0_0', 90);
    await rebalance([a, b]);
    expect(b.names).toEqual(['x-0']);
    expect(a.names).toEqual(['x-1']);
  });

  describe('whose changelogs were deleted', () => {
    const endOffsets: TaskAssignorOptions['endOffsets'] = (of) =>
      Promise.resolve(of.map((each) => ({ ...each, offset: 0 })));
    const topology = countTopology(['x']);
    const twoMembers = (ends = endOffsets): readonly [TestMember, TestMember] => [
      new TestMember('a', topology, ['x'], { endOffsets: ends }),
      new TestMember('b', topology, ['x'], { endOffsets: ends }),
    ];

    it('gives each task to who has the furthest state of it, which is the only copy', async () => {
      const [a, b] = twoMembers();
      // Each has what is left of a task that the other had at the end.
      a.sums.set('0_0', 90).set('0_1', 500);
      b.sums.set('0_0', 500).set('0_1', 90);
      await rebalance([a, b]);
      expect([a.names, b.names]).toEqual([['x-1'], ['x-0']]);
    });

    it('takes a task from who has it and not the rows, however little that is', async () => {
      const [a, b] = twoMembers();
      await rebalance([a]);
      expect(a.names).toEqual(['x-0', 'x-1']);
      a.sums.set('0_0', 0).set('0_1', 0);
      b.sums.set('0_0', 5);
      await settle([a, b], { id: 1 });
      expect([a.names, b.names]).toEqual([['x-1'], ['x-0']]);
    });

    it('prefers a state that is whole to one of an earlier changelog', async () => {
      const [a, b] = twoMembers((of) => Promise.resolve(of.map((each) => ({ ...each, offset: 25 }))));
      a.sums.set('0_0', 25);
      b.sums.set('0_0', 500);
      await rebalance([a, b]);
      expect([a.names, b.names]).toEqual([['x-0'], ['x-1']]);
    });
  });

  it('ends when one of its members asks for it', async () => {
    const topology = copyTopology(['x']);
    for (const protocol of [0, 1]) {
      const members = [
        new TestMember('a', topology, ['x']),
        new TestMember('b', topology, ['x'], { asksToEnd: () => true }),
      ];
      await rebalance(members, { protocol });
      expect(members.map(({ ends }) => ends)).toEqual([['SHUTDOWN_REQUESTED'], ['SHUTDOWN_REQUESTED']]);
      expect(members.flatMap(({ names }) => names)).toEqual([]);
    }
  });
});

describe('what members tell each other', () => {
  it('names the task of each partition, sorted', async () => {
    const member = new TestMember('a', copyTopology(['b', 'a']), ['a', 'b']);
    const assigned = await member.assignors[0]?.assign(metadata, [member.subscription()]);
    const { partitions = [], userData } = assigned?.get('a') ?? {};
    expect(partitions.map(key)).toEqual(['a-0', 'a-1', 'b-0', 'b-1']);
    expect(decodeAssignmentInfo(userData)?.activeTasks).toEqual(['1_0', '1_1', '0_0', '0_1']);
  });

  it('differs from join to join', () => {
    const member = new TestMember('a', copyTopology(['x']), ['x']);
    const told = Array.from({ length: 300 }, () => member.subscription().userData?.toString('hex'));
    for (let i = 1; i < told.length; i++) expect(told[i]).not.toBe(told[i - 1]);
  });

  it('comes down to the version that all know, and the group holds still meanwhile', async () => {
    const topology = copyTopology(['x']);
    const old = new TestMember('old', topology, ['x']);
    const other = new TestMember('other', topology, ['x']);
    await rebalance([old, other]);
    const before = [old.names, other.names];
    // A member of the future joins: of its data only the versions can be read.
    const userData = Buffer.alloc(40);
    userData.writeInt32BE(99);
    userData.writeInt32BE(99, 4);
    const future = { ...new TestMember('future', topology, ['x']).subscription(), userData };
    const assigned = await old.assignors[0]?.assign(metadata, [
      old.subscription(),
      other.subscription(),
      future,
    ]);
    const of = (memberId: string) => assigned?.get(memberId)?.partitions.map(key).sort();
    expect([of('old'), of('other'), of('future')]).toEqual([...before, []]);
    const info = decodeAssignmentInfo(assigned?.get('future')?.userData);
    expect([info?.version, info?.commonlySupportedVersion]).toEqual([11, 11]);
  });

  it('is told in the version of the leader, when that is older', async () => {
    const topology = countTopology(['x']);
    const member = new TestMember('a', topology, ['x']);
    member.sums.set('0_0', 7);
    const own = decodeSubscriptionInfo(member.subscription().userData);
    if (own === undefined) throw new Error('its own data can be read');
    const older = {
      ...member.subscription(),
      memberId: 'older',
      userData: encodeSubscriptionInfo({ ...own, version: 8, latestSupportedVersion: 8 }),
    };
    const assigned = await member.assignors[0]?.assign(metadata, [member.subscription(), older]);
    const mine = assigned?.get('a') ?? { partitions: [] };
    expect(decodeAssignmentInfo(mine.userData)?.version).toBe(8);
    member.assignors[0]?.onAssignment?.(mine, {
      groupId: 'app',
      generationId: 1,
      memberId: 'a',
      groupInstanceId: null,
    });
    expect(member.rejoins).toEqual(['now']);
    const again = decodeSubscriptionInfo(member.subscription().userData);
    expect([again?.version, again?.latestSupportedVersion, again?.taskOffsetSums.get('0_0')]).toEqual([
      8, 11, 7,
    ]);
  });

  it('is no reason to fail where it cannot be read: its member gets nothing, and all are told', async () => {
    const topology = copyTopology(['x']);
    const member = new TestMember('a', topology, ['x']);
    const stranger = {
      ...new TestMember('stranger', topology, ['x']).subscription(),
      userData: Buffer.from([0, 0, 0, 3, 0, 0, 0, 3]),
    };
    const assigned = await member.assignors[0]?.assign(metadata, [member.subscription(), stranger]);
    expect(assigned?.get('stranger')?.partitions).toEqual([]);
    const mine = assigned?.get('a') ?? { partitions: [] };
    expect(mine.partitions.map(key)).toEqual(['x-0', 'x-1']);
    member.assignors[0]?.onAssignment?.(mine, {
      groupId: 'app',
      generationId: 1,
      memberId: 'a',
      groupInstanceId: null,
    });
    expect(member.told.join()).toContain('member stranger gets no tasks');
  });
});

describe('members of one group with different topologies', () => {
  const memberOf = (name: string, topics: readonly string[]): TestMember =>
    new TestMember(name, copyTopology(topics), topics);

  for (const [protocol, name] of ['stream', 'millrace-streams'].entries()) {
    describe(`under ${name}`, () => {
      it('are not told of anything where they are alike', async () => {
        const members = [memberOf('a', ['x', 'y']), memberOf('b', ['x', 'y'])];
        await rebalance(members, { protocol });
        expect(members.map(({ names }) => names)).toEqual([
          ['x-0', 'y-0'],
          ['x-1', 'y-1'],
        ]);
        expect(members.flatMap(({ told }) => told)).toEqual([]);
      });

      it('are both told what differs, and each gets what it reads, whoever leads', async () => {
        const topicsOf = { a: ['x'], b: ['z'] };
        for (const [first, second] of [
          ['a', 'b'],
          ['b', 'a'],
        ] as const) {
          const members = [memberOf(first, topicsOf[first]), memberOf(second, topicsOf[second])];
          await rebalance(members, { protocol });
          for (const { memberId, names, told } of members) {
            expect(names).toEqual(memberId === 'a' ? ['x-0', 'x-1'] : ['z-0', 'z-1']);
            expect(told).toHaveLength(2);
            expect(told.join()).toMatch(/sub-topology 0 reads [xz] in one and [xz] in the other/);
            expect(told.join()).toMatch(/sub-topology 0 writes [xz]-copy in one and [xz]-copy in the other/);
          }
        }
      });

      it('upgrade one by one to a topology with one input more', async () => {
        for (const isOldLeading of [true, false]) {
          const old = memberOf('old', ['x']);
          const young = memberOf('young', ['x', 'y']);
          await rebalance(isOldLeading ? [old, young] : [young, old], { protocol });
          expect([...old.names, ...young.names].sort()).toEqual(['x-0', 'x-1', 'y-0', 'y-1']);
          expect(young.names).toEqual(expect.arrayContaining(['y-0', 'y-1']));
        }
      });

      it('get no task that only others have: nobody would process it', async () => {
        const builder = new StreamsBuilder();
        builder.stream('x', strings).merge(builder.stream('y', strings)).to('x-copy', strings);
        const both = builder.build();
        for (const isMergedLeading of [true, false]) {
          const apart = memberOf('a', ['x', 'y']);
          const merged = new TestMember('b', both, ['x', 'y']);
          await rebalance(isMergedLeading ? [merged, apart] : [apart, merged], { protocol });
          // Both want the same partitions: the leader's reading of them holds, and the other one waits.
          const [leader, other] = isMergedLeading ? [merged, apart] : [apart, merged];
          expect(leader.names).toEqual(['x-0', 'x-1', 'y-0', 'y-1']);
          expect(other.names).toEqual([]);
        }
      });
    });
  }
});

describe('members with large topologies', () => {
  const topicsOf = (name: string): readonly string[] => Array.from({ length: 40 }, (_, i) => `${name}-${i}`);
  const memberOf = (name: string, topics = topicsOf(name.slice(0, 1))): TestMember =>
    new TestMember(name, copyTopology(topics), topics);
  const bytesOf = (member: TestMember): number => member.subscription().userData?.length ?? 0;
  const inputsOf = (name: string): readonly string[] =>
    topicsOf(name)
      .flatMap((topic) => [`${topic}-0`, `${topic}-1`])
      .sort();

  it('tell only a fingerprint of them', async () => {
    const members = [memberOf('a1'), memberOf('a2')];
    for (const generationId of [1, 2]) {
      expect(Math.max(...members.map(bytesOf))).toBeLessThan(150);
      await rebalance(members, { generationId });
      expect(members.flatMap(({ names }) => names).sort()).toEqual(inputsOf('a'));
      expect(members.flatMap(({ told }) => told)).toEqual([]);
      expect(members.map(({ rejoins }) => rejoins.at(-1))).toEqual([undefined, undefined]);
    }
  });

  it('tell all of one of each, where there are several, and what differs within a bound', async () => {
    const members = [memberOf('a1'), memberOf('a2'), memberOf('b1'), memberOf('b2')];
    await rebalance(members);
    expect(members.map(({ rejoins }) => rejoins.at(-1))).toEqual([0, undefined, 0, undefined]);
    expect(members.map((member) => bytesOf(member) > 1000)).toEqual([true, false, true, false]);

    await rebalance(members, { generationId: 2 });
    const namesOf = (...own: readonly TestMember[]) => own.flatMap(({ names }) => names).sort();
    const [a1, a2, b1, b2] = members;
    if (!a1 || !a2 || !b1 || !b2) throw new Error('four members');
    expect([namesOf(a1, a2), namesOf(b1, b2)]).toEqual([inputsOf('a'), inputsOf('b')]);
    for (const { told, rejoins } of members) {
      expect(told.join()).toContain('sub-topology 0 reads a-0 in one and b-0 in the other');
      expect(told.at(-1)).toMatch(/^and \d+ more$/);
      expect(told.join().length).toBeLessThan(1200);
      expect(rejoins.at(-1)).toBeUndefined();
    }

    // Whoever leads knows both.
    expect(await rebalance([b2, b1, a2, a1], { generationId: 3 })).toBe(false);
    expect(members.map((member) => bytesOf(member) > 1000)).toEqual([true, false, true, false]);
    // When they are alike again, nobody has to tell.
    await rebalance([a2, a1], { generationId: 4 });
    expect(Math.max(bytesOf(a1), bytesOf(a2))).toBeLessThan(150);
    expect(namesOf(a1, a2)).toEqual(inputsOf('a'));
  });

  it('keep what they have until a topology that is new is told', async () => {
    const old = memberOf('a1');
    await rebalance([old]);
    const before = old.names;
    const young = memberOf('b1', [...topicsOf('a'), 'more']);
    expect(await rebalance([old, young], { generationId: 2 })).toBe(false);
    expect([old.names, young.names]).toEqual([before, []]);
    for (let generationId = 3; await rebalance([old, young], { generationId }); generationId++);
    await rebalance([old, young], { generationId: 6 });
    expect([...old.names, ...young.names].sort()).toEqual([...before, 'more-0', 'more-1'].sort());
    expect(young.names).toEqual(expect.arrayContaining(['more-0', 'more-1']));
  });

  it('are understood beside members of older builds, which tell all of them and no fingerprint', async () => {
    const [member, older, strange] = [memberOf('a1'), memberOf('a2'), memberOf('b1')];
    const inOlderForm = (of: TestMember, topics: readonly string[]): MemberSubscription => {
      const subscription = of.subscription();
      const own = decodeSubscriptionInfo(subscription.userData);
      if (own === undefined) throw new Error('its own data can be read');
      const shape = shapeOf(copyTopology(topics), 'app');
      const extension = encodeMemberData({ shape });
      return { ...subscription, userData: encodeSubscriptionInfo({ ...own, extension }) };
    };
    const assigned = await member.assignors[0]?.assign(metadata, [
      member.subscription(),
      inOlderForm(older, topicsOf('a')),
      inOlderForm(strange, topicsOf('b')),
    ]);
    const of = (memberId: string) => assigned?.get(memberId)?.partitions.map(key) ?? [];
    expect([...of('a1'), ...of('a2')].sort()).toEqual(inputsOf('a'));
    expect([...of('b1')].sort()).toEqual(inputsOf('b'));
  });

  it('tell all of them where the leader is of an older build, and not where it is of Kafka Streams', () => {
    for (const [extension, isTold] of [
      [encodeMemberData({}), true],
      [Buffer.alloc(0), false],
    ] as const) {
      const member = memberOf('a1');
      const userData = encodeAssignmentInfo({
        version: 11,
        commonlySupportedVersion: 11,
        activeTasks: [],
        standbyTasks: new Map(),
        partitionsByHost: [],
        standbyPartitionsByHost: [],
        errorCode: 0,
        nextRebalanceMs: undefined,
        extension,
      });
      const metadataOf = { groupId: 'app', generationId: 1, memberId: 'a1', groupInstanceId: null };
      member.assignors[0]?.onAssignment?.({ partitions: [], userData }, metadataOf);
      expect(bytesOf(member) > 1000).toBe(isTold);
    }
  });
});

it('an older member that joins late is given nothing that others still have', async () => {
  const topology = copyTopology(['x', 'y']);
  const members = ['a', 'b'].map((name) => new TestMember(name, topology, ['x', 'y']));
  await rebalance(members);
  const older = new TestMember('c', topology, ['x', 'y']);
  expect(await rebalance([...members, older], { protocol: 1, generationId: 2 })).toBe(true);
  expect(older.names).toEqual([]);
});
