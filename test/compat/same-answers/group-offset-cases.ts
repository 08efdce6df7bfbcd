import type { RequestInput } from '../../../src/protocol/message.ts';
import { offsetCommit } from '../../../src/protocol/messages/08-offset-commit.ts';
import { offsetFetch } from '../../../src/protocol/messages/09-offset-fetch.ts';
import { joinGroup } from '../../../src/protocol/messages/11-join-group.ts';
import { leaveGroup } from '../../../src/protocol/messages/13-leave-group.ts';
import { describeGroups } from '../../../src/protocol/messages/15-describe-groups.ts';
import { offsetDelete } from '../../../src/protocol/messages/47-offset-delete.ts';
import { type AnswerCase, conversation } from './answer-case.ts';
import { join, stable } from './group-requests.ts';
import { UNKNOWN_ID } from './world.ts';

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
  await ask({ topics: [at('missing')] }, `nothing-${version}`);
  await ask({ topics: [at('three', 5, 'x'.repeat(4097))] }, `nothing-${version}`);
  await peer.ask(describeGroups, 6, { groups: [`nothing-${version}`] });
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

/** Subscriptions as clients write them that have not read the specification of the newest version. */
const SUBSCRIPTIONS: Readonly<Record<string, Buffer>> = {
  'v3 that ends after the user data': Buffer.concat([
    Buffer.from([0, 3, 0, 0, 0, 1, 0, 3]),
    Buffer.from('one'),
    Buffer.from([255, 255, 255, 255]),
  ]),
  'v1 with a list of nonsense': Buffer.concat([
    Buffer.from([0, 1, 0, 0, 0, 1, 0, 3]),
    Buffer.from('one'),
    Buffer.from([255, 255, 255, 255, 0, 0, 0, 9, 1, 2, 3]),
  ]),
  'v99 with fields of the future': Buffer.concat([
    Buffer.from([0, 99, 0, 0, 0, 1, 0, 3]),
    Buffer.from('one'),
    Buffer.from([255, 255, 255, 255, 7, 7, 7, 7, 7, 7]),
  ]),
};

const oddSubscriptions = Object.entries(SUBSCRIPTIONS).map(([about, metadata]) =>
  conversation(`OffsetDelete: ${about}`, [0], async (peer, version) => {
    const groupId = `odd-${about.replaceAll(' ', '-')}`;
    const member = await stable(peer, groupId, { protocols: [{ name: 'range', metadata }] });
    const offsets = ['one', 'three'].map((name) => ({
      name,
      partitions: [{ partitionIndex: 0, committedOffset: 5, committedMetadata: null }],
    }));
    await peer.ask(offsetCommit, 7, {
      groupId,
      memberId: member.memberId,
      generationIdOrMemberEpoch: member.generationId,
      topics: offsets,
    });
    const topics = ['one', 'three'].map((name) => ({ name, partitions: [{ partitionIndex: 0 }] }));
    await peer.ask(offsetDelete, version, { groupId, topics });
    await peer.ask(offsetFetch, 7, { groupId, topics: null });
  }),
);

const simple = conversation('a group that only commits', [0, 5], async (peer, version) => {
  const groupId = `only-commits-${version}`;
  const at = (committedOffset: number, partitionIndex = 0) => [
    { name: 'three', partitions: [{ partitionIndex, committedOffset, committedMetadata: null }] },
  ];
  await peer.ask(offsetCommit, 2, { groupId, retentionTimeMs: 60_000, topics: at(3) });
  await peer.ask(describeGroups, 5, { groups: [groupId] });
  await peer.ask(offsetFetch, 5, { groupId, topics: null });
  await peer.ask(offsetDelete, 0, {
    groupId,
    topics: [{ name: 'three', partitions: [{ partitionIndex: 0 }, { partitionIndex: 1 }] }],
  });
  await peer.ask(offsetFetch, 5, { groupId, topics: null });
  await peer.ask(describeGroups, 5, { groups: [groupId] });
  await peer.ask(joinGroup, version, join(groupId));
  await peer.ask(describeGroups, 6, { groups: [groupId] });
  await peer.ask(offsetCommit, 7, { groupId, topics: at(4) });
});

export const groupOffsetCases: readonly AnswerCase[] = [
  commits,
  fetches,
  fetchesOfGroups,
  deletedOffsets,
  ...oddSubscriptions,
  simple,
];
