import { offsetCommit } from '../../../src/protocol/messages/08-offset-commit.ts';
import { joinGroup } from '../../../src/protocol/messages/11-join-group.ts';
import { heartbeat } from '../../../src/protocol/messages/12-heartbeat.ts';
import { leaveGroup } from '../../../src/protocol/messages/13-leave-group.ts';
import { syncGroup } from '../../../src/protocol/messages/14-sync-group.ts';
import { offsetDelete } from '../../../src/protocol/messages/47-offset-delete.ts';
import { describeGroups } from '../../../src/protocol/messages/15-describe-groups.ts';
import { deleteGroups } from '../../../src/protocol/messages/42-delete-groups.ts';
import { type AnswerCase, conversation } from './answer-case.ts';
import { type Join, join } from './group-requests.ts';

/** A member of Kafka Connect, as far as the broker can tell. */
const protocol = (name: string, text = 'x') => ({ name, metadata: Buffer.from(text) });
const connectJoin = (groupId: string, rest: Partial<Join> = {}): Join => ({
  groupId,
  sessionTimeoutMs: 30_000,
  rebalanceTimeoutMs: 30_000,
  memberId: '',
  protocolType: 'connect',
  protocols: [protocol('a'), protocol('b')],
  ...rest,
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

const statics = conversation('static members: more', [5, 9], async (peer, version) => {
  const groupId = `statics-${version}`;
  const one = (rest: Partial<Join> = {}) => connectJoin(groupId, { groupInstanceId: 'one', ...rest });
  await peer.ask(joinGroup, version, one({ memberId: 'nobody' }));
  const first = await peer.ask(joinGroup, version, one());
  const memberId = first?.memberId ?? '';
  await peer.ask(joinGroup, version, one({ memberId: 'nobody' }));
  await peer.ask(joinGroup, version, connectJoin(groupId, { groupInstanceId: 'two', memberId: 'nobody' }));
  await peer.ask(joinGroup, version, connectJoin(groupId, { groupInstanceId: 'two', memberId }));
  const sync = (id: string, generationId: number) =>
    peer.ask(syncGroup, 5, {
      groupId,
      generationId,
      memberId: id,
      groupInstanceId: 'one',
      assignments: [{ memberId: id, assignment: Buffer.from('mine') }],
    });
  await sync(memberId, 1);
  // Restarted with the same protocols, and with others.
  const second = await peer.ask(joinGroup, version, one());
  await sync(second?.memberId ?? '', second?.generationId ?? 0);
  const third = await peer.ask(joinGroup, version, one({ protocols: [protocol('a', 'changed')] }));
  await sync(third?.memberId ?? '', third?.generationId ?? 0);
  await peer.ask(describeGroups, 5, { groups: [groupId] });
  await peer.ask(deleteGroups, 2, { groupsNames: [groupId] });
  await peer.ask(leaveGroup, 3, {
    groupId,
    members: [
      { memberId: '', groupInstanceId: 'two' },
      { memberId, groupInstanceId: 'one' },
      { memberId: third?.memberId ?? '', groupInstanceId: null },
    ],
  });
  await peer.ask(describeGroups, 5, { groups: [groupId] });
});

const rejoin = conversation('a member that joins again', [0, 3, 4, 5, 7, 9], async (peer, version) => {
  const groupId = `again-${version}`;
  const first = await peer.ask(joinGroup, 3, connectJoin(groupId));
  const memberId = first?.memberId ?? '';
  const ask = (rest: Partial<Join>) =>
    peer.ask(joinGroup, version, connectJoin(groupId, { memberId, ...rest }));
  const sync = (generationId: number, text: string) =>
    peer.ask(syncGroup, 3, {
      groupId,
      generationId,
      memberId,
      assignments: [{ memberId, assignment: Buffer.from(text) }],
    });
  // While the leader's assignment is awaited.
  await ask({});
  await ask({ protocols: [protocol('a', 'other'), protocol('b')] });
  await peer.ask(heartbeat, 3, { groupId, generationId: 1, memberId });
  await peer.ask(heartbeat, 3, { groupId, generationId: 2, memberId });
  await sync(1, 'old');
  await sync(2, 'new');
  await sync(3, 'newest');
  await peer.ask(describeGroups, 5, { groups: [groupId] });
  await ask({});
  await sync(3, 'ignored');
  await peer.ask(describeGroups, 5, { groups: [groupId] });
  await peer.ask(offsetDelete, 0, {
    groupId,
    topics: [{ name: 'one', partitions: [{ partitionIndex: 0 }] }],
  });
  await ask({ protocolType: 'consumer' });
  await ask({ protocols: [protocol('c')] });
  await ask({ sessionTimeoutMs: 1 });
  await peer.ask(describeGroups, 5, { groups: [groupId] });
});

const pending = conversation('a member that has an id and no more', [4, 5, 9], async (peer, version) => {
  const groupId = `pending-${version}`;
  const first = await peer.ask(joinGroup, version, connectJoin(groupId));
  const memberId = first?.memberId ?? '';
  await peer.ask(describeGroups, 5, { groups: [groupId] });
  await peer.ask(heartbeat, 3, { groupId, generationId: 0, memberId });
  await peer.ask(heartbeat, 3, { groupId, generationId: -1, memberId });
  await peer.ask(syncGroup, 3, { groupId, generationId: 0, memberId, assignments: [] });
  await peer.ask(offsetCommit, 7, {
    groupId,
    memberId,
    generationIdOrMemberEpoch: 0,
    topics: [{ name: 'one', partitions: [{ partitionIndex: 0, committedOffset: 1, committedMetadata: '' }] }],
  });
  await peer.ask(deleteGroups, 2, { groupsNames: [groupId] });
  const second = await peer.ask(joinGroup, version, connectJoin(groupId));
  await peer.ask(leaveGroup, 3, { groupId, members: [{ memberId: second?.memberId ?? '' }, { memberId }] });
  await peer.ask(joinGroup, version, connectJoin(groupId, { memberId }));
  await peer.ask(describeGroups, 5, { groups: [groupId] });
});

export const memberCases: readonly AnswerCase[] = [staticMembers, statics, rejoin, pending];
