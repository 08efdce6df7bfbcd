import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type TopicPartition } from '../../../src/client/index.ts';
import { type AssignmentInfo } from '../../../src/streams/runtime/assignment-info.ts';
import { LATEST_OFFSET } from '../../../src/streams/runtime/subscription-info.ts';
import { type TaskAssignorOptions } from '../../../src/streams/runtime/task-assignor-options.ts';
import { copyTopology, countTopology, TestMember, key, rebalance, settle } from './assignor-members.ts';

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

it('an older member that joins late is given nothing that others still have', async () => {
  const topology = copyTopology(['x', 'y']);
  const members = ['a', 'b'].map((name) => new TestMember(name, topology, ['x', 'y']));
  await rebalance(members);
  const older = new TestMember('c', topology, ['x', 'y']);
  expect(await rebalance([...members, older], { protocol: 1, generationId: 2 })).toBe(true);
  expect(older.names).toEqual([]);
});
