import { OperationalError } from '../../base/errors.ts';
import type { Timer } from '../../base/environment.ts';
import { ErrorCode, errorOf } from '../../protocol/error-codes.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { GroupCoordinator } from '../cluster/coordinator.ts';
import { Backoff } from '../connection/backoff.ts';
import type { ConsumerSettings } from '../config/settings.ts';
import { isRetriable, kafkaError } from '../kafka-error.ts';
import { partitionKey } from '../topic-partitions.ts';
import type { ConsumerAssignor, ConsumerGroupMetadata, RebalanceProtocol } from '../types.ts';
import { commonProtocol } from './assignors/assignors.ts';
import { Heartbeats } from './heartbeats.ts';
import { type JoinedGroup, joinClassicGroup } from './join.ts';
import { leaveGroup } from './leave-group.ts';
import { keysOf, PartitionHandover } from './partition-handover.ts';
import type { SubscriptionState } from './subscription-state.ts';

interface MembershipOptions {
  readonly cluster: Cluster;
  readonly coordinator: GroupCoordinator;
  readonly settings: ConsumerSettings;
  readonly subscription: SubscriptionState;
  readonly assignors: readonly ConsumerAssignor[];
  /** Something has happened that a waiting poll should look at. */
  readonly onEvent: () => void;
  /** Before partitions are given up in a rebalance; must not throw. */
  readonly beforeRebalance: () => Promise<void>;
}

/**
 * This consumer's membership in a classic group: joins, rebalances, and tells the listener.
 *
 * The network part of a join runs in the background; callbacks run only inside {@link advance}, which `poll` calls, so
 * that the application never has its partitions taken away while it works on them.
 */
export class Membership {
  readonly #options: MembershipOptions;
  readonly #protocol: RebalanceProtocol;
  /** The assignor that the group has chosen last. */
  #chosen: ConsumerAssignor | undefined;
  readonly #heartbeats: Heartbeats;
  readonly #handover: PartitionHandover;
  readonly #backoff: Backoff;
  #memberId = '';
  #generationId = -1;
  /** Who it was in the generation that it was put out of; undefined while it is in one, or has never been, or has left. */
  #putOut: ConsumerGroupMetadata | undefined;
  /** Undefined: no rejoin is needed. */
  #rejoinReason: string | undefined = 'first join';
  /** The partitions have been given up for the rebalance that is under way. */
  #prepared = false;
  /** The generation was taken from us: others may own the partitions already. */
  #lost = false;
  #joining = false;
  #joined: JoinedGroup | undefined;
  #failure: unknown;
  #failures = 0;
  #pause: Timer | undefined;
  #topicsJoinedWith: readonly string[] = [];
  /** On the leader: partition counts that the assignment is based on. */
  #assignedFrom: ReadonlyMap<string, number> | undefined;
  /** Raised when the member leaves: a join that was on its way is of no use any more. */
  #life = 0;

