import { assertDefined } from '../../src/base/assert.ts';
import { ZERO_DIRECTORY } from './election-state.ts';

/** How far one replica is, as its leader sees it. */
export interface ReplicaProgress {
  readonly id: number;
  directoryId: string;
  /** Everything below is on the replica's disk; -1 until it has fetched. */
  endOffset: number;
  /** By the wall clock, for DescribeQuorum; -1 for never. */
  lastFetchMs: number;
  lastCaughtUpMs: number;
  /** Where the leader's log ended at the replica's last fetch. */
  leaderEndOffsetAtLastFetch: number;
  /** It has answered BeginQuorumEpoch, or fetched: it knows its leader. */
  acknowledged: boolean;
}

/** Observers that have not fetched for so long are no longer told of. */
const OBSERVER_SESSION_MS = 300_000;

/** A leader's view of its followers: from it come the high watermark and the leader's own right to lead. */
export class LeaderProgress {
  readonly selfId: number;
  /** Offset of the LeaderChange record: the first record of the epoch. */
  readonly epochStartOffset: number;
  readonly #voters = new Map<number, ReplicaProgress>();
  readonly #observers = new Map<number, ReplicaProgress>();
  /** Voters that have fetched since the last time that a majority had. */
  readonly #fetchedSinceQuorum = new Set<number>();

  constructor(options: {
    readonly selfId: number;
    readonly directoryId: string;
    readonly voterIds: Iterable<number>;
    readonly epochStartOffset: number;
  }) {
    this.selfId = options.selfId;
    this.epochStartOffset = options.epochStartOffset;
    for (const id of options.voterIds) this.#voters.set(id, newProgress(id));
    this.#self.acknowledged = true;
    this.#self.directoryId = options.directoryId;
  }

  get #self(): ReplicaProgress {
    return assertDefined(this.#voters.get(this.selfId), 'raft: the leader is a voter');
  }

  get voters(): Iterable<ReplicaProgress> {
    return this.#voters.values();
  }

  voter(id: number): ReplicaProgress | undefined {
    return this.#voters.get(id);
  }

  /** Observers that fetched lately. */
  observers(nowMs: number): ReplicaProgress[] {
    for (const [id, observer] of this.#observers) {
      if (nowMs - observer.lastFetchMs > OBSERVER_SESSION_MS) this.#observers.delete(id);
    }
    return [...this.#observers.values()];
  }

  /** The leader's own disk has everything below `flushedOffset`. */
  recordFlush(flushedOffset: number): void {
    this.#self.endOffset = Math.max(this.#self.endOffset, flushedOffset);
  }

  /**
   * A replica asks for `fetchOffset`: everything below is on its disk, since it syncs before it asks.
   * @returns true when a majority of the voters, the leader counted, has now fetched since this was last so.
   */
  recordFetch(
    replica: { readonly id: number; readonly directoryId: string },
    fetchOffset: number,
    leader: { readonly endOffset: number; readonly nowMs: number },
  ): boolean {
    const voter = this.#voters.get(replica.id);
    const progress = voter ?? this.#observer(replica.id);
    progress.directoryId = replica.directoryId;
    if (fetchOffset >= leader.endOffset) {
      progress.lastCaughtUpMs = leader.nowMs;
    } else if (progress.lastFetchMs >= 0 && fetchOffset >= progress.leaderEndOffsetAtLastFetch) {
      progress.lastCaughtUpMs = Math.max(progress.lastCaughtUpMs, progress.lastFetchMs);
    }
    progress.endOffset = fetchOffset;
    progress.lastFetchMs = leader.nowMs;
    progress.leaderEndOffsetAtLastFetch = leader.endOffset;
    if (voter === undefined) return false;
    voter.acknowledged = true;
    this.#fetchedSinceQuorum.add(replica.id);
    if (this.#fetchedSinceQuorum.size + 1 < this.majority) return false;
    this.#fetchedSinceQuorum.clear();
    return true;
  }

  get majority(): number {
    return Math.floor(this.#voters.size / 2) + 1;
  }

  /**
   * The offset below which a majority has everything, or -1 while the LeaderChange record of this epoch is not below
   * it: what was written under earlier epochs is committed only together with a record of this one (Raft, 5.4.2).
   */
  committedOffset(): number {
    const ends = [...this.#voters.values()].map((voter) => voter.endOffset).sort((a, b) => b - a);
    const offset = ends[this.majority - 1] ?? -1;
    return offset > this.epochStartOffset ? offset : -1;
  }

  /** The other voters, those that have most first: who should lead next. */
  successors(): ReplicaProgress[] {
    return [...this.#voters.values()]
      .filter((voter) => voter.id !== this.selfId)
      .sort((a, b) => b.endOffset - a.endOffset || a.id - b.id);
  }

  #observer(id: number): ReplicaProgress {
    let observer = this.#observers.get(id);
    if (observer === undefined) {
      observer = newProgress(id);
      this.#observers.set(id, observer);
    }
    return observer;
  }
}

function newProgress(id: number): ReplicaProgress {
  return {
    id,
    directoryId: ZERO_DIRECTORY,
    endOffset: -1,
    lastFetchMs: -1,
    lastCaughtUpMs: -1,
    leaderEndOffsetAtLastFetch: -1,
    acknowledged: false,
  };
}
