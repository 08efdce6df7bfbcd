import { assert, mustStop } from '../../src/base/assert.ts';
import type { Timer } from '../../src/base/environment.ts';
import { OperationalError } from '../../src/base/errors.ts';
import { CommittedFeed } from './committed-feed.ts';
import { type ElectionState, NO_ELECTION, newEpoch, type ReplicaKey } from './election-state.ts';
import { LeaderProgress } from './leader-progress.ts';
import { QuorumStateFile } from './quorum-state-file.ts';
import { leaderChangeBatch } from './raft-batch.ts';
import type { RaftListener } from './raft-listener.ts';
import { RAFT_TIMEOUTS, type RaftOptions, type RaftTimeouts, type RaftVoter } from './raft-options.ts';
import type { RaftState, ResignedState } from './raft-state.ts';
import { VoteTally } from './vote-tally.ts';

/**
 * The state of one participant and the transitions between its roles (KIP-595, KIP-996). Every transition is
 * synchronous and its election state is on disk before anything else happens, so that no answer and no request can
 * say what a crash would take back.
 */
export class RaftCore {
  readonly options: RaftOptions;
  readonly timeouts: RaftTimeouts;
  readonly voters: ReadonlyMap<number, RaftVoter>;
  readonly feed: CommittedFeed;
  readonly #file: QuorumStateFile;
  #election: ElectionState = NO_ELECTION;
  #state: RaftState = { role: 'unattached' };
  #roleTimer: Timer | null = null;
  #closed = false;
  /** Called after each transition with the new state: begins what the role has to do. */
  onEnter: (state: RaftState) => void = () => {};
  /** Called once, when the disk has failed: the node does no more. */
  onFailure: (error: unknown) => void = () => {};

  constructor(options: RaftOptions) {
    this.options = options;
    this.timeouts = { ...RAFT_TIMEOUTS, ...options.timeouts };
    this.voters = new Map(options.voters.map((voter) => [voter.id, voter]));
    this.feed = new CommittedFeed(options.log);
    this.#file = new QuorumStateFile(options.environment.disk, options);
  }

  get election(): ElectionState {
    return this.#election;
  }

  get state(): RaftState {
    return this.#state;
  }

  get epoch(): number {
    return this.#election.epoch;
  }

  get leaderId(): number {
    return this.#election.leaderId;
  }

  get nodeId(): number {
    return this.options.nodeId;
  }

