import { describe, expect, it } from 'vitest';
import { ErrorCode } from '../../../../src/protocol/error-codes.ts';
import { GroupHarness } from './group-harness.ts';
import { settle } from './manual-time.ts';

const DAY_MS = 24 * 3_600_000;

describe('a commit', () => {
  it.each([2, 3, 4, 5, 6, 7, 8, 9, 10])(
    'keeps an offset for a consumer without membership, in version %i',
    async (version) => {
      const groups = await GroupHarness.started();
      expect(await groups.commit({ version, offset: 42, partition: 1, metadata: 'note' })).toBe(
        ErrorCode.NONE,
      );
      expect(groups.committed(1)).toBe(42);
      expect(groups.describe()).toMatchObject({ groupState: 'Empty', protocolType: '' });
    },
  );

  it('keeps offsets under the empty group id as well', async () => {
    const groups = await GroupHarness.started();
    expect(await groups.commit({ group: '', offset: 1 })).toBe(ErrorCode.NONE);
    expect(groups.committed(0, 'flights', '')).toBe(1);
  });

  it('is checked against member and generation', async () => {
    const groups = await GroupHarness.started();
    expect(await groups.commit({ offset: 1, memberId: 'm', generation: 1 })).toBe(
      ErrorCode.GROUP_ID_NOT_FOUND,
    );
    expect(await groups.commit({ offset: 1, memberId: 'm', generation: 1, version: 8 })).toBe(
      ErrorCode.ILLEGAL_GENERATION,
    );
    const [memberId = ''] = await groups.stable(1);
    expect(await groups.commit({ offset: 5, memberId, generation: 1 })).toBe(ErrorCode.NONE);
    expect(await groups.commit({ offset: 6, memberId, generation: 2 })).toBe(ErrorCode.ILLEGAL_GENERATION);
    expect(await groups.commit({ offset: 6, memberId: 'x', generation: 1 })).toBe(
      ErrorCode.UNKNOWN_MEMBER_ID,
    );
    expect(await groups.commit({ offset: 6 })).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    // A partition that does not exist is told first, metadata that is too long last.
    expect(await groups.commit({ offset: 6, metadata: 'x'.repeat(5_000) })).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect(await groups.commit({ offset: 6, partition: 9 })).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    expect(groups.committed()).toBe(5);
  });

  it('is accepted while the group prepares a rebalance, and refused until the assignment is known', async () => {
    const groups = await GroupHarness.started();
    const [first = '', second = ''] = await groups.stable(2);
    const again = groups.join({ memberId: first });
    await settle();
    expect(await groups.commit({ offset: 8, memberId: second, generation: 1 })).toBe(ErrorCode.NONE);
    const other = groups.join({ memberId: second });
    await Promise.all([again, other]);
    expect(await groups.commit({ offset: 9, memberId: second, generation: 2 })).toBe(
      ErrorCode.REBALANCE_IN_PROGRESS,
    );
    expect(await groups.commit({ offset: 9, memberId: second, generation: 1 })).toBe(
      ErrorCode.ILLEGAL_GENERATION,
    );
    expect(groups.committed()).toBe(8);
  });

  it('keeps the member alive', async () => {
    const groups = await GroupHarness.started();
    const [memberId = ''] = await groups.stable(1);
    for (let i = 0; i < 5; i++) {
      await groups.time.advance(6_000);
      expect(await groups.commit({ offset: i, memberId, generation: 1 })).toBe(ErrorCode.NONE);
    }
  });

  it('fails for unknown partitions, for long metadata and for unknown topic ids, each on its own', async () => {
    const groups = await GroupHarness.started();
    expect(await groups.commit({ offset: 1, topic: 'nowhere' })).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    expect(await groups.commit({ offset: 1, partition: 4 })).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    expect(await groups.commit({ offset: 1, metadata: 'é'.repeat(2_049) })).toBe(
      ErrorCode.OFFSET_METADATA_TOO_LARGE,
    );
    expect(await groups.commit({ offset: 1, metadata: 'é'.repeat(2_048) })).toBe(ErrorCode.NONE);
    expect(await groups.commit({ offset: 1, version: 10, topicId: 'AAAAAAAAAAAAAAAAAAAACQ' })).toBe(
      ErrorCode.UNKNOWN_TOPIC_ID,
    );
  });

  it('makes no group when there is nothing to keep', async () => {
    const groups = await GroupHarness.started();
    await groups.commit({ offset: 1, topic: 'nowhere' });
    await groups.commit({ offset: 1, metadata: 'x'.repeat(5_000) });
    expect(groups.list().groups).toEqual([]);
    await groups.commit({ offset: 1 });
    expect(groups.list().groups).toMatchObject([{ groupId: 'g', groupState: 'Empty' }]);
  });

  it('is visible once it is committed to the log, not before', async () => {
    const groups = await GroupHarness.started();
    await groups.commit({ offset: 1 });
    groups.log.isHolding = true;
    const commit = groups.commit({ offset: 2 });
    await settle();
    expect(groups.committed()).toBe(1);
    groups.log.release();
    expect(await commit).toBe(ErrorCode.NONE);
    expect(groups.committed()).toBe(2);
  });

  it.each([
    [ErrorCode.NOT_LEADER_OR_FOLLOWER, ErrorCode.NOT_COORDINATOR],
    [ErrorCode.NOT_ENOUGH_REPLICAS, ErrorCode.COORDINATOR_NOT_AVAILABLE],
    [ErrorCode.REQUEST_TIMED_OUT, ErrorCode.COORDINATOR_NOT_AVAILABLE],
    [ErrorCode.MESSAGE_TOO_LARGE, ErrorCode.UNKNOWN_SERVER_ERROR],
  ])('answers %i of the log with %i', async (logged, answered) => {
    const groups = await GroupHarness.started();
    groups.log.failWith = logged;
    expect(await groups.commit({ offset: 1 })).toBe(answered);
    expect(groups.committed()).toBe(-1);
  });
});

