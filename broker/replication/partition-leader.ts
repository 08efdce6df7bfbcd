import type { Clock } from '../../src/base/environment.ts';
import type { Log } from '../log/log.ts';
import type { PartitionRegistration } from '../metadata/metadata-image.ts';
import { FollowerProgress } from './follower-progress.ts';

/** What a partition leader asks of the broker around it. */
export interface LeaderContext {
  readonly nodeId: number;
  readonly clock: Clock;
  /** `replica.lag.time.max.ms` */
  readonly lagMsMax: number;
  /** Whether a broker may join in-sync replicas: registered, not fenced, not shutting down, of that epoch. */
  isEligible(brokerId: number, brokerEpoch: number): boolean;
  /** The epoch under which a broker is registered, -1 when it is not known. */
  brokerEpochOf(brokerId: number): number;
}

/**
 * The leader's side of one partition during one leader epoch: how far the followers are, who is in sync, and up to
 * where the log is committed.
 *
 * The ISR is the one that the controller has committed. While a change of it is in flight, the leader counts with the
 * larger of both (the "maximal ISR"), so that whichever is in force nothing is committed that a possible leader lacks.
 */
export class PartitionLeader {
  readonly epoch: number;
  /** Where this leader epoch begins: a follower in sync has at least everything before. */
  readonly epochStartOffset: number;
  isr: readonly number[];
  /** Proposed to the controller and not yet decided. */
  proposedIsr: readonly number[] | null = null;
  partitionEpoch: number;
  minInsyncReplicas: number;
  readonly #log: Log;
  readonly #context: LeaderContext;
  readonly #followers = new Map<number, FollowerProgress>();

  constructor(
    log: Log,
    registration: PartitionRegistration,
    context: LeaderContext,
    minInsyncReplicas: number,
  ) {
    this.#log = log;
    this.#context = context;
    this.epoch = registration.leaderEpoch;
    this.isr = registration.isr;
    this.partitionEpoch = registration.partitionEpoch;
    this.minInsyncReplicas = minInsyncReplicas;
    log.assignEpochStart(registration.leaderEpoch);
    this.epochStartOffset = log.logEndOffset;
    this.#setReplicas(registration.replicas);
  }

  get followers(): Iterable<FollowerProgress> {
    return this.#followers.values();
  }

  get replicaCount(): number {
    return this.#followers.size + 1;
  }

  /** `min.insync.replicas`, but never more than there are replicas. */
  get effectiveMinIsr(): number {
    return Math.min(this.minInsyncReplicas, this.replicaCount);
  }

  get isUnderMinIsr(): boolean {
    return this.isr.length < this.effectiveMinIsr;
  }

  follower(brokerId: number): FollowerProgress | undefined {
    return this.#followers.get(brokerId);
  }

  /**
   * Whether a fetch was sent by an incarnation of the follower that is gone (KIP-903). It can arrive late, and what it
   * says is not true any more: the new incarnation may have lost records that the old one had.
   */
  isStale(brokerId: number, brokerEpoch: number): boolean {
    return brokerEpoch >= 0 && this.#context.brokerEpochOf(brokerId) > brokerEpoch;
  }

  /** The controller has decided something within the same leader epoch. */
  onRegistration(registration: PartitionRegistration): void {
    if (registration.partitionEpoch <= this.partitionEpoch) return;
    this.commitIsr(registration.isr, registration.partitionEpoch);
    this.#setReplicas(registration.replicas);
  }

  commitIsr(isr: readonly number[], partitionEpoch: number): void {
    this.isr = isr;
    this.partitionEpoch = partitionEpoch;
    this.proposedIsr = null;
  }

  /** ISR with a follower that has caught up, or null when there is nothing to propose. */
  expandedIsr(follower: FollowerProgress): readonly number[] | null {
    if (this.proposedIsr !== null || this.isr.includes(follower.brokerId)) return null;
    const caughtUp =
      follower.logEndOffset >= this.#log.highWatermark && follower.logEndOffset >= this.epochStartOffset;
    if (!caughtUp || !this.#context.isEligible(follower.brokerId, follower.brokerEpoch)) return null;
    return [...this.isr, follower.brokerId];
  }

  /** ISR without the followers that have lagged for too long, or null when there is nothing to propose. */
  shrunkIsr(): readonly number[] | null {
    if (this.proposedIsr !== null) return null;
    const { nodeId, lagMsMax } = this.#context;
    const state = {
      leaderEndOffset: this.#log.logEndOffset,
      nowMs: this.#context.clock.monotonicMs(),
      lagMsMax,
    };
    const kept = this.isr.filter(
      (brokerId) => brokerId === nodeId || this.#followers.get(brokerId)?.isCaughtUp(state) === true,
    );
    return kept.length === this.isr.length ? null : kept;
  }

  /**
   * Moves the high watermark to the smallest log end of the maximal ISR and of followers that are about to join it
   * (KIP-966: not while the ISR is below its minimum). Answers whether it moved.
   */
  advanceHighWatermark(): boolean {
    if (this.isUnderMinIsr) return false;
    let smallest = this.#log.logEndOffset;
    if (smallest === this.#log.highWatermark) return false;
    if (this.#followers.size > 0) smallest = this.#smallestEndOffset(smallest);
    if (smallest <= this.#log.highWatermark) return false;
    this.#log.setHighWatermark(smallest);
    return true;
  }

  /** The smallest log start of all live replicas: below it, records are gone everywhere (DeleteRecords). */
  lowWatermark(): number {
    let smallest = this.#log.logStartOffset;
    for (const follower of this.#followers.values()) {
      if (!this.#context.isEligible(follower.brokerId, -1)) continue;
      smallest = Math.min(smallest, follower.logStartOffset);
    }
    return smallest;
  }

  #smallestEndOffset(leaderEndOffset: number): number {
    const state = {
      leaderEndOffset,
      nowMs: this.#context.clock.monotonicMs(),
      lagMsMax: this.#context.lagMsMax,
    };
    let smallest = leaderEndOffset;
    for (const follower of this.#followers.values()) {
      if (follower.logEndOffset >= smallest) continue;
      const counts =
        this.isr.includes(follower.brokerId) ||
        this.proposedIsr?.includes(follower.brokerId) === true ||
        (follower.isCaughtUp(state) && this.#context.isEligible(follower.brokerId, follower.brokerEpoch));
      if (counts) smallest = follower.logEndOffset;
    }
    return smallest;
  }

  /** A follower in the ISR is given the benefit of the doubt; another one must first show itself. */
  #setReplicas(replicas: readonly number[]): void {
    const nowMs = this.#context.clock.monotonicMs();
    for (const brokerId of this.#followers.keys()) {
      if (!replicas.includes(brokerId)) this.#followers.delete(brokerId);
    }
    for (const brokerId of replicas) {
      if (brokerId === this.#context.nodeId || this.#followers.has(brokerId)) continue;
      const lastCaughtUpMs = this.isr.includes(brokerId) ? nowMs : Number.NEGATIVE_INFINITY;
      this.#followers.set(brokerId, new FollowerProgress(brokerId, lastCaughtUpMs));
    }
  }
}
