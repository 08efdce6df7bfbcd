import { offsetCommit } from '../../../src/protocol/messages/08-offset-commit.ts';
import { findCoordinator } from '../../../src/protocol/messages/10-find-coordinator.ts';
import { joinGroup } from '../../../src/protocol/messages/11-join-group.ts';
import { heartbeat } from '../../../src/protocol/messages/12-heartbeat.ts';
import { leaveGroup } from '../../../src/protocol/messages/13-leave-group.ts';
import { syncGroup } from '../../../src/protocol/messages/14-sync-group.ts';
import { describeGroups } from '../../../src/protocol/messages/15-describe-groups.ts';
import { listGroups } from '../../../src/protocol/messages/16-list-groups.ts';
import { deleteGroups } from '../../../src/protocol/messages/42-delete-groups.ts';
import { type AnswerCase, conversation, requests } from './answer-case.ts';
import { type Join, join, joined, stable } from './group-requests.ts';

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
  rebalance,
  ...describing,
  lists,
  deletedGroups,
];