describe('a fetch', () => {
  it('knows one group until version 7', async () => {
    const groups = await GroupHarness.started();
    await groups.commit({ offset: 7, partition: 2, metadata: 'm' });
    for (const version of [1, 2, 3, 4, 5, 6, 7]) {
      const response = groups.fetch(version, {
        groupId: 'g',
        topics: [{ name: 'flights', partitionIndexes: [2, 3] }],
      });
      expect(response.errorCode).toBe(0);
      expect(response.topics[0]?.partitions).toMatchObject([
        { partitionIndex: 2, committedOffset: 7, metadata: 'm', errorCode: 0 },
        { partitionIndex: 3, committedOffset: -1, metadata: '', errorCode: 0 },
      ]);
    }
    const all = groups.fetch(7, { groupId: 'g', topics: null });
    expect(all.topics.map((topic) => [topic.name, topic.partitions.length])).toEqual([['flights', 1]]);
    expect(groups.fetch(7, { groupId: 'unknown', topics: null }).topics).toEqual([]);
  });

  it('knows several groups from version 8 on, and topics by id from version 10 on', async () => {
    const groups = await GroupHarness.started();
    await groups.commit({ offset: 7 });
    await groups.commit({ offset: 8, group: 'h', topic: 'airports' });
    for (const version of [8, 9]) {
      const response = groups.fetch(version, {
        groups: [
          { groupId: 'g', topics: null },
          { groupId: 'h', topics: null },
        ],
      });
      expect(response.groups.map((group) => group.topics[0]?.name)).toEqual(['flights', 'airports']);
    }
    const byId = groups.fetch(10, {
      groups: [
        {
          groupId: 'g',
          topics: [
            { topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', partitionIndexes: [0] },
            { topicId: 'AAAAAAAAAAAAAAAAAAAACQ', partitionIndexes: [0] },
          ],
        },
        { groupId: 'h', topics: null },
      ],
    });
    expect(byId.groups[0]?.topics.map((topic) => topic.partitions[0])).toMatchObject([
      { committedOffset: 7, errorCode: 0 },
      { committedOffset: -1, errorCode: ErrorCode.UNKNOWN_TOPIC_ID },
    ]);
    expect(byId.groups[1]?.topics[0]?.topicId).toBe('AAAAAAAAAAAAAAAAAAAAAg');
  });

  it('tells where the error belongs in each version when the broker is not the coordinator', () => {
    const groups = new GroupHarness();
    const asked = [{ name: 'flights', partitionIndexes: [0] }];
    expect(groups.fetch(1, { groupId: 'g', topics: asked }).topics[0]?.partitions[0]?.errorCode).toBe(
      ErrorCode.NOT_COORDINATOR,
    );
    expect(groups.fetch(5, { groupId: 'g', topics: asked }).errorCode).toBe(ErrorCode.NOT_COORDINATOR);
    expect(groups.fetch(8, { groups: [{ groupId: 'g', topics: null }] }).groups[0]?.errorCode).toBe(
      ErrorCode.NOT_COORDINATOR,
    );
  });
});

describe('expiry', () => {
  it('removes offsets of a consumer without membership by the time of the commit', async () => {
    const groups = await GroupHarness.started();
    await groups.commit({ offset: 1, partition: 0 });
    await groups.time.advance(4 * DAY_MS);
    await groups.commit({ offset: 2, partition: 1 });
    await groups.time.advance(3 * DAY_MS + 600_000);
    expect([groups.committed(0), groups.committed(1)]).toEqual([-1, 2]);
    await groups.time.advance(4 * DAY_MS);
    expect(groups.committed(1)).toBe(-1);
    expect(groups.list().groups).toEqual([]);
  });

  it('counts from when the group became empty', async () => {
    const groups = await GroupHarness.started();
    const [memberId = ''] = await groups.stable(1, { sessionMs: 1_800_000 });
    await groups.commit({ offset: 1, memberId, generation: 1 });
    for (let i = 0; i < 8 * 48; i++) {
      await groups.time.advance(DAY_MS / 48 - 1);
      groups.heartbeat(memberId, 1);
    }
    expect(groups.committed()).toBe(1);
    await groups.leave(3, [{ memberId }]);
    await groups.time.advance(7 * DAY_MS - 600_000);
    expect(groups.committed()).toBe(1);
    await groups.time.advance(1_200_000);
    expect(groups.committed()).toBe(-1);
    expect(groups.describe().errorCode).toBe(ErrorCode.GROUP_ID_NOT_FOUND);
  });

  it('removes from a stable group what it is not subscribed to', async () => {
    const groups = await GroupHarness.started({ offsetsRetentionMs: 3_600_000 });
    const [memberId = ''] = await groups.stable(1, { sessionMs: 1_800_000, topics: ['flights'] });
    await groups.commit({ offset: 1, memberId, generation: 1, topic: 'flights' });
    await groups.commit({ offset: 2, memberId, generation: 1, topic: 'airports' });
    for (let i = 0; i < 5; i++) {
      await groups.time.advance(1_000_000);
      groups.heartbeat(memberId, 1);
    }
    expect([groups.committed(0, 'flights'), groups.committed(0, 'airports')]).toEqual([1, -1]);
  });

  it('reads a subscription by what all its versions begin with', async () => {
    const groups = await GroupHarness.started();
    // Version 3, and nothing after the topics.
    const metadata = Buffer.concat([Buffer.from([0, 3, 0, 0, 0, 1, 0, 7]), Buffer.from('flights')]);
    const [memberId = ''] = await groups.stable(1, { protocols: [['range', metadata]] });
    for (const topic of ['flights', 'airports'])
      await groups.commit({ offset: 1, memberId, generation: 1, topic });
    const errors = await Promise.all(['flights', 'airports'].map((topic) => groups.deleteOffset(topic, 0)));
    expect(errors.map(({ topics }) => topics[0]?.partitions[0]?.errorCode)).toEqual([
      ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC,
      ErrorCode.NONE,
    ]);
  });

  it('honours a retention that the client chose (versions 2 to 4)', async () => {
    const groups = await GroupHarness.started();
    await groups.commit({ offset: 1, partition: 0, version: 3, retentionMs: 3_600_000 });
    await groups.commit({ offset: 1, partition: 1, version: 3 });
    await groups.time.advance(3_000_000);
    expect(groups.committed(0)).toBe(1);
    await groups.time.advance(1_200_000);
    expect([groups.committed(0), groups.committed(1)]).toEqual([-1, 1]);
  });

  it('does not touch a group with a commit on its way', async () => {
    const groups = await GroupHarness.started();
    await groups.commit({ offset: 1 });
    await groups.time.advance(7 * DAY_MS - 1_000);
    groups.log.isHolding = true;
    const fresh = groups.commit({ offset: 2 });
    await groups.time.advance(1_200_000);
    groups.log.release();
    await fresh;
    expect(groups.committed()).toBe(2);
    expect((await groups.successor()).committed()).toBe(2);
  });
});

describe('removal', () => {
  it('of a group needs it to be empty', async () => {
    const groups = await GroupHarness.started();
    expect(await groups.delete()).toBe(ErrorCode.GROUP_ID_NOT_FOUND);
    const [memberId = ''] = await groups.stable(1);
    await groups.commit({ offset: 3, memberId, generation: 1 });
    expect(await groups.delete()).toBe(ErrorCode.NON_EMPTY_GROUP);
    expect(await groups.deleteAll(['g', 'g'])).toMatchObject([{ errorCode: ErrorCode.NON_EMPTY_GROUP }]);
    await groups.leave(3, [{ memberId }]);
    expect(await groups.delete()).toBe(ErrorCode.NONE);
    expect(groups.committed()).toBe(-1);
    expect(groups.list().groups).toEqual([]);
    expect((await groups.successor()).list().groups).toEqual([]);
  });

  it('of a group that cannot be written leaves it as it was', async () => {
    const groups = await GroupHarness.started();
    await groups.commit({ offset: 3 });
    groups.log.failWith = ErrorCode.KAFKA_STORAGE_ERROR;
    expect(await groups.delete()).toBe(ErrorCode.NOT_COORDINATOR);
    expect(groups.committed()).toBe(3);
  });

  it('of single offsets is refused for topics that the group reads (KIP-496)', async () => {
    const groups = await GroupHarness.started();
    expect((await groups.deleteOffset('flights', 0)).errorCode).toBe(ErrorCode.GROUP_ID_NOT_FOUND);
    expect((await groups.deleteOffset('flights', 0, '')).errorCode).toBe(ErrorCode.INVALID_GROUP_ID);
    const [memberId = ''] = await groups.stable(1, { topics: ['flights'] });
    await groups.commit({ offset: 1, memberId, generation: 1, topic: 'flights' });
    await groups.commit({ offset: 2, memberId, generation: 1, topic: 'airports' });
    const errorOf = async (topic: string): Promise<number | undefined> =>
      (await groups.deleteOffset(topic, 0)).topics[0]?.partitions[0]?.errorCode;
    expect(await errorOf('flights')).toBe(ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC);
    expect(await errorOf('airports')).toBe(ErrorCode.NONE);
    expect(await errorOf('nowhere')).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    const missing = await groups.deleteOffset('flights', 9);
    expect(missing.topics[0]?.partitions[0]?.errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    expect([groups.committed(0, 'flights'), groups.committed(0, 'airports')]).toEqual([1, -1]);
    await groups.leave(3, [{ memberId }]);
    expect(await errorOf('flights')).toBe(ErrorCode.NONE);
    expect((await groups.successor()).committed(0, 'flights')).toBe(-1);
  });

  it('of a topic takes its offsets along', async () => {
    const groups = await GroupHarness.started();
    await groups.commit({ offset: 1, topic: 'flights' });
    await groups.commit({ offset: 2, topic: 'airports' });
    await groups.coordinator.onTopicsDeleted(['flights']);
    expect([groups.committed(0, 'flights'), groups.committed(0, 'airports')]).toEqual([-1, 2]);
    expect((await groups.successor()).committed(0, 'flights')).toBe(-1);
  });
});

describe('lists and descriptions', () => {
  it('filter by state and type, whatever the case', async () => {
    const groups = await GroupHarness.started();
    await groups.stable(1);
    await groups.commit({ group: 'simple', offset: 1 });
    const ids = (body: Parameters<GroupHarness['list']>[0]): readonly string[] =>
      groups.list(body).groups.map((group) => group.groupId);
    expect(ids({})).toEqual(['g', 'simple']);
    expect(ids({ statesFilter: ['stable'] })).toEqual(['g']);
    expect(ids({ statesFilter: ['Empty', 'Dead'] })).toEqual(['simple']);
    expect(ids({ typesFilter: ['Classic'] })).toEqual(['g', 'simple']);
    expect(ids({ typesFilter: ['consumer'] })).toEqual([]);
    expect(groups.list({}, 0).groups[0]).toMatchObject({ groupId: 'g', protocolType: 'consumer' });
    expect(groups.list().groups[0]).toMatchObject({ groupState: 'Stable', groupType: 'classic' });
  });

  it('tell members, metadata and assignment of a stable group', async () => {
    const groups = await GroupHarness.started();
    const [memberId = ''] = await groups.stable(1);
    const described = groups.describe();
    expect(described).toMatchObject({
      groupState: 'Stable',
      protocolType: 'consumer',
      protocolData: 'range',
    });
    expect(described.members[0]).toMatchObject({ memberId, clientId: 'app', clientHost: '/127.0.0.1' });
    expect(described.members[0]?.memberAssignment.toString()).toBe('member-0');
    void groups.join({ memberId });
    await settle();
    expect(groups.describe()).toMatchObject({ groupState: 'CompletingRebalance', protocolData: '' });
    // What the member had is told until the leader gives it something else.
    expect(groups.describe().members[0]).toMatchObject({ memberMetadata: Buffer.alloc(0) });
    expect(groups.describe().members[0]?.memberAssignment.toString()).toBe('member-0');
  });

  it('answer an unknown group as dead before version 6, and as an error from then on', async () => {
    const groups = await GroupHarness.started();
    expect(groups.describe('x', 5)).toMatchObject({ groupState: 'Dead', errorCode: 0 });
    expect(groups.describe('x', 6)).toMatchObject({
      errorCode: ErrorCode.GROUP_ID_NOT_FOUND,
      errorMessage: 'Group x not found.',
    });
  });
});
