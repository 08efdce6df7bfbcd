import { vote } from '../../src/protocol/messages/52-vote.ts';
import { ZERO_DIRECTORY } from './election-state.ts';
import type { RaftCore } from './raft-core.ts';
import { METADATA_TOPIC } from './raft-log.ts';
import type { RaftPeers } from './raft-peers.ts';
import type { CandidateState, ProspectiveState } from './raft-state.ts';

const VOTE_VERSION = 2;

/**
 * One round of asking the other voters: a PreVote as prospective, the vote itself as candidate. Whoever does not
 * answer is asked again until the round is over.
 */
export class Election {
  readonly #core: RaftCore;
  readonly #peers: RaftPeers;

  constructor(core: RaftCore, peers: RaftPeers) {
    this.#core = core;
    this.#peers = peers;
  }

  begin(state: ProspectiveState | CandidateState): void {
    const core = this.#core;
    core.setRoleTimer(core.randomElectionTimeoutMs(), () => this.#timedOut(state));
    this.#evaluate(state);
    if (core.state !== state) return;
    for (const peer of core.peers) void this.#ask(peer.id, state);
  }

  async #ask(voterId: number, state: ProspectiveState | CandidateState): Promise<void> {
    const core = this.#core;
    const { timers } = core.options.environment;
    while (core.state === state && !core.isClosed) {
      try {
        const response = await this.#peers.send(
          voterId,
          this.#request(voterId, state),
          core.timeouts.requestTimeoutMs,
        );
        const partition = response.topics[0]?.partitions[0];
        if (partition !== undefined) {
          core.guard(() => this.#answered(voterId, state, partition));
          return;
        }
      } catch (error) {
        core.failIfBroken(error);
        // Not reachable, or not yet ready: asked again below, as long as the round lasts.
      }
      await timers.sleep(core.timeouts.retryBackoffMs * 5);
    }
  }

  #request(voterId: number, state: ProspectiveState | CandidateState) {
    const { options, epoch, nodeId } = this.#core;
    const body = {
      clusterId: options.clusterId,
      voterId,
      topics: [
        {
          topicName: METADATA_TOPIC,
          partitions: [
            {
              partitionIndex: 0,
              replicaEpoch: epoch,
              replicaId: nodeId,
              replicaDirectoryId: options.directoryId,
              voterDirectoryId: ZERO_DIRECTORY,
              lastOffsetEpoch: options.log.lastEpoch,
              lastOffset: options.log.endOffset,
              preVote: state.role === 'prospective',
            },
          ],
        },
      ],
    };
    return { api: vote, version: VOTE_VERSION, body } as const;
  }

  #answered(voterId: number, state: ProspectiveState | CandidateState, partition: VoteAnswer): void {
    const core = this.#core;
    core.observe(partition.leaderEpoch, partition.leaderId);
    if (core.state !== state) return;
    state.tally.record(voterId, partition.voteGranted);
    this.#evaluate(state);
  }

  #evaluate(state: ProspectiveState | CandidateState): void {
    const core = this.#core;
    if (state.tally.isWon) {
      if (state.role === 'prospective') core.becomeCandidate();
      else core.becomeLeader(state.tally.granting);
    } else if (state.tally.isLost) {
      const backoffMs = 1 + core.options.environment.random.int(core.timeouts.electionBackoffMaxMs);
      core.setRoleTimer(backoffMs, () => this.#timedOut(state));
    }
  }

  /** A prospective that had a leader goes back to it; whoever has none tries again. */
  #timedOut(state: ProspectiveState | CandidateState): void {
    const core = this.#core;
    const { leaderId, epoch } = core.election;
    if (state.role === 'prospective' && leaderId !== -1 && leaderId !== core.nodeId) {
      core.becomeFollower(epoch, leaderId);
    } else {
      core.becomeProspective();
    }
  }
}

interface VoteAnswer {
  readonly leaderId: number;
  readonly leaderEpoch: number;
  readonly voteGranted: boolean;
}
