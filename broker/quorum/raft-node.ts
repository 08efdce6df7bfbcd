import { assert } from '../../src/base/assert.ts';
import { OperationalError } from '../../src/base/errors.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { RequestOf, ResponseInput } from '../../src/protocol/message.ts';
import type { fetch } from '../../src/protocol/messages/01-fetch.ts';
import type { vote } from '../../src/protocol/messages/52-vote.ts';
import type { beginQuorumEpoch } from '../../src/protocol/messages/53-begin-quorum-epoch.ts';
import type { endQuorumEpoch } from '../../src/protocol/messages/54-end-quorum-epoch.ts';
import type { describeQuorum } from '../../src/protocol/messages/55-describe-quorum.ts';
import { Election } from './election.ts';
import { FollowerFetcher } from './follower-fetcher.ts';
import { LeaderDuties } from './leader-duties.ts';
import { LeaderFetch } from './leader-fetch.ts';
import { RaftCore } from './raft-core.ts';
import type { RaftListener } from './raft-listener.ts';
import type { RaftOptions } from './raft-options.ts';
import { RaftPeers } from './raft-peers.ts';
import { RaftRequests } from './raft-requests.ts';
import type { RaftRole, RaftState } from './raft-state.ts';
import type { SnapshotContent } from './snapshot-batches.ts';
import { SnapshotFiles } from './snapshot-files.ts';
import type { SnapshotId } from './snapshot-id.ts';
import { beginWithSnapshot } from './snapshot-start.ts';

const STARTING_FACTOR = 10;
const NOT_YET = Object.freeze({ errorCode: ErrorCode.BROKER_NOT_AVAILABLE });

function parentOf(directory: string): string {
  return directory.slice(0, Math.max(1, directory.lastIndexOf('/')));
}

/**
 * One participant of the Raft quorum that replicates `__cluster_metadata` (KIP-595, with PreVote of KIP-996): static
 * voters, pull replication. A quorum of one runs the same code and leads as soon as it starts.
 */
export class RaftNode {
  readonly #core: RaftCore;
  readonly #duties: LeaderDuties;
  readonly #election: Election;
  readonly #fetcher: FollowerFetcher;
  readonly #requests: RaftRequests;
  readonly #leaderFetch: LeaderFetch;
  /** Long polls have lines of their own: a vote must not wait behind one. */
  readonly #fetchPeers: RaftPeers;
  readonly #peers: RaftPeers;
  readonly #snapshots: SnapshotFiles;
  #isStarting = false;
  /** Before what the disk remembers is taken up nothing may be promised to anybody. */
  #isStarted = false;

  constructor(options: RaftOptions) {
    this.#core = new RaftCore(options);
    this.#snapshots = new SnapshotFiles(options);
    this.#peers = new RaftPeers(this.#core);
    this.#fetchPeers = new RaftPeers(this.#core);
    this.#duties = new LeaderDuties(this.#core, this.#peers);
    this.#election = new Election(this.#core, this.#peers);
    this.#fetcher = new FollowerFetcher(this.#core, this.#fetchPeers);
    this.#requests = new RaftRequests(this.#core);
    this.#leaderFetch = new LeaderFetch(this.#core, this.#duties);
    this.#core.onEnter = (state) => this.#enter(state);
  }

  get nodeId(): number {
    return this.#core.nodeId;
  }

  get role(): RaftRole | 'observer' {
    return this.#core.isVoter ? this.#core.state.role : 'observer';
  }

  get epoch(): number {
    return this.#core.epoch;
  }

  /** -1 while unknown. */
  get leaderId(): number {
    return this.#core.leaderId;
  }

  /** Offset after the last committed record, as far as this node knows. */
  get highWatermark(): number {
    return this.#core.options.log.highWatermark;
  }

  get logEndOffset(): number {
    return this.#core.options.log.endOffset;
  }

  get isClosed(): boolean {
    return this.#core.isClosed;
  }

  /** Adds one who hears of committed records and leaders; before {@link start}. */
  addListener(listener: RaftListener): void {
    this.#core.addListener(listener);
  }

  /** `callback` is told once if the disk fails: the node has stopped then. */
  onFailure(callback: (error: unknown) => void): void {
    this.#core.onFailure = callback;
  }

