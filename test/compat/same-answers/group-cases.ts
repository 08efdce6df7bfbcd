import { offsetCommit } from '../../../src/protocol/messages/08-offset-commit.ts';
import { offsetFetch } from '../../../src/protocol/messages/09-offset-fetch.ts';
import { findCoordinator } from '../../../src/protocol/messages/10-find-coordinator.ts';
import { joinGroup } from '../../../src/protocol/messages/11-join-group.ts';
import { heartbeat } from '../../../src/protocol/messages/12-heartbeat.ts';
import { leaveGroup } from '../../../src/protocol/messages/13-leave-group.ts';
import { syncGroup } from '../../../src/protocol/messages/14-sync-group.ts';
import { describeGroups } from '../../../src/protocol/messages/15-describe-groups.ts';
import { listGroups } from '../../../src/protocol/messages/16-list-groups.ts';
import { deleteGroups } from '../../../src/protocol/messages/42-delete-groups.ts';
import { offsetDelete } from '../../../src/protocol/messages/47-offset-delete.ts';
import type { RequestInput } from '../../../src/protocol/message.ts';
import { encodeVersioned } from '../../../src/protocol/codec.ts';
import { consumerProtocolSubscription } from '../../../src/protocol/records-schemas/consumer-protocol.ts';
import { type AnswerCase, conversation, requests } from './answer-case.ts';
import type { Peer } from './peer.ts';
import { UNKNOWN_ID } from './world.ts';

type Join = RequestInput<typeof joinGroup>;

const subscription = encodeVersioned(consumerProtocolSubscription, 1, { topics: ['one'], userData: null });
const protocols = [{ name: 'range', metadata: subscription }];

function join(groupId: string, rest: Partial<Join> = {}): Join {
  return {
    groupId,
    sessionTimeoutMs: 30_000,
    rebalanceTimeoutMs: 30_000,
    memberId: '',
    protocolType: 'consumer',
    protocols,
    ...rest,
  };
}

/** Joins a group that has nobody else and becomes its leader; asks for an id first where that is needed. */
async function joined(
  peer: Peer,
  version: number,
  request: Join,
): Promise<{ readonly memberId: string; readonly generationId: number }> {
  const first = await peer.send(joinGroup, version, request);
  const again = first.errorCode === 79 ? { ...request, memberId: first.memberId } : undefined;
  const { errorCode, memberId, generationId } =
    again === undefined ? first : await peer.send(joinGroup, version, again);
  if (errorCode !== 0) throw new Error(`joining ended in ${errorCode}`);
  return { memberId, generationId };
}

/** A stable group of one member. */
async function stable(peer: Peer, groupId: string, rest: Partial<Join> = {}) {
  const member = await joined(peer, 7, join(groupId, rest));
  const assignments = [{ memberId: member.memberId, assignment: Buffer.from('mine') }];
  await peer.send(syncGroup, 5, {
    groupId,
    ...member,
    protocolType: 'consumer',
    protocolName: 'range',
    assignments,
  });
  return member;
}

const joins = conversation('JoinGroup', [0, 2, 3, 4, 5, 6, 9], async (peer, version) => {
  const group = `joined-${version}`;
  const ask = (rest: Partial<Join>, name = group) => peer.ask(joinGroup, version, join(name, rest));
  await ask({ memberId: 'nobody' });
  await ask({ protocols: [] });
  await ask({ protocolType: '' });
  await ask({ sessionTimeoutMs: 1 });
  await ask({ sessionTimeoutMs: 2_000_000_000 });
  await ask({}, '');
  const first = await peer.ask(joinGroup, version, join(group));
  if (version >= 4) await ask({ memberId: first?.memberId ?? '' });
  await ask({ protocolType: 'other' });
  await ask({ protocols: [{ name: 'roundrobin', metadata: Buffer.alloc(0) }] });
  await ask({ protocols: [] });
  await ask({ memberId: 'nobody' });
  await peer.ask(describeGroups, 5, { groups: [group] });
  await peer.ask(listGroups, 4, { statesFilter: ['CompletingRebalance'] });
});

