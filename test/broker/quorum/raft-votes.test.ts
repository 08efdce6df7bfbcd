import { expect, test } from 'vitest';
import type { RequestOf } from '../../../src/protocol/message.ts';
import { decodeStruct, encodeStruct } from '../../../src/protocol/codec.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { vote } from '../../../src/protocol/messages/52-vote.ts';
import { dataBatch } from '../../../broker/quorum/raft-batch.ts';
import { SimulatedQuorum, type SimulatedNode } from './simulated-quorum.ts';

interface Ballot {
  readonly from: number;
  readonly epoch: number;
  readonly preVote?: boolean;
  readonly lastOffset?: number;
  readonly lastOffsetEpoch?: number;
  readonly voterId?: number;
  readonly clusterId?: string;
}

function requestOf(ballot: Ballot): RequestOf<typeof vote> {
  const partition = {
    partitionIndex: 0,
    replicaEpoch: ballot.epoch,
    replicaId: ballot.from,
    lastOffsetEpoch: ballot.lastOffsetEpoch ?? 0,
    lastOffset: ballot.lastOffset ?? 0,
    preVote: ballot.preVote ?? false,
  };
  const request = {
    clusterId: ballot.clusterId ?? 'simulated',
    voterId: ballot.voterId ?? 1,
    topics: [{ topicName: '__cluster_metadata', partitions: [partition] }],
  };
  return decodeStruct(vote.request, 2, encodeStruct(vote.request, 2, request));
}

function ask(node: SimulatedNode, ballot: Ballot) {
  const response = node.raft.vote(requestOf(ballot));
  return { top: response.errorCode ?? 0, ...response.topics?.[0]?.partitions?.[0] };
}

async function oneVoterOfThree(): Promise<{ quorum: SimulatedQuorum; node: SimulatedNode }> {
  const quorum = new SimulatedQuorum(1, { voters: 3 });
  const node = quorum.nodes.get(1);
  if (node === undefined) throw new Error('no node 1');
  await quorum.start(node);
  return { quorum, node };
}

test('a vote is remembered over a crash: nobody else gets one in the same epoch', async () => {
  const { quorum, node } = await oneVoterOfThree();
  expect(ask(node, { from: 2, epoch: 5 })).toMatchObject({ errorCode: ErrorCode.NONE, voteGranted: true });
  quorum.crash(node);
  await quorum.start(node);
  expect(ask(node, { from: 3, epoch: 5 })).toMatchObject({ voteGranted: false, leaderEpoch: 5 });
  expect(ask(node, { from: 2, epoch: 5 })).toMatchObject({ voteGranted: true });
  expect(ask(node, { from: 3, epoch: 6 })).toMatchObject({ voteGranted: true, leaderEpoch: 6 });
});

test('a pre-vote binds nobody, but a later epoch is taken up', async () => {
  const { node } = await oneVoterOfThree();
  expect(ask(node, { from: 2, epoch: 4, preVote: true })).toMatchObject({
    voteGranted: true,
    leaderEpoch: 4,
  });
  expect(ask(node, { from: 3, epoch: 4, preVote: true })).toMatchObject({ voteGranted: true });
  expect(ask(node, { from: 3, epoch: 4 })).toMatchObject({ voteGranted: true });
});

test('promises nothing before it knows what it has promised', async () => {
  const { quorum, node } = await oneVoterOfThree();
  expect(ask(node, { from: 2, epoch: 5 })).toMatchObject({ voteGranted: true });
  quorum.crash(node);
  void quorum.start(node);
  // The node is up, but has not read its disk.
  expect(ask(node, { from: 3, epoch: 5 }).top).toBe(ErrorCode.BROKER_NOT_AVAILABLE);
  await quorum.run(0);
  expect(ask(node, { from: 3, epoch: 5 })).toMatchObject({ voteGranted: false });
});