  get isVoter(): boolean {
    return this.voters.has(this.nodeId);
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** The other voters. */
  get peers(): RaftVoter[] {
    return this.options.voters.filter((voter) => voter.id !== this.nodeId);
  }

  /** Takes up what the disk remembers. Whoever led, or voted for itself, never does so again in that epoch. */
  restore(): void {
    const { directory, log, logger } = this.options;
    const { lastEpoch } = log;
    const found = this.#file.load();
    if (found === undefined && log.endOffset > 0) {
      // As KRaft does: the log says which epoch there was at least. A refusal would leave the operator with nothing but to
      // write the file by hand, and he would know no more.
      logger.error(
        'quorum-state is missing beside metadata that has records: this node does not know whom it has voted for, and could ' +
          'vote again in an epoch that it has voted in; restore the file from a copy where there is one',
        { directory, lastEpoch },
      );
    }
    const stored = found ?? NO_ELECTION;
    const election = stored.epoch >= lastEpoch ? stored : newEpoch(lastEpoch);
    if (election.leaderId === this.nodeId) {
      this.#enter(election, { role: 'resigned', successors: this.peers.map((peer) => peer.id) });
    } else if (election.leaderId !== -1 && this.voters.has(election.leaderId)) {
      this.#enter(election, { role: 'follower', hasFetched: false });
    } else this.#enter(election, { role: 'unattached' });
  }

  /**
   * Hears of an epoch and its leader (-1 when the sender knows none). A later epoch is joined; in our own epoch it
   * tells one who knows no leader who that is. Who doubts a leader that it knows is not calmed by others who know it
   * too: only {@link observeLeader} does that.
   */
  observe(epoch: number, leaderId: number): void {
    if (epoch > this.epoch) {
      if (leaderId === -1 || leaderId === this.nodeId) this.becomeUnattached(epoch);
      else this.becomeFollower(epoch, leaderId);
    } else if (epoch === this.epoch && leaderId !== -1 && leaderId !== this.nodeId) {
      assert(this.leaderId === -1 || this.leaderId === leaderId, `raft: epoch ${epoch} has two leaders`);
      if (this.leaderId === -1) this.becomeFollower(epoch, leaderId);
    }
  }

  /** Hears from the leader itself. */
  observeLeader(epoch: number, leaderId: number): void {
    this.observe(epoch, leaderId);
    if (this.epoch === epoch && this.#state.role === 'prospective') this.becomeFollower(epoch, leaderId);
  }

  /** Gives the vote of this epoch. */
  voteFor(candidate: ReplicaKey): void {
    assert(
      this.#election.votedId === -1 || this.#election.votedId === candidate.id,
      `raft: second vote in epoch ${this.epoch}`,
    );
    const election = { ...this.#election, votedId: candidate.id, votedDirectoryId: candidate.directoryId };
    this.#enter(Object.freeze(election), { role: 'unattached' });
  }

  /** Knows no leader of `epoch`; a vote given in the same epoch stands. */
  becomeUnattached(epoch: number): void {
    const same = epoch === this.epoch;
    this.#enter(same ? Object.freeze({ ...this.#election, leaderId: -1 }) : newEpoch(epoch), {
      role: 'unattached',
    });
  }

  becomeFollower(epoch: number, leaderId: number): void {
    assert(leaderId !== this.nodeId, 'raft: a node does not follow itself');
    const election = epoch === this.epoch ? { ...this.#election, leaderId } : newEpoch(epoch, leaderId);
    this.#enter(Object.freeze(election), { role: 'follower', hasFetched: false });
  }

  becomeProspective(): void {
    assert(this.isVoter, 'raft: an observer stands for no election');
    this.#enter(this.#election, { role: 'prospective', tally: this.#newTally() });
  }

  becomeCandidate(): void {
    assert(this.isVoter, 'raft: an observer stands for no election');
    const election: ElectionState = Object.freeze({
      epoch: this.epoch + 1,
      // The only voter's own vote decides: both facts go to disk in one sync.
      leaderId: this.voters.size === 1 ? this.nodeId : -1,
      votedId: this.nodeId,
      votedDirectoryId: this.options.directoryId,
    });
    this.#enter(election, { role: 'candidate', tally: this.#newTally() });
  }

  /** Appends the LeaderChange record, with which the epoch begins. */
  becomeLeader(granting: Iterable<number>): void {
    assert(this.#state.role === 'candidate', 'raft: only a candidate is elected');
    const { log, environment, directoryId } = this.options;
    const voterIds = [...this.voters.keys()];
    const progress = new LeaderProgress({
      selfId: this.nodeId,
      directoryId,
      voterIds,
      epochStartOffset: log.endOffset,
    });
    const batch = leaderChangeBatch({
      leaderId: this.nodeId,
      voterIds,
      grantingVoterIds: [...granting],
      timestampMs: environment.clock.nowMs(),
    });
    const election = Object.freeze({ ...this.#election, leaderId: this.nodeId });
    this.#file.store(election);
    const offset = log.appendAsLeader(batch, this.epoch);
    assert(offset === progress.epochStartOffset, 'raft: the epoch starts with LeaderChange');
    this.#enter(election, { role: 'leader', progress });
  }

  becomeResigned(): ResignedState {
    assert(this.#state.role === 'leader', 'raft: only a leader resigns');
    const successors = this.#state.progress.successors().map((voter) => voter.id);
    const resigned: ResignedState = { role: 'resigned', successors };
    this.#enter(this.#election, resigned);
    return resigned;
  }

  /**
   * Replaces the one timer of the present role; a transition cancels it. An action that finds no space on the disk is
   * tried again: nothing has been said to anybody by then.
   */
  setRoleTimer(delayMs: number, action: () => void): void {
    this.#roleTimer?.cancel();
    const state = this.#state;
    this.#roleTimer = this.options.environment.timers.after(delayMs, () =>
      this.guard(() => {
        if (this.#state !== state) return;
        try {
          action();
        } catch (error) {
          if (!findsNoSpace(error)) throw error;
          this.options.logger.error('the metadata quorum node finds no space on its disk', { error });
          const retry = this.#state === state ? action : () => this.becomeProspective();
          this.setRoleTimer(this.randomElectionTimeoutMs(), retry);
        }
      }),
    );
  }

  /** The election timeout with its random part, so that voters seldom stand at the same time. */
  randomElectionTimeoutMs(): number {
    const { electionTimeoutMs } = this.timeouts;
    return electionTimeoutMs + this.options.environment.random.int(electionTimeoutMs);
  }

  advanceHighWatermark(offset: number): void {
    const { log } = this.options;
    if (offset <= log.highWatermark) return;
    assert(offset <= log.endOffset, 'raft: the high watermark is within the log');
    log.setHighWatermark(offset);
    this.feed.deliver();
    this.#tellLeader();
  }

  addListener(listener: RaftListener): void {
    this.feed.add(listener);
  }

  /** Runs what a timer or a response starts: a failing disk or a broken invariant stops the node, and is reported. */
  guard(action: () => void): void {
    if (this.#closed) return;
    try {
      action();
    } catch (error) {
      this.fail(error);
    }
  }

  /** Called where a peer that does not answer is tried again: a broken invariant is no reason for that. */
  failIfBroken(error: unknown): void {
    if (mustStop(error)) this.fail(error);
  }

  fail(error: unknown): void {
    if (this.#closed) return;
    this.options.logger.error('the metadata quorum node has failed', { error, nodeId: this.nodeId });
    this.close();
    this.onFailure(error);
  }

  close(): void {
    this.#closed = true;
    this.#roleTimer?.cancel();
    this.#roleTimer = null;
    this.feed.tellLeader({ leaderId: -1, epoch: this.epoch });
    this.onEnter(this.#state);
  }

  #newTally(): VoteTally {
    return new VoteTally(this.voters.keys(), this.nodeId);
  }

  #enter(election: ElectionState, state: RaftState): void {
    assert(election.epoch >= this.epoch, 'raft: epochs only grow');
    this.#file.store(election);
    const from = this.#state.role;
    this.#roleTimer?.cancel();
    this.#roleTimer = null;
    this.#election = election;
    this.#state = state;
    this.options.logger.debug('raft role', { nodeId: this.nodeId, from, to: state.role, ...election });
    this.onEnter(state);
    this.#tellLeader();
  }

  /** Listeners hear of this node's own leadership only when all earlier epochs' records have been delivered. */
  #tellLeader(): void {
    const state = this.#state;
    const isReady = state.role === 'leader' && this.feed.deliveredOffset > state.progress.epochStartOffset;
    const leaderId = this.leaderId === this.nodeId && !isReady ? -1 : this.leaderId;
    this.feed.tellLeader({ leaderId, epoch: this.epoch });
  }
}

/** The log's answer does not say of which kind its trouble is; one that lasts shows at the next sync. */
function findsNoSpace(error: unknown): boolean {
  return error instanceof OperationalError && (error.code === 'DISK_FULL' || error.code === 'METADATA_LOG');
}
