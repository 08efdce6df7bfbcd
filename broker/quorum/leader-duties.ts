import { beginQuorumEpoch } from '../../src/protocol/messages/53-begin-quorum-epoch.ts';
import { endQuorumEpoch } from '../../src/protocol/messages/54-end-quorum-epoch.ts';
import { ZERO_DIRECTORY } from './election-state.ts';
import { ParkedFetches } from './parked-fetches.ts';
import { dataBatch } from './raft-batch.ts';
import type { RaftCore } from './raft-core.ts';
import { METADATA_TOPIC } from './raft-log.ts';
import type { RaftPeers } from './raft-peers.ts';
import type { LeaderState, ResignedState } from './raft-state.ts';

const QUORUM_EPOCH_VERSION = 1;

/**
 * What a leader does besides answering: appends, syncs, makes itself known, and steps down when it does not hear of a
 * majority. Followers may read what is not yet on the leader's own disk; the leader counts itself only when it is
 * (Raft dissertation, 10.2.1).
 */
export class LeaderDuties {
  readonly #core: RaftCore;
  readonly #peers: RaftPeers;
  readonly parked: ParkedFetches;
  #flushing = false;
  #flushPlanned = false;

  constructor(core: RaftCore, peers: RaftPeers) {
    this.#core = core;
    this.#peers = peers;
    this.parked = new ParkedFetches(core.options.environment.timers);
  }

  begin(state: LeaderState): void {
    this.#planFlush();
    this.restartQuorumCheck();
    for (const peer of this.#core.peers) void this.#announce(peer.id, state);
  }

  /** Appends one batch; answers the offset of its last record. */
  append(values: readonly Buffer[]): number {
    const { log, environment } = this.#core.options;
    const batch = dataBatch(values, environment.clock.nowMs());
    const baseOffset = log.appendAsLeader(batch, this.#core.epoch);
    this.#planFlush();
    return baseOffset + values.length - 1;
  }

  /** A majority has fetched: the leader may lead for one and a half fetch timeouts more. */
  restartQuorumCheck(): void {
    const core = this.#core;
    if (core.voters.size === 1) return;
    core.setRoleTimer(core.timeouts.fetchTimeoutMs * 1.5, () => {
      core.options.logger.warn('no majority of the metadata quorum fetches from this leader: it resigns', {
        epoch: core.epoch,
      });
      core.becomeResigned();
    });
  }

  /** Moves the high watermark to where a majority is, and answers those who wait for that. */
  advance(state: LeaderState): void {
    const core = this.#core;
    if (core.state !== state) return;
    core.advanceHighWatermark(state.progress.committedOffset());
    if (core.state === state) this.parked.wake(core.options.log);
  }

  /**
   * Tells the other voters that this epoch has lost its leader, those first who should stand. Resolves when all have
   * answered or the request timeout is over.
   */
  async sayGoodbye(state: ResignedState): Promise<void> {
    const core = this.#core;
    const partition = {
      partitionIndex: 0,
      leaderId: core.nodeId,
      leaderEpoch: core.epoch,
      preferredCandidates: state.successors.map((candidateId) => ({
        candidateId,
        candidateDirectoryId: ZERO_DIRECTORY,
      })),
    };
    const body = {
      clusterId: core.options.clusterId,
      topics: [{ topicName: METADATA_TOPIC, partitions: [partition] }],
    };
    const request = { api: endQuorumEpoch, version: QUORUM_EPOCH_VERSION, body } as const;
    await Promise.all(
      core.peers.map(async (peer) => {
        try {
          const response = await this.#peers.send(peer.id, request, core.timeouts.requestTimeoutMs);
          const answer = response.topics[0]?.partitions[0];
          core.guard(() => {
            if (answer !== undefined && core.state === state)
              core.observe(answer.leaderEpoch, answer.leaderId);
          });
        } catch (error) {
          core.failIfBroken(error);
          core.options.logger.debug('a voter was not told of the resignation', { voter: peer.id, error });
        }
      }),
    );
  }

  /** Syncs share: what is appended while one runs goes with the next, and one turn's appends go together. */
  #planFlush(): void {
    if (this.#flushPlanned) return;
    this.#flushPlanned = true;
    if (!this.#flushing) this.#deferFlush();
  }

  #deferFlush(): void {
    const core = this.#core;
    const { timers } = core.options.environment;
    const flush = (): void => {
      core.guard(() => void this.#flush());
    };
    // Waiting followers read at once: the network and the disk work side by side.
    timers.defer(() => {
      core.guard(() => this.parked.wake(core.options.log));
      if (core.timeouts.appendLingerMs > 0) timers.after(core.timeouts.appendLingerMs, flush);
      else flush();
    });
  }

  async #flush(): Promise<void> {
    const core = this.#core;
    const { log } = core.options;
    const { state } = core;
    this.#flushPlanned = false;
    this.#flushing = true;
    const flushedOffset = log.endOffset;
    try {
      await log.flush();
    } catch (error) {
      core.fail(error);
      return;
    } finally {
      this.#flushing = false;
    }
    core.guard(() => {
      if (state.role === 'leader' && core.state === state) {
        state.progress.recordFlush(flushedOffset);
        this.advance(state);
      }
      if (this.#flushPlanned && !this.#flushing) this.#deferFlush();
    });
  }

  /** Sends BeginQuorumEpoch until the voter has answered it or fetched. */
  async #announce(voterId: number, state: LeaderState): Promise<void> {
    const core = this.#core;
    const { timers } = core.options.environment;
    const partition = {
      partitionIndex: 0,
      voterDirectoryId: ZERO_DIRECTORY,
      leaderId: core.nodeId,
      leaderEpoch: core.epoch,
    };
    const body = {
      clusterId: core.options.clusterId,
      voterId,
      topics: [{ topicName: METADATA_TOPIC, partitions: [partition] }],
      leaderEndpoints: [],
    };
    const request = { api: beginQuorumEpoch, version: QUORUM_EPOCH_VERSION, body } as const;
    while (core.state === state && !core.isClosed && state.progress.voter(voterId)?.acknowledged !== true) {
      try {
        const response = await this.#peers.send(voterId, request, core.timeouts.requestTimeoutMs);
        const answer = response.topics[0]?.partitions[0];
        core.guard(() => {
          if (answer === undefined) return;
          core.observe(answer.leaderEpoch, answer.leaderId);
          const voter = core.state === state ? state.progress.voter(voterId) : undefined;
          if (voter !== undefined && answer.errorCode === 0) voter.acknowledged = true;
        });
      } catch (error) {
        core.failIfBroken(error);
        // Not reachable: tried again below, for as long as this node leads.
      }
      await timers.sleep(core.timeouts.retryBackoffMs * 5);
    }
  }
}
