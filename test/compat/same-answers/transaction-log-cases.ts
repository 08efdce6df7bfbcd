import { findCoordinator } from '../../../src/protocol/messages/10-find-coordinator.ts';
import { deleteRecords } from '../../../src/protocol/messages/21-delete-records.ts';
import { writeTxnMarkers } from '../../../src/protocol/messages/27-write-txn-markers.ts';
import { deleteGroups } from '../../../src/protocol/messages/42-delete-groups.ts';
import { offsetDelete } from '../../../src/protocol/messages/47-offset-delete.ts';
import { describeGroups } from '../../../src/protocol/messages/15-describe-groups.ts';
import { type AnswerCase, conversation } from './answer-case.ts';
import { stable } from './group-requests.ts';
import type { Peer } from './peer.ts';
import { makeTopic } from './record-requests.ts';
import { noteGroup, noteTopic } from './transaction-notes.ts';
import { TransactionalProducer } from './transactional-producer.ts';

/** A producer that has its id, and a topic of three partitions. */
export async function begun(peer: Peer, name: string): Promise<TransactionalProducer> {
  await makeTopic(peer, name, 3);
  const producer = new TransactionalProducer(peer, name, `id-${name}`);
  await peer.send(findCoordinator, 4, { keyType: 1, coordinatorKeys: [producer.transactionalId] });
  // An epoch that has one before it: markers of negative epochs are refused by ours, and an unknown error of Kafka.
  await producer.init();
  await producer.init();
  return producer;
}

const FIRST_TV2 = 12;
const endVersion = (version: number): number => (version >= FIRST_TV2 ? 5 : 3);

const appends = conversation('Produce in a transaction', [3, 9, 10, 11, 12, 13], async (peer, version) => {
  const topic = `in-transaction-${version}`;
  const producer = await begun(peer, topic);
  const { producerEpoch } = producer;
  // Nobody has added the partition; from v12 on the produce does so.
  await producer.send(version, 0, ['a']);
  if (version < FIRST_TV2) await producer.addPartition(0);
  await producer.send(version, 0, ['a', 'b']);
  await noteTopic(peer, topic, [0]);
  await producer.send(version, 0, ['a', 'b'], { baseSequence: 0 });
  await producer.send(version, 0, ['x'], { baseSequence: 9 });
  await producer.send(version, 0, ['x'], { isTransactional: false });
  await producer.send(version, 0, ['x'], { transactionalId: null });
  await producer.send(version, 0, ['x'], { producerEpoch: producerEpoch - 1 });
  await producer.send(version, 0, ['x'], { producerEpoch: producerEpoch + 1, baseSequence: 0 });
  await producer.send(version, 1, ['x'], { producerEpoch: producerEpoch + 1, baseSequence: 0 });
  await producer.send(version, 1, ['x'], { transactionalId: 'nobody' });
  await producer.send(version, 1, ['x'], { producerId: producer.producerId + 700, baseSequence: 0 });
  await producer.send(version, 1, ['x'], { baseSequence: 3 });
  await producer.send(version, 7, ['x']);
  await producer.send(version, 0, ['c']);
  await producer.end(true, endVersion(version));
  await noteTopic(peer, topic, [0, 1]);
  // Late, and not part of the next transaction.
  await producer.send(version, 0, ['late'], { producerEpoch, baseSequence: 3 });
  await producer.send(version, 0, ['outside'], { isTransactional: false });
  await noteTopic(peer, topic, [0]);
  if (version < FIRST_TV2) await producer.addPartition(0);
  await producer.send(version, 0, ['d']);
  await producer.end(false, endVersion(version));
  await noteTopic(peer, topic, [0, 1]);
});

const fenced = conversation('a producer that was fenced', [9, 11, 12], async (peer, version) => {
  const topic = `fenced-${version}`;
  const producer = await begun(peer, topic);
  if (version < FIRST_TV2) await producer.addPartition(0);
  await producer.send(version, 0, ['a']);
  const other = new TransactionalProducer(peer, topic, producer.transactionalId);
  await other.init();
  await producer.send(version, 0, ['b']);
  await producer.send(version, 1, ['b']);
  await producer.end(true, endVersion(version));
  if (version < FIRST_TV2) await other.addPartition(0);
  await other.send(version, 0, ['c']);
  await noteTopic(peer, topic, [0, 1]);
  await other.end(true, endVersion(version));
  await noteTopic(peer, topic, [0, 1]);
});

const markers = conversation('WriteTxnMarkers', [1, 2], async (peer, version) => {
  const topic = `markers-${version}`;
  const producer = await begun(peer, topic);
  await producer.addPartition(0);
  await producer.send(11, 0, ['a']);
  const { producerEpoch, producerId } = producer;
  await producer.mark(version, 0, { producerEpoch: producerEpoch - 1 });
  await producer.mark(version, 9);
  await producer.mark(version, 0, { topics: [{ name: 'missing', partitionIndexes: [0] }] });
  await producer.mark(version, 1, { coordinatorEpoch: 7 });
  await producer.mark(version, 1, { coordinatorEpoch: 6 });
  await producer.mark(version, 1, { coordinatorEpoch: 6, producerEpoch: producerEpoch - 1 });
  await producer.mark(version, 1, { producerId: producerId + 900, transactionResult: true });
  await noteTopic(peer, topic, [0, 1]);
  if (version >= 2) {
    for (const transactionVersion of [2, 1, 2]) {
      await producer.mark(version, 2, { transactionVersion, producerEpoch: producerEpoch + 1 });
      await noteTopic(peer, topic, [2]);
    }
    await producer.mark(version, 0, { transactionVersion: 2 });
    await producer.mark(version, 0, { transactionVersion: 3, producerEpoch: producerEpoch + 1 });
    await noteTopic(peer, topic, [0]);
  }
  await producer.mark(version, 0);
  await noteTopic(peer, topic, [0]);
  const { transactionalId } = producer;
  const again = new TransactionalProducer(peer, topic, transactionalId);
  await again.init();
  await peer.ask(writeTxnMarkers, version, { markers: [] });
  const marker = {
    producerId,
    producerEpoch: producerEpoch + 5,
    transactionResult: true,
    coordinatorEpoch: 9,
    topics: [
      { name: topic, partitionIndexes: [0, 1, 2, 8] },
      { name: 'missing', partitionIndexes: [0] },
      { name: '__consumer_offsets', partitionIndexes: [0] },
    ],
  };
  await peer.ask(writeTxnMarkers, version, {
    markers: [marker, { ...marker, producerEpoch: producerEpoch + 4 }],
  });
  await noteTopic(peer, topic, [0, 1, 2]);
});

