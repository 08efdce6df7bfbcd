import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { RequestOf, ResponseInput } from '../../src/protocol/message.ts';
import type { vote } from '../../src/protocol/messages/52-vote.ts';
import type { beginQuorumEpoch } from '../../src/protocol/messages/53-begin-quorum-epoch.ts';
import type { endQuorumEpoch } from '../../src/protocol/messages/54-end-quorum-epoch.ts';
import type { describeQuorum } from '../../src/protocol/messages/55-describe-quorum.ts';
import type { ReplicaProgress } from './leader-progress.ts';
import type { RaftCore } from './raft-core.ts';
import { METADATA_TOPIC } from './raft-log.ts';
import { grantsVote, isUpToDate } from './vote-rules.ts';

/** Answers of a voter to the calls of others: Vote, BeginQuorumEpoch, EndQuorumEpoch, and DescribeQuorum. */
export class RaftRequests {
  readonly #core: RaftCore;

  constructor(core: RaftCore) {
    this.#core = core;
  }

  vote(request: RequestOf<typeof vote>): ResponseInput<typeof vote> {
    const partition = this.#only(request.topics);
    if (!this.#isOurCluster(request.clusterId)) return { errorCode: ErrorCode.INCONSISTENT_CLUSTER_ID };
    if (partition === undefined) return { errorCode: ErrorCode.INVALID_REQUEST };
    const core = this.#core;
    const answer = (errorCode: ErrorCode, voteGranted: boolean): ResponseInput<typeof vote> =>
      this.#voteResponse(errorCode, voteGranted);
    const { replicaEpoch, lastOffsetEpoch, preVote } = partition;
    if (request.voterId >= 0 && request.voterId !== core.nodeId)
      return answer(ErrorCode.INVALID_VOTER_KEY, false);
    if (replicaEpoch < core.epoch) return answer(ErrorCode.FENCED_LEADER_EPOCH, false);
    const lastEpochMax = preVote ? replicaEpoch : replicaEpoch - 1;
    if (partition.lastOffset < 0 || lastOffsetEpoch < 0 || lastOffsetEpoch > lastEpochMax) {
      return answer(ErrorCode.INVALID_REQUEST, false);
    }
    if (replicaEpoch > core.epoch) core.becomeUnattached(replicaEpoch);
    const { log } = core.options;
    const candidate = { id: partition.replicaId, directoryId: partition.replicaDirectoryId };
    const logUpToDate = isUpToDate(
      { epoch: lastOffsetEpoch, offset: partition.lastOffset },
      { epoch: log.lastEpoch, offset: log.endOffset },
    );
    const granted = grantsVote(core.state, core.election, { candidate, preVote, logUpToDate });
    if (granted && !preVote && core.election.votedId === -1) core.voteFor(candidate);
    return answer(ErrorCode.NONE, granted);
  }

  #voteResponse(errorCode: ErrorCode, voteGranted: boolean): ResponseInput<typeof vote> {
    const { leaderId, epoch } = this.#core;
    const partition = { partitionIndex: 0, errorCode, leaderId, leaderEpoch: epoch, voteGranted };
    return { topics: [{ topicName: METADATA_TOPIC, partitions: [partition] }] };
  }