const followUps = conversation('SyncGroup, Heartbeat, LeaveGroup', [0, 1, 2, 3, 4], async (peer, version) => {
  const groupId = `followed-${version}`;
  const generationId = 1;
  await peer.ask(syncGroup, version, { groupId: 'none', generationId, memberId: 'nobody', assignments: [] });
  await peer.ask(heartbeat, version, { groupId: 'none', generationId, memberId: 'nobody' });
  await peer.ask(heartbeat, version, { groupId: '', generationId, memberId: 'nobody' });
  const leave = (name: string, memberId: string) =>
    peer.ask(
      leaveGroup,
      version,
      version < 3 ? { groupId: name, memberId } : { groupId: name, members: [{ memberId }] },
    );
  await leave('none', 'nobody');
  await leave('', 'nobody');
  const member = await joined(peer, 7, join(groupId));
  await peer.ask(heartbeat, version, { groupId, ...member });
  await peer.ask(syncGroup, version, { groupId, ...member, generationId: 9, assignments: [] });
  await peer.ask(syncGroup, version, { groupId, ...member, memberId: 'nobody', assignments: [] });
  const assignments = [{ memberId: member.memberId, assignment: Buffer.from('mine') }];
  await peer.ask(syncGroup, version, { groupId, ...member, assignments });
  await peer.ask(syncGroup, version, { groupId, ...member, assignments: [] });
  await peer.ask(heartbeat, version, { groupId, ...member });
  await peer.ask(heartbeat, version, { groupId, ...member, generationId: 0 });
  await peer.ask(heartbeat, version, { groupId, ...member, generationId: -1 });
  await peer.ask(heartbeat, version, { groupId, ...member, memberId: 'nobody' });
  await peer.ask(describeGroups, 5, { groups: [groupId], includeAuthorizedOperations: true });
  await peer.ask(deleteGroups, 2, { groupsNames: [groupId, 'none', ''] });
  await leave(groupId, 'nobody');
  if (version >= 3) {
    await peer.ask(leaveGroup, version, {
      groupId,
      members: [
        { memberId: 'nobody' },
        { memberId: '', groupInstanceId: 'i' },
        { memberId: member.memberId },
      ],
    });
  } else await leave(groupId, member.memberId);
  await peer.ask(heartbeat, version, { groupId, ...member });
  await peer.ask(describeGroups, 5, { groups: [groupId] });
  await peer.ask(deleteGroups, 2, { groupsNames: [groupId] });
  await peer.ask(deleteGroups, 2, { groupsNames: [groupId] });
  await peer.ask(describeGroups, 5, { groups: [groupId] });
});

const syncProtocols = conversation('SyncGroup: protocols', [5], async (peer, version) => {
  const groupId = 'sync-protocols';
  const member = await joined(peer, 7, join(groupId));
  const sync = (protocolType: string | null, protocolName: string | null) =>
    peer.ask(syncGroup, version, { groupId, ...member, protocolType, protocolName, assignments: [] });
  await sync('connect', 'range');
  await sync('consumer', 'other');
  await sync(null, 'range');
  await sync('consumer', 'range');
});

