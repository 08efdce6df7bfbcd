import { describe, expect, it } from 'vitest';
import { decodeAssignmentInfo } from '../../../src/streams/runtime/assignment-info.ts';
import {
  decodeSubscriptionInfo,
  encodeSubscriptionInfo,
} from '../../../src/streams/runtime/subscription-info.ts';
import { metadata, copyTopology, countTopology, TestMember, key, rebalance } from './assignor-members.ts';

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