  /**
   * Takes part. Resolves when what the disk holds has been taken up; a quorum of one has elected itself by then, and
   * its listeners know.
   * @throws {OperationalError} when the disk fails or holds something foreign.
   */
  async start(): Promise<void> {
    const core = this.#core;
    const { environment, directory, log } = core.options;
    // A directory that a power loss takes away would take the vote with it.
    await environment.disk.syncDirectory(parentOf(directory));
    if (core.isClosed) return;
    beginWithSnapshot(core, this.#snapshots);
    core.feed.deliver();
    this.#isStarting = true;
    core.restore();
    this.#isStarting = false;
    this.#isStarted = true;
    await log.flush();
    if (core.voters.size > 1 || !core.isVoter) return;
    await new Promise<void>((resolve, reject) => {
      core.addListener({
        onCommitted: () => {},
        onLeaderChange: (leader) => {
          if (leader.leaderId === core.nodeId) resolve();
        },
      });
      core.onFailure = reject;
      core.guard(() => core.becomeCandidate());
    });
    core.onFailure = () => {};
  }

  /**
   * Appends records as one batch, as the leader of `epoch`.
   * @returns the offset of the last one, or null when this node does not lead that epoch (any more).
   */
  append(values: readonly Buffer[], epoch: number): number | null {
    const core = this.#core;
    if (core.isClosed || core.state.role !== 'leader' || core.epoch !== epoch) return null;
    return this.#duties.append(values);
  }

  /**
   * Writes a snapshot of what the records below `id.endOffset` have made, which the next start begins with; they are committed.
   * @returns its size, or undefined when it could not be written, which is said and harms nobody.
   */
  async createSnapshot(id: SnapshotId, content: SnapshotContent): Promise<number | undefined> {
    const core = this.#core;
    const { log, logger } = core.options;
    try {
      assert(id.endOffset <= log.highWatermark, 'raft: a snapshot is of committed records');
      // Who follows has records committed by others before they are on its own disk: a snapshot is never ahead of its log.
      await log.flush();
      return await this.#snapshots.write(id, content);
    } catch (error) {
      if (!(error instanceof OperationalError)) core.fail(error);
      else logger.warn('a snapshot of the metadata could not be written', { ...id, error });
      return undefined;
    }
  }

  /** Gives the leadership of `epoch` up and asks the others to elect; nothing happens when it is over already. */
  resign(epoch: number): void {
    const core = this.#core;
    if (core.state.role === 'leader' && core.epoch === epoch) core.guard(() => core.becomeResigned());
  }

  vote(request: RequestOf<typeof vote>): ResponseInput<typeof vote> {
    return this.#isStarted ? this.#requests.vote(request) : NOT_YET;
  }

  beginQuorumEpoch(request: RequestOf<typeof beginQuorumEpoch>): ResponseInput<typeof beginQuorumEpoch> {
    return this.#isStarted ? this.#requests.beginQuorumEpoch(request) : NOT_YET;
  }

  endQuorumEpoch(request: RequestOf<typeof endQuorumEpoch>): ResponseInput<typeof endQuorumEpoch> {
    return this.#isStarted ? this.#requests.endQuorumEpoch(request) : NOT_YET;
  }

  describeQuorum(request: RequestOf<typeof describeQuorum>): ResponseInput<typeof describeQuorum> {
    return this.#isStarted ? this.#requests.describeQuorum(request) : NOT_YET;
  }

  /** Fetch of the metadata partition; waits up to `maxWaitMs` for records or a higher high watermark. */
  fetch(request: RequestOf<typeof fetch>, version: number): Promise<ResponseInput<typeof fetch>> {
    return this.#isStarted ? this.#leaderFetch.answer(request, version) : Promise.resolve(NOT_YET);
  }

  /** Stops; a leader says goodbye first, so that the others need not wait for a timeout. */
  async close(): Promise<void> {
    const core = this.#core;
    if (core.isClosed) return;
    if (core.state.role === 'leader' && core.voters.size > 1) {
      core.onEnter = () => this.#settle();
      await this.#duties.sayGoodbye(core.becomeResigned());
    }
    core.close();
    this.#settle();
    this.#peers.close();
    await core.options.log.flush();
  }

  /**
   * One who has just started asks soon: since it asks for pre-votes it disturbs nobody, it learns who leads when
   * somebody does, and a cluster that starts need not wait for a whole election timeout.
   */
  #electionTimeoutMs(): number {
    const timeoutMs = this.#core.randomElectionTimeoutMs();
    return this.#isStarting ? timeoutMs / STARTING_FACTOR : timeoutMs;
  }

  /** Ends what the role before had under way. */
  #settle(): void {
    this.#fetchPeers.close();
    this.#duties.parked.releaseAll();
  }

  #enter(state: RaftState): void {
    const core = this.#core;
    this.#settle();
    if (core.isClosed) {
      this.#peers.close();
      return;
    }
    switch (state.role) {
      case 'unattached':
        if (!core.isVoter) this.#fetcher.beginAsObserver(state);
        else core.setRoleTimer(this.#electionTimeoutMs(), () => core.becomeProspective());
        return;
      case 'prospective':
      case 'candidate':
        this.#election.begin(state);
        return;
      case 'leader':
        this.#duties.begin(state);
        return;
      case 'follower':
        this.#fetcher.begin(state);
        return;
      case 'resigned':
        core.setRoleTimer(core.randomElectionTimeoutMs(), () => core.becomeUnattached(core.epoch + 1));
        void this.#duties.sayGoodbye(state);
    }
  }
}