const staticMembers = conversation('static members', [5, 6, 9], async (peer, version) => {
  const groupId = `static-${version}`;
  const request = join(groupId, { groupInstanceId: 'i' });
  const first = await peer.ask(joinGroup, version, request);
  const member = { memberId: first?.memberId ?? '', generationId: first?.generationId ?? -1 };
  const assignments = [{ memberId: member.memberId, assignment: Buffer.from('mine') }];
  await peer.ask(syncGroup, 3, { groupId, ...member, groupInstanceId: 'i', assignments });
  const second = await peer.ask(joinGroup, version, request);
  await peer.ask(heartbeat, 3, { groupId, ...member, groupInstanceId: 'i' });
  await peer.ask(heartbeat, 3, { groupId, ...member });
  await peer.ask(joinGroup, version, { ...request, memberId: member.memberId });
  await peer.ask(syncGroup, 3, { groupId, ...member, groupInstanceId: 'i', assignments: [] });
  await peer.ask(offsetCommit, 7, {
    groupId,
    memberId: member.memberId,
    generationIdOrMemberEpoch: member.generationId,
    groupInstanceId: 'i',
    topics: [{ name: 'one', partitions: [{ partitionIndex: 0, committedOffset: 1, committedMetadata: '' }] }],
  });
  const renewed = { memberId: second?.memberId ?? '', generationId: second?.generationId ?? -1 };
  await peer.ask(heartbeat, 3, { groupId, ...renewed, groupInstanceId: 'i' });
  await peer.ask(heartbeat, 3, { groupId, ...renewed, groupInstanceId: 'other' });
  await peer.ask(describeGroups, 5, { groups: [groupId] });
  await peer.ask(leaveGroup, 4, { groupId, members: [{ memberId: member.memberId, groupInstanceId: 'i' }] });
  await peer.ask(leaveGroup, 4, { groupId, members: [{ memberId: '', groupInstanceId: 'i' }] });
  await peer.ask(describeGroups, 5, { groups: [groupId] });
});

