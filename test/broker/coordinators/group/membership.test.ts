import { describe, expect, it } from 'vitest';
import { ErrorCode } from '../../../../src/protocol/error-codes.ts';
import { GroupHarness, REBALANCE_MS, SESSION_MS } from './group-harness.ts';
import { settle } from './manual-time.ts';

/** Whether a promise has settled, after those that can have. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  void promise.then(() => (settled = true));
  await settle();
  return settled;
}

describe('the first join of a group', () => {
  it('gives a new member an id, then waits the initial delay for others', async () => {
    const groups = await GroupHarness.started();
    const first = await groups.join({ clientId: 'reader' });
    expect(first.errorCode).toBe(ErrorCode.MEMBER_ID_REQUIRED);
    expect(first.memberId).toMatch(/^reader-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    const joined = groups.join({ memberId: first.memberId });
    await groups.time.advance(2_999);
    expect(await isSettled(joined)).toBe(false);
    await groups.time.advance(1);
    const answer = await joined;
    expect(answer).toMatchObject({
      errorCode: 0,
      generationId: 1,
      leader: first.memberId,
      memberId: first.memberId,
      protocolName: 'range',
      protocolType: 'consumer',
      skipAssignment: false,
    });
    expect(answer.members.map((member) => member.memberId)).toEqual([first.memberId]);
    expect(groups.describe().groupState).toBe('CompletingRebalance');
  });

  it.each(['x'.repeat(32_767), '\u20ac'.repeat(10_922)])(
    'gives a member whose client id is as long as it may be an id that is no longer',
    async (clientId) => {
      const groups = await GroupHarness.started();
      const { errorCode, memberId } = await groups.join({ clientId });
      expect(errorCode).toBe(ErrorCode.MEMBER_ID_REQUIRED);
      expect(memberId.slice(0, 100)).toBe(clientId.slice(0, 100));
      expect(Buffer.byteLength(memberId)).toBeLessThanOrEqual(32_767);
    },
  );

  it.each([0, 1, 2, 3])('asks for no id in version %i', async (version) => {
    const groups = await GroupHarness.started();
    const joined = groups.join({ version });
    await groups.time.advance(3_000);
    expect(await joined).toMatchObject({ errorCode: 0, generationId: 1, protocolName: 'range' });
  });

  it('waits again for each newcomer, but no longer than the rebalance timeout', async () => {
    const groups = await GroupHarness.started();
    const joins = [(await groups.joinTwice({ rebalanceMs: 8_000 })).joined];
    for (let i = 0; i < 3; i++) {
      await groups.time.advance(2_500);
      joins.push((await groups.joinTwice({ rebalanceMs: 8_000 })).joined);
    }
    await groups.time.advance(499);
    expect(await isSettled(Promise.all(joins))).toBe(false);
    await groups.time.advance(1);
    const answers = await Promise.all(joins);
    expect(answers.map((answer) => answer.generationId)).toEqual([1, 1, 1, 1]);
    expect(answers.map((answer) => answer.members.length)).toEqual([4, 0, 0, 0]);
  });

  it('is refused with an empty group id, a session timeout out of bounds, or an id that nobody gave', async () => {
    const groups = await GroupHarness.started();
    expect((await groups.join({ group: '' })).errorCode).toBe(ErrorCode.INVALID_GROUP_ID);
    expect((await groups.join({ sessionMs: 5_999 })).errorCode).toBe(ErrorCode.INVALID_SESSION_TIMEOUT);
    expect((await groups.join({ sessionMs: 1_800_001 })).errorCode).toBe(ErrorCode.INVALID_SESSION_TIMEOUT);
    expect((await groups.join({ memberId: 'made-up' })).errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect((await groups.join({ protocols: [] })).errorCode).toBe(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
    expect(groups.list().groups.map((group) => group.groupId)).toEqual(['g']);
  });

  it('forgets an id that is not used within the session timeout', async () => {
    const groups = await GroupHarness.started();
    const { memberId } = await groups.join();
    await groups.time.advance(SESSION_MS);
    expect((await groups.join({ memberId })).errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });
});

describe('a rebalance', () => {
  it('begins when a member joins, and ends when all have joined again', async () => {
    const groups = await GroupHarness.started();
    const [first = ''] = await groups.stable(1);
    const { memberId: second, joined } = await groups.joinTwice();
    expect(groups.heartbeat(first, 1)).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    expect(await isSettled(joined)).toBe(false);
    const again = groups.join({ memberId: first });
    expect(await again).toMatchObject({ generationId: 2, leader: first });
    expect(await joined).toMatchObject({ generationId: 2, leader: first, members: [] });
    expect((await again).members.map((member) => member.memberId)).toEqual([first, second]);

    const waiting = groups.sync({ memberId: second, generation: 2 });
    expect(await isSettled(waiting)).toBe(false);
    const led = await groups.sync({
      memberId: first,
      generation: 2,
      assignments: { [first]: 'a', [second]: 'b' },
    });
    expect(led.assignment.toString()).toBe('a');
    expect((await waiting).assignment.toString()).toBe('b');
    expect(groups.describe()).toMatchObject({ groupState: 'Stable', protocolData: 'range' });
    expect(groups.heartbeat(second, 2)).toBe(ErrorCode.NONE);
  });

  it('goes on without members that do not join within the rebalance timeout', async () => {
    const groups = await GroupHarness.started();
    const [first = '', second = ''] = await groups.stable(2, { sessionMs: 300_000 });
    const again = groups.join({ memberId: first, sessionMs: 300_000 });
    await groups.time.advance(REBALANCE_MS - 1);
    expect(await isSettled(again)).toBe(false);
    await groups.time.advance(1);
    expect((await again).members.map((member) => member.memberId)).toEqual([first]);
    expect(groups.heartbeat(second, 2)).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });

  it('elects another leader when the leader does not join', async () => {
    const groups = await GroupHarness.started();
    const [, second = ''] = await groups.stable(2, { sessionMs: 300_000 });
    const changed = groups.join({ memberId: second, sessionMs: 300_000, topics: ['airports'] });
    await groups.time.advance(REBALANCE_MS);
    expect(await changed).toMatchObject({ generationId: 2, leader: second });
  });

  it('begins when the leader joins again, but not for a follower with the same metadata', async () => {
    const groups = await GroupHarness.started();
    const [leader = '', follower = ''] = await groups.stable(2);
    expect(await groups.join({ memberId: follower })).toMatchObject({ generationId: 1, members: [], leader });
    expect(groups.describe().groupState).toBe('Stable');
    const again = groups.join({ memberId: leader });
    await settle();
    expect(groups.describe().groupState).toBe('PreparingRebalance');
    await groups.join({ memberId: follower });
    expect((await again).generationId).toBe(2);
  });

  it('repeats the current generation to a member that lost the answer to its join', async () => {
    const groups = await GroupHarness.started();
    const { memberId, joined } = await groups.joinTwice();
    await groups.time.advance(3_000);
    const first = await joined;
    expect(await groups.join({ memberId })).toEqual(first);
  });

  it('waits for members that were given an id and have not joined yet', async () => {
    const groups = await GroupHarness.started();
    const [first = ''] = await groups.stable(1);
    const pending = await groups.join();
    const again = groups.join({ memberId: first, topics: ['airports'] });
    expect(await isSettled(again)).toBe(false);
    const joined = groups.join({ memberId: pending.memberId });
    expect(await again).toMatchObject({ generationId: 2 });
    expect(await joined).toMatchObject({ generationId: 2 });
  });

  it('chooses the protocol that most members prefer among those that all support', async () => {
    const groups = await GroupHarness.started();
    const protocols = (...names: string[]): readonly (readonly [string, Buffer])[] =>
      names.map((name) => [name, Buffer.from(name)]);
    const joins = [
      await groups.joinTwice({ protocols: protocols('sticky', 'range', 'only-mine') }),
      await groups.joinTwice({ protocols: protocols('range', 'sticky') }),
      await groups.joinTwice({ protocols: protocols('range', 'roundrobin', 'sticky') }),
    ];
    expect((await groups.join({ protocols: protocols('roundrobin') })).errorCode).toBe(
      ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
    );
    expect((await groups.join({ protocolType: 'connect' })).errorCode).toBe(
      ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
    );
    await groups.time.advance(10_000);
    const answers = await Promise.all(joins.map(({ joined }) => joined));
    expect(answers.map((answer) => answer.protocolName)).toEqual(['range', 'range', 'range']);
    expect(answers[0]?.members.map((member) => member.metadata.toString())).toEqual([
      'range',
      'range',
      'range',
    ]);
  });

  it('chooses the protocol that was voted for first among those with equal votes', async () => {
    const groups = await GroupHarness.started();
    const protocols = (...names: string[]): readonly (readonly [string, Buffer])[] =>
      names.map((name) => [name, Buffer.from(name)]);
    const joins = [
      await groups.joinTwice({ protocols: protocols('sticky', 'range') }),
      await groups.joinTwice({ protocols: protocols('range', 'sticky') }),
    ];
    await groups.time.advance(10_000);
    const answers = await Promise.all(joins.map(({ joined }) => joined));
    expect(answers.map((answer) => answer.protocolName)).toEqual(['sticky', 'sticky']);
  });

  it('refuses more members than the group may have', async () => {
    const groups = await GroupHarness.started({ groupSizeMax: 1 });
    const [only = ''] = await groups.stable(1);
    expect((await groups.join()).errorCode).toBe(ErrorCode.GROUP_MAX_SIZE_REACHED);
    expect(groups.heartbeat(only, 1)).toBe(ErrorCode.NONE);
  });
});

describe('a session', () => {
  it('ends without heartbeats, and goes on with them', async () => {
    const groups = await GroupHarness.started();
    const [first = '', second = ''] = await groups.stable(2);
    for (let i = 0; i < 5; i++) {
      await groups.time.advance(SESSION_MS / 2);
      // The one that is silent is removed, the other told to join again.
      groups.heartbeat(first, 1);
    }
    expect(groups.heartbeat(second, 1)).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect(groups.heartbeat(first, 1)).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    expect((await groups.join({ memberId: first })).members.map((member) => member.memberId)).toEqual([
      first,
    ]);
  });

  it('leaves an empty group behind when the last one ends', async () => {
    const groups = await GroupHarness.started();
    const [only = ''] = await groups.stable(1);
    await groups.time.advance(SESSION_MS);
    expect(groups.describe()).toMatchObject({ groupState: 'Empty', protocolType: 'consumer', members: [] });
    expect(groups.heartbeat(only, 1)).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect(groups.describe('g').members).toEqual([]);
  });

  it('does not end while the member waits in a join', async () => {
    const groups = await GroupHarness.started();
    const [first = '', second = ''] = await groups.stable(2, { rebalanceMs: 200_000 });
    const waiting = groups.join({ memberId: first, rebalanceMs: 200_000 });
    for (let i = 0; i < 10; i++) {
      await groups.time.advance(SESSION_MS - 1);
      expect(groups.heartbeat(second, 1)).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    }
    const other = groups.join({ memberId: second, rebalanceMs: 200_000 });
    expect((await waiting).members).toHaveLength(2);
    await other;
  });

  it('refuses heartbeats of another generation', async () => {
    const groups = await GroupHarness.started();
    const [only = ''] = await groups.stable(1);
    expect(groups.heartbeat(only, 2)).toBe(ErrorCode.ILLEGAL_GENERATION);
    expect(groups.heartbeat('nobody', 1)).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });
});

describe('a sync', () => {
  it('is answered from the state of a stable group', async () => {
    const groups = await GroupHarness.started();
    const [first = '', second = ''] = await groups.stable(2);
    for (const version of [0, 1, 2, 3, 4, 5]) {
      expect((await groups.sync({ memberId: second, generation: 1, version })).assignment.toString()).toBe(
        'member-1',
      );
    }
    expect((await groups.sync({ memberId: first, generation: 7 })).errorCode).toBe(
      ErrorCode.ILLEGAL_GENERATION,
    );
    expect((await groups.sync({ memberId: 'x', generation: 1 })).errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect((await groups.sync({ memberId: first, generation: 1, protocolName: 'sticky' })).errorCode).toBe(
      ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
    );
    expect((await groups.sync({ memberId: first, generation: 1, protocolName: null })).errorCode).toBe(
      ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
    );
    void groups.join({ memberId: first });
    expect((await groups.sync({ memberId: second, generation: 1 })).errorCode).toBe(
      ErrorCode.REBALANCE_IN_PROGRESS,
    );
  });

  it('gives members that the leader left out an empty assignment', async () => {
    const groups = await GroupHarness.started();
    const { memberId, joined } = await groups.joinTwice();
    await groups.time.advance(3_000);
    await joined;
    const answer = await groups.sync({ memberId, generation: 1, assignments: { other: 'x' } });
    expect([answer.errorCode, answer.assignment.length]).toEqual([ErrorCode.NONE, 0]);
  });

  it('must come within the rebalance timeout, or the member is removed', async () => {
    const groups = await GroupHarness.started();
    const joins = [
      await groups.joinTwice({ sessionMs: 300_000 }),
      await groups.joinTwice({ sessionMs: 300_000 }),
    ];
    await groups.time.advance(6_000);
    await Promise.all(joins.map(({ joined }) => joined));
    const [leader, silent] = joins.map(({ memberId }) => memberId);
    const synced = await groups.sync({ memberId: leader ?? '', generation: 1 });
    expect(synced.errorCode).toBe(ErrorCode.NONE);
    await groups.time.advance(REBALANCE_MS);
    expect(groups.heartbeat(silent ?? '', 1)).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect(groups.heartbeat(leader ?? '', 1)).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
  });

  it('fails for all when the assignment cannot be written, and the group rebalances', async () => {
    const groups = await GroupHarness.started();
    const joins = [await groups.joinTwice(), await groups.joinTwice()];
    await groups.time.advance(6_000);
    await Promise.all(joins.map(({ joined }) => joined));
    const [leader = '', follower = ''] = joins.map(({ memberId }) => memberId);
    groups.log.failWith = ErrorCode.NOT_ENOUGH_REPLICAS;
    const waiting = groups.sync({ memberId: follower, generation: 1 });
    const led = await groups.sync({ memberId: leader, generation: 1 });
    expect([led.errorCode, (await waiting).errorCode]).toEqual([
      ErrorCode.COORDINATOR_NOT_AVAILABLE,
      ErrorCode.COORDINATOR_NOT_AVAILABLE,
    ]);
    expect(groups.describe().groupState).toBe('PreparingRebalance');
  });

  it('is not answered before the assignment is committed', async () => {
    const groups = await GroupHarness.started();
    const { memberId, joined } = await groups.joinTwice();
    await groups.time.advance(3_000);
    await joined;
    groups.log.isHolding = true;
    const synced = groups.sync({ memberId, generation: 1, assignments: { [memberId]: 'mine' } });
    expect(await isSettled(synced)).toBe(false);
    groups.log.release();
    expect((await synced).assignment.toString()).toBe('mine');
  });
});

describe('leaving', () => {
  it.each([0, 1, 2])('answers for one member in version %i', async (version) => {
    const groups = await GroupHarness.started();
    const [only = ''] = await groups.stable(1);
    expect((await groups.leave(version, [{ memberId: 'x' }])).errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect((await groups.leave(version, [{ memberId: only }])).errorCode).toBe(ErrorCode.NONE);
    expect(groups.describe().groupState).toBe('Empty');
  });

  it('answers for each member from version 3 on, and finds static ones by their instance', async () => {
    const groups = await GroupHarness.started();
    const joined = groups.join({ instance: 'one' });
    await groups.time.advance(3_000);
    const { memberId } = await joined;
    const response = await groups.leave(5, [
      { memberId: '', groupInstanceId: 'two' },
      { memberId: 'other', groupInstanceId: 'one' },
      { memberId: '', groupInstanceId: 'one' },
      { memberId },
    ]);
    expect(response.members.map((member) => member.errorCode)).toEqual([
      ErrorCode.UNKNOWN_MEMBER_ID,
      ErrorCode.FENCED_INSTANCE_ID,
      ErrorCode.NONE,
      ErrorCode.UNKNOWN_MEMBER_ID,
    ]);
    expect(groups.describe().groupState).toBe('Empty');
  });

  it('lets a rebalance end that waited for the member', async () => {
    const groups = await GroupHarness.started();
    const [first = '', second = ''] = await groups.stable(2);
    const again = groups.join({ memberId: first });
    expect(await isSettled(again)).toBe(false);
    await groups.leave(3, [{ memberId: second }]);
    expect((await again).members).toHaveLength(1);
  });
});

describe('static members (KIP-345)', () => {
  async function stableStatic(groups: GroupHarness): Promise<readonly [string, string]> {
    const joins = [groups.join({ instance: 'one' }), groups.join({ instance: 'two' })];
    await groups.time.advance(6_000);
    const [leader, follower] = await Promise.all(joins);
    const leaderId = leader?.memberId ?? '';
    const followerId = follower?.memberId ?? '';
    const assignments = { [leaderId]: 'a', [followerId]: 'b' };
    await Promise.all([
      groups.sync({ memberId: leaderId, instance: 'one', generation: 1, assignments }),
      groups.sync({ memberId: followerId, instance: 'two', generation: 1 }),
    ]);
    return [leaderId, followerId];
  }

  it('come back without a rebalance and fence their former selves', async () => {
    const groups = await GroupHarness.started();
    const [leader, follower] = await stableStatic(groups);
    const back = await groups.join({ instance: 'two' });
    expect(back).toMatchObject({ errorCode: 0, generationId: 1, leader, skipAssignment: false, members: [] });
    expect(back.memberId).toMatch(/^two-/);
    expect(back.memberId).not.toBe(follower);
    expect(groups.heartbeat(follower, 1, 'two')).toBe(ErrorCode.FENCED_INSTANCE_ID);
    expect(groups.heartbeat(back.memberId, 1, 'two')).toBe(ErrorCode.NONE);
    const synced = await groups.sync({ memberId: back.memberId, instance: 'two', generation: 1 });
    expect(synced.assignment.toString()).toBe('b');
    expect(groups.describe().groupState).toBe('Stable');
  });

  it('tell a leader that comes back to skip the assignment, from version 9 on', async () => {
    const groups = await GroupHarness.started();
    const [leader] = await stableStatic(groups);
    const old = await groups.join({ instance: 'one', version: 8 });
    expect(old).toMatchObject({ leader, members: [] });
    const back = await groups.join({ instance: 'one' });
    expect(back).toMatchObject({ leader: back.memberId, skipAssignment: true });
    expect(back.members).toHaveLength(2);
  });

  it('come back without a rebalance with other metadata too, but not if that changes the protocol', async () => {
    const groups = await GroupHarness.started();
    const [leader] = await stableStatic(groups);
    expect(await groups.join({ instance: 'two', topics: ['airports'] })).toMatchObject({
      generationId: 1,
      leader,
    });
    expect(groups.describe().groupState).toBe('Stable');
    const both = (first: string, second: string): readonly (readonly [string, Buffer])[] =>
      [first, second].map((name) => [name, Buffer.alloc(0)]);
    await groups.join({ instance: 'two', protocols: both('range', 'sticky') });
    const changed = groups.join({ instance: 'one', protocols: both('sticky', 'range') });
    const again = groups.join({ instance: 'two', protocols: both('sticky', 'range') });
    expect(await changed).toMatchObject({ generationId: 2, protocolName: 'sticky' });
    expect((await again).generationId).toBe(2);
  });

  it('keep their place when they do not join in time, until their session ends', async () => {
    const groups = await GroupHarness.started();
    const joins = [
      groups.join({ instance: 'one', sessionMs: 500_000 }),
      groups.join({ instance: 'two', sessionMs: 500_000 }),
    ];
    await groups.time.advance(6_000);
    const [leader] = await Promise.all(joins);
    await groups.sync({ memberId: leader?.memberId ?? '', instance: 'one', generation: 1 });
    const again = groups.join({ memberId: leader?.memberId ?? '', instance: 'one', sessionMs: 500_000 });
    await groups.time.advance(REBALANCE_MS);
    expect((await again).members.map((member) => member.groupInstanceId)).toEqual(['one', 'two']);
  });

  it('are fenced in a sync and in a join under the former id', async () => {
    const groups = await GroupHarness.started();
    const [, follower] = await stableStatic(groups);
    await groups.join({ instance: 'two' });
    expect((await groups.sync({ memberId: follower, instance: 'two', generation: 1 })).errorCode).toBe(
      ErrorCode.FENCED_INSTANCE_ID,
    );
    expect((await groups.join({ memberId: follower, instance: 'two' })).errorCode).toBe(
      ErrorCode.FENCED_INSTANCE_ID,
    );
    expect(await groups.commit({ offset: 1, memberId: follower, instance: 'two', generation: 1 })).toBe(
      ErrorCode.FENCED_INSTANCE_ID,
    );
  });

  it('stay who they were when the new id cannot be written', async () => {
    const groups = await GroupHarness.started();
    const [, follower] = await stableStatic(groups);
    groups.log.failWith = ErrorCode.NOT_LEADER_OR_FOLLOWER;
    expect((await groups.join({ instance: 'two' })).errorCode).toBe(ErrorCode.NOT_COORDINATOR);
    expect(groups.heartbeat(follower, 1, 'two')).toBe(ErrorCode.NONE);
  });
});
