import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { RequestOf, ResponseInput } from '../../src/protocol/message.ts';
import type { fetch } from '../../src/protocol/messages/01-fetch.ts';
import type { LeaderDuties } from './leader-duties.ts';
import type { RaftCore } from './raft-core.ts';
import { METADATA_TOPIC, METADATA_TOPIC_ID, type OffsetAndEpoch, type RaftLog } from './raft-log.ts';
import type { LeaderState } from './raft-state.ts';

type FetchResponse = ResponseInput<typeof fetch>;
type RequestedPartition = RequestOf<typeof fetch>['topics'][number]['partitions'][number];

const WAIT_MAX_MS = 60_000;

/**
 * Answers Fetch of the metadata partition: by a leader with records from the end of its log, or with the epoch from
 * which the replica's log differs; after a wait when there is neither. A fetch tells how far the replica is, and
 * moves the high watermark.
 */
export class LeaderFetch {
  readonly #core: RaftCore;
  readonly #duties: LeaderDuties;
  #anonymous = -1;

  constructor(core: RaftCore, duties: LeaderDuties) {
    this.#core = core;
    this.#duties = duties;
  }

  answer(request: RequestOf<typeof fetch>, version: number): Promise<FetchResponse> {
    const core = this.#core;
    const partition = onlyPartition(request, version);
    if (request.clusterId !== null && request.clusterId !== core.options.clusterId) {
      return Promise.resolve({ errorCode: ErrorCode.INCONSISTENT_CLUSTER_ID });
    }
    if (partition === undefined) return Promise.resolve({ errorCode: ErrorCode.INVALID_REQUEST });
    const { state } = core;
    const error = this.#check(partition);
    if (error !== ErrorCode.NONE || state.role !== 'leader')
      return Promise.resolve(this.#response({ error }));
    const { log } = core.options;
    const diverging = divergence(log, { offset: partition.fetchOffset, epoch: partition.lastFetchedEpoch });
    if (diverging !== null) return Promise.resolve(this.#response({ diverging }));

    const replicaId = version >= 15 ? request.replicaState.replicaId : request.replicaId;
    if (replicaId >= 0) this.#recordFetch(state, replicaId, partition);
    const records = this.#read(request, partition);
    const isNews = records.length > 0 || log.highWatermark > partition.highWatermark;
    if (isNews || request.maxWaitMs <= 0 || core.state !== state) {
      return Promise.resolve(this.#response({ records }));
    }
    return this.#wait(request, partition, replicaId);
  }

  #recordFetch(state: LeaderState, id: number, partition: RequestedPartition): void {
    const { log, environment } = this.#core.options;
    const hasMajority = state.progress.recordFetch(
      { id, directoryId: partition.replicaDirectoryId },
      partition.fetchOffset,
      { endOffset: log.endOffset, nowMs: environment.clock.nowMs() },
    );
    if (hasMajority) this.#duties.restartQuorumCheck();
    this.#duties.advance(state);
  }

  #wait(
    request: RequestOf<typeof fetch>,
    partition: RequestedPartition,
    replicaId: number,
  ): Promise<FetchResponse> {
    const slot = replicaId >= 0 ? replicaId : --this.#anonymous;
    return new Promise((resolve) => {
      const answer = (): void => {
        const error = this.#check(partition);
        if (error === ErrorCode.NONE) resolve(this.#response({ records: this.#read(request, partition) }));
        else resolve(this.#response({ error }));
      };
      const { fetchOffset, highWatermark } = partition;
      this.#duties.parked.park(
        { replicaId: slot, fetchOffset, highWatermark, answer },
        Math.min(request.maxWaitMs, WAIT_MAX_MS),
      );
    });
  }

  #check(partition: RequestedPartition): ErrorCode {
    const core = this.#core;
    const { currentLeaderEpoch } = partition;
    if (core.isClosed) return ErrorCode.BROKER_NOT_AVAILABLE;
    if (currentLeaderEpoch >= 0 && currentLeaderEpoch < core.epoch) return ErrorCode.FENCED_LEADER_EPOCH;
    if (currentLeaderEpoch > core.epoch) return ErrorCode.UNKNOWN_LEADER_EPOCH;
    if (core.state.role !== 'leader') return ErrorCode.NOT_LEADER_OR_FOLLOWER;
    const { log } = core.options;
    if (partition.fetchOffset < log.startOffset) return ErrorCode.OFFSET_OUT_OF_RANGE;
    return ErrorCode.NONE;
  }

  #read(request: RequestOf<typeof fetch>, partition: RequestedPartition): readonly Buffer[] {
    const { log } = this.#core.options;
    const bytesMax = Math.max(1, Math.min(request.maxBytes, partition.partitionMaxBytes));
    if (partition.fetchOffset >= log.endOffset) return [];
    return log.read(partition.fetchOffset, log.endOffset, bytesMax);
  }

  #response(result: {
    readonly error?: ErrorCode;
    readonly diverging?: OffsetAndEpoch;
    readonly records?: readonly Buffer[];
  }): FetchResponse {
    const core = this.#core;
    const { log } = core.options;
    const { diverging } = result;
    const leaderId = core.state.role === 'resigned' ? -1 : core.leaderId;
    const partition = {
      partitionIndex: 0,
      errorCode: result.error ?? ErrorCode.NONE,
      highWatermark: core.state.role === 'leader' ? log.highWatermark : -1,
      logStartOffset: log.startOffset,
      currentLeader: { leaderId, leaderEpoch: core.epoch },
      ...(diverging === undefined
        ? {}
        : { divergingEpoch: { epoch: diverging.epoch, endOffset: diverging.offset } }),
      abortedTransactions: null,
      records: result.records ?? null,
    };
    return { responses: [{ topic: METADATA_TOPIC, topicId: METADATA_TOPIC_ID, partitions: [partition] }] };
  }
}

/**
 * Where a replica's log leaves the leader's, given where it ends, or null when the leader's goes on from there. A
 * replica that tells no epoch (-1) is trusted: it is a consumer that looks at the log.
 */
function divergence(log: RaftLog, end: OffsetAndEpoch): OffsetAndEpoch | null {
  if (end.epoch < 0 || (end.offset === 0 && end.epoch === 0)) return null;
  const own = log.endOffsetForEpoch(end.epoch);
  return own.epoch !== end.epoch || own.offset < end.offset ? own : null;
}

function onlyPartition(request: RequestOf<typeof fetch>, version: number): RequestedPartition | undefined {
  const topic = request.topics[0];
  if (request.topics.length !== 1 || topic?.partitions.length !== 1) return undefined;
  const isOurs = version >= 13 ? topic.topicId === METADATA_TOPIC_ID : topic.topic === METADATA_TOPIC;
  const partition = topic.partitions[0];
  return isOurs && partition?.partition === 0 ? partition : undefined;
}
