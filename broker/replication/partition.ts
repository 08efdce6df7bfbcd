import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { TopicConfig } from '../config/topic-config.ts';
import type { AppendOptions, AppendOrigin, AppendResult } from '../log/append-result.ts';
import type { Log } from '../log/log.ts';
import type { PartitionRegistration } from '../metadata/metadata-image.ts';
import type { FollowerProgress } from './follower-progress.ts';
import { type LeaderContext, PartitionLeader } from './partition-leader.ts';
import { WatchList } from './watch-list.ts';

interface PartitionOptions {
  readonly topic: string;
  readonly topicId: string;
  readonly index: number;
  readonly log: Log;
  readonly config: TopicConfig;
  readonly context: LeaderContext;
  /** Asks the controller for a change of the ISR; the answer comes through {@link Partition.onIsrDecision}. */
  readonly proposeIsr: (partition: Partition, isr: readonly number[]) => void;
}

/** How one batch is appended by the leader. */
interface PartitionAppend extends Omit<AppendOptions, 'leaderEpoch'> {
  readonly origin: AppendOrigin;
  readonly acks: number;
}

/** What the controller said to a proposed ISR. */
type IsrDecision =
  | {
      readonly outcome: 'committed';
      readonly isr: readonly number[];
      readonly leaderEpoch: number;
      readonly partitionEpoch: number;
    }
  /** The proposal is void: what was committed before is in force. */
  | { readonly outcome: 'rejected' }
  /** The controller knows more than this leader: wait for the metadata, and until then count with the maximal ISR. */
  | { readonly outcome: 'outdated' };

/** One follower's or consumer's fetch of this partition has been let through; or why not. */
type FencingError =
  | typeof ErrorCode.NONE
  | typeof ErrorCode.NOT_LEADER_OR_FOLLOWER
  | typeof ErrorCode.FENCED_LEADER_EPOCH
  | typeof ErrorCode.UNKNOWN_LEADER_EPOCH;

/** One replica that this broker holds of one partition: its log, its role, and those who wait for it. */
export class Partition {
  readonly topic: string;
  readonly topicId: string;
  readonly index: number;
  readonly log: Log;
  /** Fetches that wait for the log end or the high watermark. */
  readonly fetchWatchers = new WatchList();
  /** Produce requests that wait for the high watermark, DeleteRecords that wait for the low one. */
  readonly produceWatchers = new WatchList();
  config: TopicConfig;
  readonly #options: PartitionOptions;
  #registration: PartitionRegistration | null = null;
  #leader: PartitionLeader | null = null;

  constructor(options: PartitionOptions) {
    this.#options = options;
    this.topic = options.topic;
    this.topicId = options.topicId;
    this.index = options.index;
    this.log = options.log;
    this.config = options.config;
  }

  get leader(): PartitionLeader | null {
    return this.#leader;
  }

  /** As the controller last said; null before it said anything and after the partition is gone. */
  get registration(): PartitionRegistration | null {
    return this.#registration;
  }

  get leaderEpoch(): number {
    return this.#registration?.leaderEpoch ?? -1;
  }

  /** True when fewer replicas are in sync than the partition has: only its leader can tell. */
  get isUnderReplicated(): boolean {
    return this.#leader !== null && this.#leader.isr.length < this.#leader.replicaCount;
  }

  /** Takes the role that the controller gives to this broker. */
  onRegistration(registration: PartitionRegistration): void {
    const before = this.#leader;
    this.#registration = registration;
    if (registration.leader !== this.#options.context.nodeId) {
      this.#leader = null;
    } else if (before !== null && before.epoch === registration.leaderEpoch) {
      before.onRegistration(registration);
    } else {
      const { context } = this.#options;
      this.#leader = new PartitionLeader(this.log, registration, context, this.config.minInsyncReplicas);
    }
    this.#leader?.advanceHighWatermark();
    this.wake();
  }

  /** The partition was deleted or moved away: whoever waits for it is told. */
  onRemoved(): void {
    this.#registration = null;
    this.#leader = null;
    this.wake();
  }