const deleted = conversation('DeleteRecords within an open transaction', [11], async (peer, version) => {
  const topic = `deleted-in-transaction-${version}`;
  const producer = await begun(peer, topic);
  await producer.addPartition(0);
  await producer.send(version, 0, ['a', 'b', 'c']);
  const upTo = (offset: number) => ({
    topics: [{ name: topic, partitions: [{ partitionIndex: 0, offset }] }],
    timeoutMs: 1000,
  });
  await peer.ask(deleteRecords, 2, upTo(2));
  await noteTopic(peer, topic, [1]);
  await producer.end(false);
  await peer.ask(deleteRecords, 2, upTo(-1));
});

const offsets = conversation('TxnOffsetCommit', [0, 2, 3, 4, 5], async (peer, version) => {
  const topic = `offsets-in-transaction-${version}`;
  const producer = await begun(peer, topic);
  const isTv2 = version >= 5;
  const end = (committed: boolean) => producer.end(committed, isTv2 ? 5 : 3);
  const groupId = `transactional-${version}`;
  const commit = (offset: number, rest = {}, group = groupId) =>
    producer.commitOffset(version, group, offset, rest);
  await peer.send(findCoordinator, 4, { keyType: 0, coordinatorKeys: [groupId] });
  // Nobody has added the group; from v5 on the commit does so.
  await commit(1);
  if (!isTv2) await producer.addOffsets(groupId);
  await commit(1);
  await noteGroup(peer, groupId, [producer]);
  await commit(2, {}, '');
  const at = (name: string, partitionIndex = 0, committedMetadata: string | null = null) => ({
    name,
    partitions: [{ partitionIndex, committedOffset: 4, committedMetadata }],
  });
  await commit(2, { topics: [at('missing'), at('three', 9), at('one', 0, 'x'.repeat(4097))] });
  await commit(2, { topics: [] });
  await commit(2, { producerEpoch: producer.producerEpoch + 1 });
  await commit(2, { producerEpoch: producer.producerEpoch - 1 });
  await commit(2, { producerId: producer.producerId + 700 });
  await commit(2, { transactionalId: 'nobody' });
  await end(true);
  await noteGroup(peer, groupId, [producer]);
  if (!isTv2) await producer.addOffsets(groupId);
  await commit(3);
  await end(false);
  await noteGroup(peer, groupId, [producer]);
  if (version < 3) return;
  await commit(3, { generationIdOrMemberEpoch: 1, memberId: 'm' }, `unknown-${groupId}`);
  const active = `active-${groupId}`;
  const member = await stable(peer, active);
  if (!isTv2) await producer.addOffsets(active);
  const by = (memberId: string, generationIdOrMemberEpoch: number, groupInstanceId: string | null = null) =>
    commit(5, { memberId, generationIdOrMemberEpoch, groupInstanceId }, active);
  await by('', -1);
  await by('nobody', member.generationId);
  await by('nobody', -1);
  await by('', member.generationId);
  await by(member.memberId, member.generationId + 1);
  await by(member.memberId, -1);
  await by(member.memberId, member.generationId, 'instance');
  await by(member.memberId, member.generationId);
  await peer.ask(describeGroups, 5, { groups: [active] });
  await end(true);
  await noteGroup(peer, active, [producer]);
});

const removed = conversation('offsets that are pending and removed', [3, 5], async (peer, version) => {
  const producer = await begun(peer, `removed-in-transaction-${version}`);
  const groupId = `removed-${version}`;
  const isTv2 = version >= 5;
  await peer.send(findCoordinator, 4, { keyType: 0, coordinatorKeys: [groupId] });
  if (!isTv2) await producer.addOffsets(groupId);
  await producer.commitOffset(version, groupId, 1);
  const partitions = [{ partitionIndex: 0 }, { partitionIndex: 1 }];
  await peer.ask(offsetDelete, 0, { groupId, topics: [{ name: 'one', partitions }] });
  await noteGroup(peer, groupId, [producer]);
  await producer.commitOffset(version, groupId, 2);
  await noteGroup(peer, groupId, [producer]);
  await peer.ask(deleteGroups, 2, { groupsNames: [groupId] });
  await noteGroup(peer, groupId, [producer]);
  await producer.commitOffset(version, groupId, 3);
  await producer.end(true, isTv2 ? 5 : 3);
  await noteGroup(peer, groupId, [producer]);
  await peer.ask(deleteGroups, 2, { groupsNames: [groupId] });
  await peer.ask(describeGroups, 5, { groups: [groupId] });
});

export const transactionLogCases: readonly AnswerCase[] = [
  appends,
  fenced,
  markers,
  deleted,
  offsets,
  removed,
];