  constructor(options: MembershipOptions) {
    const { cluster, coordinator, settings } = options;
    this.#options = options;
    this.#protocol = commonProtocol(options.assignors);
    this.#backoff = new Backoff(cluster.environment.random, {
      firstMs: settings.retryBackoffMs,
      lastMs: settings.retryBackoffMsMax,
    });
    this.#handover = new PartitionHandover(options.subscription);
    this.#heartbeats = new Heartbeats({
      cluster,
      coordinator,
      settings,
      group: () => this.group,
      onAnswer: (errorCode, generationId) => this.#onHeartbeat(errorCode, generationId),
      onPollOverdue: () => this.#onPollOverdue(),
    });
  }

  get group(): ConsumerGroupMetadata {
    return {
      groupId: this.#options.coordinator.groupId,
      generationId: this.#generationId,
      memberId: this.#memberId,
      groupInstanceId: this.#options.settings.groupInstanceId,
    };
  }

  /** As whom records are committed in transactions: who was put out stays it, as coordinators take offsets of no generation. */
  get groupOfRecords(): ConsumerGroupMetadata {
    return this.#putOut ?? this.group;
  }

  /** True if nothing is to be done and the assignment holds. */
  get settled(): boolean {
    return this.#rejoinReason === undefined && !this.#joining && !this.#lost;
  }

  /**
   * Whether the member has begun to join another generation since it was this one, or is in it. The coordinator begins a
   * generation before the member hears of it: what it refuses then says nothing about the member.
   */
  hasMovedOn({ generationId, memberId }: ConsumerGroupMetadata): boolean {
    if (memberId !== this.#memberId || this.#lost) return false;
    return this.#joining || this.#generationId > generationId;
  }

  enterPoll(): void {
    this.#heartbeats.enterPoll();
  }

  leavePoll(): void {
    this.#heartbeats.leavePoll();
  }

  requestRejoin(reason: string): void {
    this.#rejoinReason ??= reason;
    this.#options.onEvent();
  }

  /** The subscription or the cluster may have changed in a way that asks for another assignment. */
  checkSubscription(): void {
    const { subscription, cluster } = this.#options;
    if (this.#generationId < 0) return;
    if (!sameTopics(subscription.topics, this.#topicsJoinedWith))
      this.requestRejoin('the subscription has changed');
    if (this.#assignedFrom === undefined) return;
    for (const [topic, count] of this.#assignedFrom) {
      if ((cluster.metadata.topic(topic)?.partitions.length ?? 0) !== count) {
        this.requestRejoin(`the partitions of ${topic} have changed`);
      }
    }
  }

  /**
   * Goes as far as it can without waiting for the network; to be called again after `onEvent`.
   * @returns true when the member is in the group with its assignment.
   * @throws {OperationalError} what ends the membership for good, and what a callback threw.
   */
  async advance(): Promise<boolean> {
    for (;;) {
      if (this.#failure !== undefined) {
        const failure = this.#failure;
        this.#failure = undefined;
        throw failure;
      }
      if (this.#joined !== undefined) {
        const joined = this.#joined;
        this.#joined = undefined;
        await this.#complete(joined);
        continue;
      }
      if (this.settled) return true;
      if (this.#joining || this.#pause !== undefined) return false;
      await this.#prepare();
      if (this.#joining) return false;
      this.#join();
      return false;
    }
  }

  /** Gives all partitions up, telling the listener. */
  async releaseAll(): Promise<void> {
    const { subscription } = this.#options;
    const partitions = subscription.assigned();
    if (partitions.length === 0) return;
    try {
      if (this.#generationId < 0 || this.#lost) await this.#handover.tellLost(partitions);
      else await this.#handover.tellRevoked(partitions);
    } finally {
      subscription.setAssigned([]);
      this.#lost = false;
    }
  }

  /** Ends the membership; `leave` tells the coordinator, so that the others need not wait for the session to end. */
  async end(options: {
    readonly leave: boolean;
    readonly reason: string;
    /** How long to wait for the coordinator to be told. */
    readonly timeoutMs: number;
  }): Promise<void> {
    const { leave, reason, timeoutMs } = options;
    const member = this.group;
    this.#heartbeats.stop();
    this.#pause?.cancel();
    this.#pause = undefined;
    this.#life++;
    this.#joining = false;
    this.#joined = undefined;
    this.#prepared = false;
    this.#lost = false;
    this.#generationId = -1;
    this.#putOut = undefined;
    this.#memberId = '';
    this.#assignedFrom = undefined;
    this.#rejoinReason = 'joining again';
    if (!leave || member.memberId === '') return;
    await Promise.race([this.#leave(member, reason), this.#options.cluster.sleep(timeoutMs)]);
  }

  /** What an error code of a commit or heartbeat means for the membership. */
  onErrorCode(errorCode: number): void {
    switch (errorCode) {
      case ErrorCode.REBALANCE_IN_PROGRESS:
        this.requestRejoin('the group is rebalancing');
        return;
      case ErrorCode.UNKNOWN_MEMBER_ID:
        this.#loseGeneration('the coordinator does not know this member', { keepMemberId: false });
        return;
      case ErrorCode.ILLEGAL_GENERATION:
        this.#loseGeneration('the group has gone on to another generation', { keepMemberId: true });
        return;
      case ErrorCode.FENCED_INSTANCE_ID:
        this.#loseGeneration('another member uses the same group.instance.id', { keepMemberId: false });
        this.#failure = kafkaError(errorCode, `group ${this.group.groupId}`);
        this.#options.onEvent();
    }
  }

  #join(): void {
    const { cluster, coordinator, settings, subscription, assignors } = this.#options;
    const life = this.#life;
    this.#joining = true;
    // The coordinator holds a join, and a follower's sync, until the others are ready, and does not let the session end
    // meanwhile. A heartbeat would wait behind it on the same connection, time out, and tear the connection down.
    this.#heartbeats.stop();
    this.#topicsJoinedWith = subscription.topics;
    // A request to rejoin that comes from now on is for the next round.
    const reason = this.#rejoinReason;
    this.#rejoinReason = undefined;
    joinClassicGroup({
      cluster,
      coordinator,
      settings,
      assignors,
      topics: subscription.topics,
      ownedPartitions: subscription.assigned(),
      member: this.group,
      reason: reason ?? null,
      onMemberId: (memberId) => {
        if (life === this.#life) this.#memberId = memberId;
      },
      onGeneration: (generationId, { isLeader }) => {
        if (life !== this.#life) return;
        this.#generationId = generationId;
        this.#putOut = undefined;
        if (isLeader) this.#heartbeats.start();
      },
    }).then(
      (joined) => {
        if (life !== this.#life) return;
        this.#failures = 0;
        this.#joined = joined;
        this.#heartbeats.start();
        this.#options.onEvent();
      },
      (error: unknown) => {
        if (life !== this.#life) return;
        this.#joining = false;
        this.#onJoinFailed(error, reason);
      },
    );
  }

  #onJoinFailed(error: unknown, reason: string | undefined): void {
    this.#rejoinReason ??= reason ?? 'the last join failed';
    if (error instanceof OperationalError) {
      if (error.code === 'UNKNOWN_MEMBER_ID') this.#forgetGeneration({ keepMemberId: false });
      if (error.code === 'ILLEGAL_GENERATION') this.#forgetGeneration({ keepMemberId: true });
    }
    const again = isRetriable(error) || (error instanceof OperationalError && REJOIN_CODES.has(error.code));
    if (!again) {
      this.#heartbeats.stop();
      this.#failure = error;
      this.#options.onEvent();
      return;
    }
    this.#failures++;
    // A rebalance that has begun anew is joined at once; what cannot be reached gets a pause.
    const atOnce = error instanceof OperationalError && REJOIN_CODES.has(error.code) && this.#failures < 5;
    this.#pause = this.#options.cluster.environment.timers.after(
      atOnce ? 0 : this.#backoff.delayMs(this.#failures),
      () => {
        this.#pause = undefined;
        this.#options.onEvent();
      },
    );
  }

  /** Gives up, before joining, what the protocol asks for; once per rebalance, however often the join is repeated. */
  async #prepare(): Promise<void> {
    if (this.#prepared) return;
    const { subscription, beforeRebalance } = this.#options;
    this.#prepared = true;
    const owned = subscription.assigned();
    if (this.#lost || (this.#generationId < 0 && owned.length > 0)) {
      this.#lost = false;
      subscription.setAssigned([]);
      if (owned.length > 0) await this.#handover.tellLost(owned);
      return;
    }
    if (owned.length === 0) return;
    await beforeRebalance();
    const topics = new Set(subscription.topics);
    const gone = this.#keepsPartitions ? owned.filter(({ topic }) => !topics.has(topic)) : owned;
    await this.#handover.revoke(gone);
  }

  async #complete(joined: JoinedGroup): Promise<void> {
    const { subscription, coordinator } = this.#options;
    const { assignor, assignment } = joined;
    this.#joining = false;
    this.#prepared = false;
    this.#assignedFrom = joined.assignedFrom;
    this.#chosen = assignor;
    const topics = new Set(this.#topicsJoinedWith);
    const foreign = assignment.partitions.find(({ topic }) => !topics.has(topic));
    if (foreign !== undefined) {
      // Another client made this assignment; what was not asked for must not be consumed.
      this.requestRejoin(`${foreign.topic} was assigned but not subscribed to`);
      return;
    }
    const owned = subscription.assigned();
    const ownedKeys = keysOf(owned);
    const assignedKeys = keysOf(assignment.partitions);
    const added = assignment.partitions.filter((p) => !ownedKeys.has(partitionKey(p.topic, p.partition)));
    const revoked = owned.filter((p) => !assignedKeys.has(partitionKey(p.topic, p.partition)));
    if (revoked.length > 0) {
      await this.#options.beforeRebalance();
      await this.#handover.revoke(revoked);
      // The revoked partitions go to their new owners in a second rebalance, which we start (KIP-429).
      this.requestRejoin('partitions were revoked');
    }
    subscription.setAssigned(assignment.partitions);
    assignor.onAssignment?.(assignment, { ...this.group, groupId: coordinator.groupId });
    await subscription.listener.onAssigned?.(added);
    this.checkSubscription();
  }

  /** Whether partitions are kept while the member joins (KIP-429). */
  get #keepsPartitions(): boolean {
    return this.#protocol === 'cooperative' && this.#chosen?.revokesAll !== true;
  }

  #onHeartbeat(errorCode: number, generationId: number): void {
    // An answer about an earlier generation says nothing about this one, and a join that runs settles it anyway.
    if (errorCode === ErrorCode.NONE || generationId !== this.#generationId || this.#joining) return;
    if (errorOf(errorCode).retriable && errorCode !== ErrorCode.REBALANCE_IN_PROGRESS) return;
    this.onErrorCode(errorCode);
  }

  #onPollOverdue(): void {
    const member = this.group;
    this.#loseGeneration('the application did not poll within max.poll.interval.ms', { keepMemberId: false });
    // A static member stays in the group until its session ends: it may be restarting.
    if (member.groupInstanceId === null) {
      void this.#leave(member, 'max.poll.interval.ms was exceeded');
    }
  }

  #loseGeneration(reason: string, options: { readonly keepMemberId: boolean }): void {
    this.#forgetGeneration(options);
    this.requestRejoin(reason);
  }

  #forgetGeneration({ keepMemberId }: { readonly keepMemberId: boolean }): void {
    this.#heartbeats.stop();
    if (this.#generationId >= 0) this.#putOut = this.group;
    this.#generationId = -1;
    if (!keepMemberId) this.#memberId = '';
    this.#lost = true;
    this.#prepared = false;
    this.#assignedFrom = undefined;
  }

  async #leave(member: ConsumerGroupMetadata, reason: string): Promise<void> {
    const { coordinator, settings } = this.#options;
    const timeoutMs = Math.min(settings.requestTimeoutMs, settings.sessionTimeoutMs);
    await leaveGroup(coordinator, member, { reason, timeoutMs });
  }
}

/** Not retriable as such, but cured by joining again. */
const REJOIN_CODES = new Set([
  'REBALANCE_IN_PROGRESS',
  'UNKNOWN_MEMBER_ID',
  'ILLEGAL_GENERATION',
  'MEMBER_ID_REQUIRED',
]);

function sameTopics(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((topic, index) => topic === b[index]);
}