test('an outdated candidate is told the epoch, one with a shorter log is refused', async () => {
  const { node } = await oneVoterOfThree();
  node.log.appendAsLeader(dataBatch([Buffer.from('x')], 0), 3);
  expect(ask(node, { from: 2, epoch: 7, lastOffset: 9, lastOffsetEpoch: 2 })).toMatchObject({
    voteGranted: false,
  });
  expect(ask(node, { from: 2, epoch: 7, lastOffset: 0, lastOffsetEpoch: 3 })).toMatchObject({
    voteGranted: false,
  });
  expect(ask(node, { from: 2, epoch: 6 })).toMatchObject({
    errorCode: ErrorCode.FENCED_LEADER_EPOCH,
    leaderEpoch: 7,
    voteGranted: false,
  });
  expect(ask(node, { from: 2, epoch: 7, lastOffset: 1, lastOffsetEpoch: 3 })).toMatchObject({
    voteGranted: true,
  });
});

test('what is not meant for this voter or cluster is refused', async () => {
  const { node } = await oneVoterOfThree();
  expect(ask(node, { from: 2, epoch: 3, voterId: 2 })).toMatchObject({
    errorCode: ErrorCode.INVALID_VOTER_KEY,
  });
  expect(ask(node, { from: 2, epoch: 3, clusterId: 'another' }).top).toBe(ErrorCode.INCONSISTENT_CLUSTER_ID);
  // A candidate's last record can not be of the epoch that it stands for.
  expect(ask(node, { from: 2, epoch: 3, lastOffset: 1, lastOffsetEpoch: 3 })).toMatchObject({
    errorCode: ErrorCode.INVALID_REQUEST,
  });
  expect(node.raft.epoch).toBe(0);
});

test('followers of a living leader refuse pre-votes; a leader refuses all', async () => {
  const quorum = new SimulatedQuorum(7, { voters: 3 });
  await quorum.startAll();
  await quorum.run(5000);
  const { leader } = quorum;
  if (leader === undefined) throw new Error('no leader');
  for (const node of quorum.nodes.values()) {
    const ballot = { from: 9, epoch: node.raft.epoch, voterId: node.id, lastOffset: 999, preVote: true };
    expect(ask(node, ballot)).toMatchObject({ voteGranted: false, leaderId: leader.id });
  }
});

test('a leader that is cut off resigns, and its epoch is over', async () => {
  const quorum = new SimulatedQuorum(11, { voters: 3 });
  await quorum.startAll();
  await quorum.run(5000);
  const old = quorum.leader;
  if (old === undefined) throw new Error('no leader');
  const epoch = old.raft.epoch;
  for (const node of quorum.nodes.values()) if (node !== old) quorum.cut(old.id, node.id);
  await quorum.run(10_000);
  expect(old.raft.role).not.toBe('leader');
  expect(quorum.leader?.raft.epoch).toBeGreaterThan(epoch);
  expect(old.raft.append([Buffer.from('late')], epoch)).toBeNull();
});

test('a leader that is closed hands over at once', async () => {
  const quorum = new SimulatedQuorum(13, { voters: 3 });
  await quorum.startAll();
  await quorum.run(5000);
  const old = quorum.leader;
  if (old === undefined) throw new Error('no leader');
  void old.raft.close();
  // Far below the fetch timeout of 2000 ms.
  await quorum.time.run(1000);
  old.up = false;
  expect(quorum.leader?.id).not.toBe(old.id);
  expect(quorum.leader).toBeDefined();
});

test.each([
  { fetchTimeoutMs: 100, requestTimeoutMs: 2000 },
  { fetchTimeoutMs: 2000, requestTimeoutMs: 100 },
])('an idle leader is not given up with %o', async (timeouts) => {
  const quorum = new SimulatedQuorum(1, { voters: 3, timeouts });
  quorum.delayMaxMs = 5;
  await quorum.startAll();
  await quorum.run(5000);
  const epoch = quorum.leader?.raft.epoch;
  await quorum.run(60_000);
  expect(quorum.leader?.raft.epoch).toBe(epoch);
});