  onConfig(config: TopicConfig): void {
    this.config = config;
    this.log.config = config.log;
    if (this.#leader === null) return;
    this.#leader.minInsyncReplicas = config.minInsyncReplicas;
    if (this.#leader.advanceHighWatermark()) this.wake();
  }

  /** Whether a request that knows `leaderEpoch` (-1 for none) may be served by this replica as the leader. */
  checkLeaderEpoch(leaderEpoch: number): FencingError {
    if (leaderEpoch >= 0 && leaderEpoch < this.leaderEpoch) return ErrorCode.FENCED_LEADER_EPOCH;
    if (leaderEpoch > this.leaderEpoch) return ErrorCode.UNKNOWN_LEADER_EPOCH;
    return this.#leader === null ? ErrorCode.NOT_LEADER_OR_FOLLOWER : ErrorCode.NONE;
  }

  /**
   * Appends one batch as the leader. Wakes nobody: the caller does, after all partitions of its request, so that a
   * fetch that waits for several of them finds them all.
   */
  append(records: Buffer, options: PartitionAppend): AppendResult {
    const leader = this.#leader;
    if (leader === null) return appendFailure(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    if (options.acks === -1 && leader.isUnderMinIsr) return appendFailure(ErrorCode.NOT_ENOUGH_REPLICAS);
    const result = this.log.appendAsLeader(records, {
      leaderEpoch: leader.epoch,
      origin: options.origin,
      inspection: options.inspection,
      guard: options.guard,
      transactionVersion: options.transactionVersion,
    });
    if (result.errorCode === ErrorCode.NONE) leader.advanceHighWatermark();
    return result;
  }

  /**
   * Whether everything up to `offset` (exclusive) is committed: an error code when that is decided, undefined while
   * it is not.
   */
  commitState(offset: number): number | undefined {
    const leader = this.#leader;
    if (leader === null) return ErrorCode.NOT_LEADER_OR_FOLLOWER;
    if (this.log.highWatermark < offset) return undefined;
    return leader.isUnderMinIsr ? ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND : ErrorCode.NONE;
  }

  /** A follower has fetched from `fetchOffset`: it has all before. May move the high watermark and extend the ISR. */
  onFollowerFetch(
    follower: FollowerProgress,
    fetch: { readonly fetchOffset: number; readonly logStartOffset: number; readonly brokerEpoch: number },
  ): void {
    const leader = this.#leader;
    if (leader === null) return;
    const startOffsetBefore = follower.logStartOffset;
    follower.onFetch({
      ...fetch,
      leaderEndOffset: this.log.logEndOffset,
      nowMs: this.#options.context.clock.monotonicMs(),
    });
    const expanded = leader.expandedIsr(follower);
    if (expanded !== null) this.#propose(leader, expanded);
    if (leader.advanceHighWatermark()) this.wake();
    else if (fetch.logStartOffset !== startOffsetBefore) this.produceWatchers.check();
  }

  /** Drops lagging followers from the ISR; called from time to time. */
  shrinkIsr(): boolean {
    const leader = this.#leader;
    const shrunk = leader?.shrunkIsr() ?? null;
    if (leader === null || shrunk === null) return false;
    this.#propose(leader, shrunk);
    return true;
  }

  onIsrDecision(leaderEpoch: number, decision: IsrDecision): void {
    const leader = this.#leader;
    if (leader === null || leader.epoch !== leaderEpoch || leader.proposedIsr === null) return;
    if (decision.outcome === 'outdated') return;
    if (decision.outcome === 'rejected') leader.proposedIsr = null;
    else if (decision.leaderEpoch === leader.epoch && decision.partitionEpoch > leader.partitionEpoch) {
      leader.commitIsr(decision.isr, decision.partitionEpoch);
    } else {
      return;
    }
    leader.advanceHighWatermark();
    this.wake();
  }

  /** Lets all who wait for this partition look again. */
  wake(): void {
    this.produceWatchers.check();
    this.fetchWatchers.check();
  }

  #propose(leader: PartitionLeader, isr: readonly number[]): void {
    leader.proposedIsr = isr;
    this.#options.proposeIsr(this, isr);
  }
}

/** The result of an append that was not even tried. */
export function appendFailure(errorCode: ErrorCode): AppendResult {
  return {
    errorCode,
    errorMessage: null,
    baseOffset: -1,
    lastOffset: -1,
    logAppendTimeMs: -1,
    logStartOffset: -1,
    duplicate: false,
    badRecords: [],
  };
}
