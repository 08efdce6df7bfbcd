import { describe, expect, it } from 'vitest';
import { type MemberSubscription } from '../../../src/client/index.ts';
import { StreamsBuilder } from '../../../src/streams/index.ts';
import { encodeAssignmentInfo } from '../../../src/streams/runtime/assignment-info.ts';
import { encodeMemberData } from '../../../src/streams/runtime/member-data.ts';
import {
  decodeSubscriptionInfo,
  encodeSubscriptionInfo,
} from '../../../src/streams/runtime/subscription-info.ts';
import { shapeOf } from '../../../src/streams/runtime/topology-shape.ts';
import { metadata, strings, copyTopology, TestMember, key, rebalance } from './assignor-members.ts';

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