  beginQuorumEpoch(request: RequestOf<typeof beginQuorumEpoch>): ResponseInput<typeof beginQuorumEpoch> {
    const partition = this.#only(request.topics);
    if (!this.#isOurCluster(request.clusterId)) return { errorCode: ErrorCode.INCONSISTENT_CLUSTER_ID };
    if (partition === undefined) return { errorCode: ErrorCode.INVALID_REQUEST };
    const core = this.#core;
    const error = this.#checkLeaderCall(partition.leaderId, partition.leaderEpoch);
    if (error === ErrorCode.NONE) core.observeLeader(partition.leaderEpoch, partition.leaderId);
    return this.#epochResponse(error);
  }

  endQuorumEpoch(request: RequestOf<typeof endQuorumEpoch>): ResponseInput<typeof endQuorumEpoch> {
    const partition = this.#only(request.topics);
    if (!this.#isOurCluster(request.clusterId)) return { errorCode: ErrorCode.INCONSISTENT_CLUSTER_ID };
    if (partition === undefined) return { errorCode: ErrorCode.INVALID_REQUEST };
    const error = this.#checkLeaderCall(partition.leaderId, partition.leaderEpoch);
    if (error === ErrorCode.NONE) {
      const core = this.#core;
      core.observe(partition.leaderEpoch, partition.leaderId);
      const preferred = partition.preferredCandidates.map((candidate) => candidate.candidateId);
      const order = preferred.length > 0 ? preferred : partition.preferredSuccessors;
      if (core.state.role === 'follower' && core.isVoter) this.#standSoon(order.indexOf(core.nodeId));
    }
    return this.#epochResponse(error);
  }

  /** The leader is leaving: the first of its successors stands at once, the others later and later. */
  #standSoon(position: number): void {
    const core = this.#core;
    const { electionBackoffMaxMs, retryBackoffMs } = core.timeouts;
    if (position < 0) return;
    const delayMs = position === 0 ? 0 : Math.min(electionBackoffMaxMs, retryBackoffMs * 10 * 2 ** position);
    core.setRoleTimer(delayMs, () => core.becomeProspective());
  }

  /** One epoch has one leader, a voter, and ours is not behind it. */
  #checkLeaderCall(leaderId: number, leaderEpoch: number): ErrorCode {
    const core = this.#core;
    if (leaderEpoch < core.epoch) return ErrorCode.FENCED_LEADER_EPOCH;
    if (leaderEpoch === core.epoch && core.leaderId !== -1 && core.leaderId !== leaderId) {
      return ErrorCode.INVALID_REQUEST;
    }
    return core.voters.has(leaderId) ? ErrorCode.NONE : ErrorCode.INVALID_REQUEST;
  }

  #epochResponse(errorCode: ErrorCode) {
    const { leaderId, epoch } = this.#core;
    const partition = { partitionIndex: 0, errorCode, leaderId, leaderEpoch: epoch };
    return { topics: [{ topicName: METADATA_TOPIC, partitions: [partition] }] };
  }

  describeQuorum(request: RequestOf<typeof describeQuorum>): ResponseInput<typeof describeQuorum> {
    const core = this.#core;
    const { state } = core;
    if (this.#only(request.topics) === undefined) {
      return quorumFailure(request.topics, {
        errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        errorMessage: 'This server does not host this topic-partition.',
      });
    }
    if (state.role !== 'leader') {
      return quorumFailure(request.topics, {
        errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER,
        errorMessage: 'this node does not lead the quorum',
      });
    }
    const { log, environment, voters, endpoints } = core.options;
    const nowMs = environment.clock.nowMs();
    const describe = (replica: ReplicaProgress) => {
      const isSelf = replica.id === core.nodeId;
      return {
        replicaId: replica.id,
        replicaDirectoryId: replica.directoryId,
        logEndOffset: isSelf ? log.endOffset : replica.endOffset,
        lastFetchTimestamp: isSelf ? nowMs : replica.lastFetchMs,
        lastCaughtUpTimestamp: isSelf ? nowMs : replica.lastCaughtUpMs,
      };
    };
    const partition = {
      partitionIndex: 0,
      errorMessage: null,
      leaderId: core.nodeId,
      leaderEpoch: core.epoch,
      highWatermark: log.highWatermark,
      currentVoters: [...state.progress.voters].map(describe),
      observers: state.progress.observers(nowMs).map(describe),
    };
    return {
      errorMessage: null,
      topics: [{ topicName: METADATA_TOPIC, partitions: [partition] }],
      nodes: voters.map(({ id, address }) => ({
        nodeId: id,
        listeners: id === core.nodeId ? endpoints() : [{ name: 'CONTROLLER', ...address }],
      })),
    };
  }

  #isOurCluster(clusterId: string | null): boolean {
    return clusterId === null || clusterId === this.#core.options.clusterId;
  }

  /** The partition of a request that must be about `__cluster_metadata-0` and nothing else. */
  #only<P extends { readonly partitionIndex: number }>(
    topics: readonly { readonly topicName: string; readonly partitions: readonly P[] }[],
  ): P | undefined {
    const topic = topics[0];
    const partition = topic?.partitions[0];
    const isOne = topics.length === 1 && topic?.partitions.length === 1;
    return isOne && topic.topicName === METADATA_TOPIC && partition?.partitionIndex === 0
      ? partition
      : undefined;
  }
}

/** Errors of DescribeQuorum belong to the partitions that were asked for, as in Kafka. */
function quorumFailure(
  topics: RequestOf<typeof describeQuorum>['topics'],
  failure: { readonly errorCode: ErrorCode; readonly errorMessage: string },
): ResponseInput<typeof describeQuorum> {
  return {
    topics: topics.map(({ topicName, partitions }) => ({
      topicName,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, ...failure })),
    })),
  };
}