const rebalance = conversation('a rebalance of two members', [2, 5, 9], async (peer, version) => {
  const groupId = `rebalanced-${version}`;
  const first = await stable(peer, groupId);
  const wanted = join(groupId);
  const second =
    version < 4 ? wanted : { ...wanted, memberId: (await peer.send(joinGroup, version, wanted)).memberId };
  const waiting = peer.send(joinGroup, version, second);
  for (let attempt = 0; attempt < 100; attempt++) {
    const { errorCode } = await peer.send(heartbeat, 3, { groupId, ...first });
    if (errorCode === 27) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await peer.ask(heartbeat, 3, { groupId, ...first });
  await peer.ask(describeGroups, 5, { groups: [groupId] });
  await peer.ask(syncGroup, 3, { groupId, ...first, assignments: [] });
  const commit = {
    topics: [{ name: 'one', partitions: [{ partitionIndex: 0, committedOffset: 1, committedMetadata: '' }] }],
  };
  await peer.ask(offsetCommit, 7, {
    groupId,
    memberId: first.memberId,
    generationIdOrMemberEpoch: first.generationId,
    ...commit,
  });
  const again = await peer.ask(joinGroup, version, { ...wanted, memberId: first.memberId });
  peer.note('the second member', { ...(await waiting) });
  await peer.ask(offsetCommit, 7, {
    groupId,
    memberId: first.memberId,
    generationIdOrMemberEpoch: again?.generationId ?? -1,
    ...commit,
  });
  await peer.ask(describeGroups, 5, { groups: [groupId] });
});

const describing = requests(describeGroups, [0, 3, 5, 6], {
  'a group that is not': () => ({ groups: ['none', ''] }),
  'no groups': () => ({ groups: [] }),
});

const lists = conversation('ListGroups', [0, 3, 4, 5], async (peer, version) => {
  await stable(peer, `listed-${version}`);
  await peer.send(offsetCommit, 7, {
    groupId: `simple-${version}`,
    topics: [{ name: 'one', partitions: [{ partitionIndex: 0, committedOffset: 1, committedMetadata: '' }] }],
  });
  await peer.ask(listGroups, version, {});
  if (version < 4) return;
  for (const states of [
    ['Stable'],
    ['stable'],
    ['Empty', 'Dead'],
    ['nonsense'],
    ['STABLE', 'EMPTY'],
    ['PreparingRebalance'],
  ]) {
    await peer.ask(listGroups, version, { statesFilter: states });
  }
  if (version < 5) return;
  for (const types of [['classic'], ['Classic'], ['consumer'], ['nonsense'], ['share', 'CLASSIC']]) {
    await peer.ask(listGroups, version, { typesFilter: types });
  }
});

const commits = conversation('OffsetCommit', [2, 4, 5, 6, 7, 8, 9, 10], async (peer, version) => {
  const group = `committed-${version}`;
  const at = (name: string, offset = 5, metadata: string | null = 'm', partitionIndex = 0) => ({
    ...(version >= 10 ? { topicId: name === 'missing' ? UNKNOWN_ID : peer.topicId(name) } : { name }),
    partitions: [{ partitionIndex, committedOffset: offset, committedMetadata: metadata }],
  });
  const ask = (rest: Partial<RequestInput<typeof offsetCommit>>, groupId = group) =>
    peer.ask(offsetCommit, version, { groupId, topics: [at('one')], ...rest });
  const id = (memberId: string, generationIdOrMemberEpoch: number) => ({
    memberId,
    generationIdOrMemberEpoch,
  });
  await ask({});
  await ask({}, '');
  await ask({ topics: [] });
  await ask({ topics: [at('missing')] });
  await ask({ topics: [at('one', 5, 'm', 9)] });
  await ask({ topics: [at('one', 5, 'm', -1)] });
  await ask({ topics: [at('one'), at('missing'), at('three', 7, null)] });
  await ask({ topics: [at('three', 5, 'x'.repeat(4097))] });
  await ask({ topics: [at('three', 5, 'x'.repeat(4096), 1)] });
  await ask({ topics: [at('three', -1)] });
  await ask({ topics: [at('three', -7, '', 2)] });
  await ask(id('nobody', 3));
  await ask(id('nobody', -1));
  await ask(id('', 3));
  await ask(id('nobody', 3), `unknown-${version}`);
  await ask(id('', 3), `unknown-${version}`);
  const groupId = `active-${version}`;
  const member = await stable(peer, groupId);
  await ask({}, groupId);
  await ask(id('', member.generationId), groupId);
  await ask(id('nobody', member.generationId), groupId);
  await ask(id(member.memberId, 9), groupId);
  await ask(id(member.memberId, -1), groupId);
  await ask(id(member.memberId, member.generationId), groupId);
  await peer.ask(offsetFetch, 7, { groupId: group, topics: null });
  await peer.ask(offsetFetch, 7, { groupId, topics: null });
});

const fetches = conversation('OffsetFetch', [1, 2, 5, 6, 7], async (peer, version) => {
  const groupId = `fetch-offsets-${version}`;
  const commit = { partitionIndex: 0, committedOffset: 5, committedLeaderEpoch: 0, committedMetadata: 'm' };
  await peer.send(offsetCommit, 7, { groupId, topics: [{ name: 'one', partitions: [commit] }] });
  const topics = [
    { name: 'one', partitionIndexes: [0, 4] },
    { name: 'missing', partitionIndexes: [0] },
  ];
  await peer.ask(offsetFetch, version, { groupId, topics });
  await peer.ask(offsetFetch, version, { groupId, topics: [] });
  await peer.ask(offsetFetch, version, { groupId: 'none', topics });
  await peer.ask(offsetFetch, version, { groupId: '', topics });
  if (version < 2) return;
  await peer.ask(offsetFetch, version, { groupId, topics: null });
  await peer.ask(offsetFetch, version, { groupId: 'none', topics: null });
  if (version < 7) return;
  await peer.ask(offsetFetch, version, { groupId, topics: null, requireStable: true });
});

const fetchesOfGroups = conversation('OffsetFetch of groups', [8, 9, 10], async (peer, version) => {
  const groupId = `fetch-offsets-${version}`;
  const commit = { partitionIndex: 0, committedOffset: 5, committedLeaderEpoch: 0, committedMetadata: 'm' };
  await peer.send(offsetCommit, 7, { groupId, topics: [{ name: 'one', partitions: [commit] }] });
  const of = (name: string, partitionIndexes: number[]) => ({
    ...(version >= 10 ? { topicId: name === 'missing' ? UNKNOWN_ID : peer.topicId(name) } : { name }),
    partitionIndexes,
  });
  const topics = [of('one', [0, 4]), of('missing', [0])];
  await peer.ask(offsetFetch, version, { groups: [{ groupId, topics }] });
  await peer.ask(offsetFetch, version, { groups: [{ groupId, topics: null }], requireStable: true });
  await peer.ask(offsetFetch, version, {
    groups: [
      { groupId: 'none', topics },
      { groupId, topics: [] },
    ],
  });
  await peer.ask(offsetFetch, version, {
    groups: [
      { groupId: 'none', topics: null },
      { groupId: '', topics: null },
    ],
  });
  await peer.ask(offsetFetch, version, { groups: [] });
  if (version < 9) return;
  await peer.ask(offsetFetch, version, { groups: [{ groupId, topics, memberId: 'nobody', memberEpoch: 3 }] });
});

const deletedGroups = conversation('DeleteGroups', [0, 1, 2], async (peer, version) => {
  const groupId = `deleted-${version}`;
  const member = await stable(peer, groupId);
  const ask = (...groupsNames: string[]) => peer.ask(deleteGroups, version, { groupsNames });
  await ask(groupId, 'none', '');
  await ask(groupId, groupId);
  await ask();
  await peer.send(leaveGroup, 2, { groupId, memberId: member.memberId });
  await ask(groupId);
  await ask(groupId);
});

const deletedOffsets = conversation('OffsetDelete', [0], async (peer, version) => {
  const groupId = 'deleted-offsets';
  const member = await stable(peer, groupId);
  for (const name of ['one', 'three']) {
    await peer.send(offsetCommit, 7, {
      groupId,
      memberId: member.memberId,
      generationIdOrMemberEpoch: member.generationId,
      topics: [{ name, partitions: [{ partitionIndex: 0, committedOffset: 1, committedMetadata: '' }] }],
    });
  }
  const of = (name: string, partitionIndex = 0) => ({ name, partitions: [{ partitionIndex }] });
  const ask = (topics: readonly ReturnType<typeof of>[], group = groupId) =>
    peer.ask(offsetDelete, version, { groupId: group, topics });
  await ask([of('one'), of('three'), of('missing')]);
  await ask([of('three', 7)]);
  await ask([of('one')], 'none');
  await ask([of('one')], '');
  await ask([]);
  await peer.send(leaveGroup, 2, { groupId, memberId: member.memberId });
  await ask([of('one')]);
  await ask([of('one')]);
  await peer.ask(describeGroups, 5, { groups: [groupId] });
});

const coordinators = [
  ...requests(findCoordinator, [0, 1, 2, 3], {
    'a group': () => ({ key: 'g' }),
    'no group': () => ({ key: '' }),
  }),
  ...requests(findCoordinator, [1, 2, 3], { 'an unknown type': () => ({ key: 'g', keyType: 9 }) }),
  ...requests(findCoordinator, [4, 5, 6], {
    groups: () => ({ coordinatorKeys: ['g', 'h'] }),
    'no groups': () => ({ coordinatorKeys: [] }),
    'a group without a name': () => ({ coordinatorKeys: ['', 'g'] }),
    'an unknown type': () => ({ coordinatorKeys: ['g'], keyType: 9 }),
  }),
];

export const groupCases: readonly AnswerCase[] = [
  ...coordinators,
  joins,
  followUps,
  syncProtocols,
  staticMembers,
  rebalance,
  ...describing,
  lists,
  commits,
  fetches,
  fetchesOfGroups,
  deletedGroups,
  deletedOffsets,
];
