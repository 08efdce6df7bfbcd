import { describe, expect, it } from 'vitest';
import type { AssignmentMetadata, ConsumerAssignor, MemberSubscription } from '../../../src/client/index.ts';
import { Serdes, StreamsBuilder, type Topology } from '../../../src/streams/index.ts';
import { assignTasks, taskAssignor } from '../../../src/streams/runtime/task-assignor.ts';
import { planTopics } from '../../../src/streams/runtime/topic-plan.ts';
import { shapeOf } from '../../../src/streams/runtime/topology-shape.ts';

const tasks = ['0_0', '0_1', '0_2', '1_0', '1_1', '1_2', '1_3'];
const loads = (owners: ReadonlyMap<string, string>): number[] => {
  const counts = new Map<string, number>();
  for (const owner of owners.values()) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  return [...counts.values()].sort((a, b) => a - b);
};

describe('tasks are shared out', () => {
  it('evenly, each to exactly one member', () => {
    for (let members = 1; members <= 7; members++) {
      const owners = assignTasks(tasks, new Map(Array.from({ length: members }, (_, i) => [`m${i}`, []])));
      expect([...owners.keys()].sort()).toEqual(tasks);
      const counts = loads(owners);
      expect((counts.at(-1) ?? 0) - (counts[0] ?? 0)).toBeLessThanOrEqual(1);
    }
  });

  it('to those who had them, as far as that is even', () => {
    const before = assignTasks(tasks, new Map([['a', []]]));
    const after = assignTasks(
      tasks,
      new Map([
        ['a', [...before.keys()]],
        ['b', []],
      ]),
    );
    expect(loads(after)).toEqual([3, 4]);
    const kept = tasks.filter((task) => after.get(task) === 'a');
    const third = assignTasks(
      tasks,
      new Map([
        ['a', kept],
        ['b', tasks.filter((task) => after.get(task) === 'b')],
        ['c', []],
      ]),
    );
    for (const task of tasks) if (third.get(task) !== 'c') expect(third.get(task)).toBe(after.get(task));
  });

  it('whatever foreign members claim', () => {
    const owners = assignTasks(
      tasks,
      new Map([
        ['a', ['9_9', '0_0', '0_0']],
        ['b', ['0_0']],
      ]),
    );
    expect([...owners.keys()].sort()).toEqual(tasks);
    expect(owners.get('0_0')).toBe('a');
  });
});

const PARTITIONS = 2;
const metadata: AssignmentMetadata = {
  partitionCount: () => PARTITIONS,
  partitions: () => [],
  rackOf: () => null,
};

/** Copies these topics into `out`, each by a sub-topology of its own. */
function copyTopology(topics: readonly string[]): Topology {
  const builder = new StreamsBuilder();
  const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };
  for (const topic of topics) builder.stream(topic, strings).to(`${topic}-copy`, strings);
  return builder.build();
}

interface MemberUnderTest {
  readonly assignor: ConsumerAssignor;
  readonly subscription: MemberSubscription;
  readonly told: string[];
}

function memberOf(memberId: string, topics: readonly string[]): MemberUnderTest {
  const topology = copyTopology(topics);
  const told: string[] = [];
  const assignor = taskAssignor({
    tasks: planTopics(topology, 'app', new Map(topics.map((topic) => [topic, PARTITIONS]))).tasks,
    shape: shapeOf(topology, 'app'),
    localTasks: () => [],
    onDifferences: (differences) => told.push(...differences),
  });
  const userData = assignor.subscriptionUserData?.(topics) ?? null;
  const common = { groupInstanceId: null, ownedPartitions: [], generationId: -1, rackId: null };
  return { assignor, subscription: { memberId, topics, userData, ...common }, told };
}

/** What each member is given when the first one leads; all are told. */
async function assignment(
  ...members: readonly MemberUnderTest[]
): Promise<Record<string, readonly string[]>> {
  const subscriptions = members.map(({ subscription }) => subscription);
  const assigned = await members[0]?.assignor.assign(metadata, subscriptions);
  const given: Record<string, readonly string[]> = {};
  for (const { assignor, subscription } of members) {
    const { memberId } = subscription;
    const mine = assigned?.get(memberId) ?? { partitions: [] };
    assignor.onAssignment?.(mine, { groupId: 'app', generationId: 1, memberId, groupInstanceId: null });
    given[memberId] = mine.partitions.map(({ topic, partition }) => `${topic}-${partition}`).sort();
  }
  return given;
}

describe('members of one group with different topologies', () => {
  it('are not told of anything where they are alike', async () => {
    const members = [memberOf('a', ['x', 'y']), memberOf('b', ['x', 'y'])];
    expect(await assignment(...members)).toEqual({ a: ['x-0', 'y-0'], b: ['x-1', 'y-1'] });
    expect(members.flatMap(({ told }) => told)).toEqual([]);
  });

  it('are both told what differs, and each gets what it reads, whoever leads', async () => {
    for (const [first, second] of [
      ['a', 'b'],
      ['b', 'a'],
    ] as const) {
      const topicsOf = { a: ['x'], b: ['z'] };
      const members = [memberOf(first, topicsOf[first]), memberOf(second, topicsOf[second])];
      expect(await assignment(...members)).toEqual({ a: ['x-0', 'x-1'], b: ['z-0', 'z-1'] });
      for (const { told } of members) {
        expect(told).toHaveLength(2);
        expect(told.join()).toMatch(/sub-topology 0 reads [xz] in one and [xz] in the other/);
        expect(told.join()).toMatch(/sub-topology 0 writes [xz]-copy in one and [xz]-copy in the other/);
      }
    }
  });

  it('upgrade one by one to a topology with one input more', async () => {
    const old = memberOf('old', ['x']);
    const young = memberOf('young', ['x', 'y']);
    const byOld = await assignment(old, young);
    expect([...(byOld['old'] ?? []), ...(byOld['young'] ?? [])].sort()).toEqual(['x-0', 'x-1', 'y-0', 'y-1']);
    expect(byOld['young']).toEqual(expect.arrayContaining(['y-0', 'y-1']));
    const byYoung = await assignment(young, old);
    expect(byYoung['young']).toEqual(expect.arrayContaining(['y-0', 'y-1']));
    expect([...(byYoung['old'] ?? []), ...(byYoung['young'] ?? [])].sort()).toEqual([
      'x-0',
      'x-1',
      'y-0',
      'y-1',
    ]);
  });

  it('get no task that only others have: nobody would process it', async () => {
    const builder = new StreamsBuilder();
    const strings = { keySerde: Serdes.string, valueSerde: Serdes.string };
    builder.stream('x', strings).merge(builder.stream('y', strings)).to('x-copy', strings);
    const both = builder.build();
    const merged = taskAssignor({
      tasks: planTopics(
        both,
        'app',
        new Map([
          ['x', PARTITIONS],
          ['y', PARTITIONS],
        ]),
      ).tasks,
      shape: shapeOf(both, 'app'),
      localTasks: () => [],
    });
    const young = memberOf('a', ['x', 'y']);
    const other: MemberUnderTest = {
      assignor: merged,
      subscription: {
        ...young.subscription,
        memberId: 'b',
        userData: merged.subscriptionUserData?.([]) ?? null,
      },
      told: [],
    };
    // Both want the same partitions: the leader's reading of them holds, and the other one waits.
    expect(await assignment(young, other)).toEqual({ a: ['x-0', 'x-1', 'y-0', 'y-1'], b: [] });
    expect(await assignment(other, young)).toEqual({ b: ['x-0', 'x-1', 'y-0', 'y-1'], a: [] });
  });
});
