import { OperationalError } from '../../src/base/errors.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { fetch } from '../../src/protocol/messages/01-fetch.ts';
import type { ResponseOf } from '../../src/protocol/message.ts';
import type { RaftCore } from './raft-core.ts';
import { METADATA_TOPIC_ID } from './raft-log.ts';
import { fetchWaitMaxMs } from './raft-options.ts';
import type { RaftPeers } from './raft-peers.ts';
import type { FollowerState, UnattachedState } from './raft-state.ts';

/** The first version in which a follower tells its high watermark, so that the leader answers when that moves (KIP-1166). */
const FETCH_VERSION = 18;
const FETCH_BYTES_MAX = 8 * 1024 * 1024;

type FetchedPartition = ResponseOf<typeof fetch>['responses'][number]['partitions'][number];

/**
 * Pulls the log from the leader: one fetch after another, each asking from the end of what is on this node's disk,
 * which thereby is acknowledged. An observer without a leader asks the voters in turn, and learns who leads.
 */
export class FollowerFetcher {
  readonly #core: RaftCore;
  readonly #peers: RaftPeers;
  /** Something was appended or cut since the last sync; at first nobody knows. */
  #isUnsynced = true;

  constructor(core: RaftCore, peers: RaftPeers) {
    this.#core = core;
    this.#peers = peers;
  }

  begin(state: FollowerState): void {
    this.#restartFetchTimer(state);
    void this.#run(state, () => this.#core.leaderId);
  }

  beginAsObserver(state: UnattachedState): void {
    const { options } = this.#core;
    void this.#run(
      state,
      () => options.voters[options.environment.random.int(options.voters.length)]?.id ?? -1,
    );
  }

  #restartFetchTimer(state: FollowerState): void {
    const core = this.#core;
    core.setRoleTimer(core.timeouts.fetchTimeoutMs, () => {
      if (core.state !== state) return;
      if (core.isVoter) core.becomeProspective();
      else core.becomeUnattached(core.epoch);
    });
  }

  async #run(state: FollowerState | UnattachedState, target: () => number): Promise<void> {
    const core = this.#core;
    const { log, environment } = core.options;
    while (core.state === state && !core.isClosed) {
      let response: ResponseOf<typeof fetch>;
      try {
        if (this.#isUnsynced) {
          this.#isUnsynced = false;
          await log.flush();
        }
      } catch (error) {
        core.fail(error);
        return;
      }
      if (core.state !== state || core.isClosed) return;
      try {
        response = await this.#peers.send(target(), this.#request(), core.timeouts.requestTimeoutMs);
      } catch (error) {
        core.failIfBroken(error);
        await environment.timers.sleep(core.timeouts.retryBackoffMs);
        continue;
      }
      let madeProgress = false;
      core.guard(() => {
        if (core.state === state) madeProgress = this.#handle(state, response);
      });
      if (!madeProgress && core.state === state) await environment.timers.sleep(core.timeouts.retryBackoffMs);
    }
  }

  #request() {
    const { options, epoch, nodeId, timeouts } = this.#core;
    const { log } = options;
    const partition = {
      partition: 0,
      currentLeaderEpoch: epoch,
      fetchOffset: log.endOffset,
      lastFetchedEpoch: log.lastEpoch,
      logStartOffset: log.startOffset,
      partitionMaxBytes: FETCH_BYTES_MAX,
      replicaDirectoryId: options.directoryId,
      highWatermark: log.highWatermark,
    };
    const body = {
      clusterId: options.clusterId,
      replicaState: { replicaId: nodeId, replicaEpoch: -1 },
      maxWaitMs: fetchWaitMaxMs(timeouts),
      minBytes: 1,
      maxBytes: FETCH_BYTES_MAX,
      topics: [{ topicId: METADATA_TOPIC_ID, partitions: [partition] }],
    };
    return { api: fetch, version: FETCH_VERSION, body } as const;
  }

  /** @returns true when the next fetch may go out at once. */
  #handle(state: FollowerState | UnattachedState, response: ResponseOf<typeof fetch>): boolean {
    const core = this.#core;
    const partition = response.responses[0]?.partitions[0];
    if (response.errorCode !== ErrorCode.NONE || partition === undefined) return false;
    const { leaderId, leaderEpoch } = partition.currentLeader;
    core.observe(leaderEpoch, leaderId);
    if (core.state !== state || state.role !== 'follower') return false;
    if (partition.errorCode !== ErrorCode.NONE || leaderEpoch !== core.epoch) return false;
    state.hasFetched = true;
    this.#restartFetchTimer(state);
    return this.#apply(partition);
  }

  /** @returns false when the log did not take the records: a disk that is full may have space again. */
  #apply(partition: FetchedPartition): boolean {
    const core = this.#core;
    const { log, logger } = core.options;
    const { divergingEpoch, records } = partition;
    if (divergingEpoch.epoch >= 0) {
      const own = log.endOffsetForEpoch(divergingEpoch.epoch);
      const offset = Math.max(log.startOffset, Math.min(own.offset, divergingEpoch.endOffset));
      logger.info('the metadata log is cut where it differs from the leader', {
        offset,
        from: log.endOffset,
      });
      this.#isUnsynced = true;
      log.truncateTo(offset);
      return true;
    }
    if (records !== null && records.length > 0) {
      this.#isUnsynced = true;
      try {
        log.appendAsFollower(records);
      } catch (error) {
        if (!(error instanceof OperationalError)) throw error;
        logger.error('records of the metadata log could not be written', { error });
        return false;
      }
    }
    core.advanceHighWatermark(Math.min(partition.highWatermark, log.endOffset));
    return true;
  }
}
