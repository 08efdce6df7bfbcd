import { OperationalError } from '../../base/errors.ts';
import { ErrorCode } from '../../protocol/error-codes.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { GroupCoordinator } from '../cluster/coordinator.ts';
import { commitOffsets, fetchCommittedOffsets } from '../cluster/group-offsets.ts';
import type { ConsumerSettings } from '../config/settings.ts';
import { isRetriable } from '../kafka-error.ts';
import { showPartitions } from '../topic-partitions.ts';
import type { OffsetAndMetadata, TopicPartition } from '../types.ts';
import type { Membership } from './membership.ts';
import type { SubscriptionState } from './subscription-state.ts';

/** What a failed commit tells the membership, by the error's name. */
const MEMBERSHIP_CODES: ReadonlyMap<string, number> = new Map([
  ['UNKNOWN_MEMBER_ID', ErrorCode.UNKNOWN_MEMBER_ID],
  ['ILLEGAL_GENERATION', ErrorCode.ILLEGAL_GENERATION],
  ['FENCED_INSTANCE_ID', ErrorCode.FENCED_INSTANCE_ID],
  ['REBALANCE_IN_PROGRESS', ErrorCode.REBALANCE_IN_PROGRESS],
]);

/** What a commit fails with when a rebalance overtakes it, in which the member takes part: its partitions may stay with it. */
const OVERTAKEN_CODES: ReadonlySet<string> = new Set(['ILLEGAL_GENERATION', 'REBALANCE_IN_PROGRESS']);

/** Commits and reads offsets of the consumer's group, by hand and on a timer. */
export class Committer {
  readonly #cluster: Cluster;
  readonly #coordinator: GroupCoordinator;
  readonly #settings: ConsumerSettings;
  readonly #subscription: SubscriptionState;
  readonly #membership: Membership;
  #autoCommitAtMs = 0;
  #autoCommitting: Promise<void> | undefined;

  constructor(
    cluster: Cluster,
    coordinator: GroupCoordinator,
    settings: ConsumerSettings,
    parts: { readonly subscription: SubscriptionState; readonly membership: Membership },
  ) {
    this.#cluster = cluster;
    this.#coordinator = coordinator;
    this.#settings = settings;
    this.#subscription = parts.subscription;
    this.#membership = parts.membership;
    this.#autoCommitAtMs = cluster.environment.clock.monotonicMs() + settings.autoCommitIntervalMs;
  }

  /** Where the application is, as it is to be committed. */
  positions(): readonly OffsetAndMetadata[] {
    const offsets: OffsetAndMetadata[] = [];
    for (const { topic, partition, position, positionEpoch } of this.#subscription.states()) {
      if (position >= 0) offsets.push({ topic, partition, offset: position, leaderEpoch: positionEpoch });
    }
    return offsets;
  }

  /** Commits, and tries again what is worth it. */
  async commit(offsets: readonly OffsetAndMetadata[], timeoutMs: number): Promise<void> {
    if (offsets.length === 0) return;
    const member = this.#membership.group;
    if (this.#subscription.subscribed && member.generationId < 0) {
      throw commitFailed(offsets, 'this member is not in the group (any more)');
    }
    const outsider = { ...member, generationId: -1, memberId: '', groupInstanceId: null };
    let refused: OperationalError | undefined;
    await this.#cluster.retry('committing offsets', timeoutMs, async () => {
      try {
        await commitOffsets(this.#coordinator, this.#subscription.subscribed ? member : outsider, offsets);
      } catch (error) {
        if (!(error instanceof OperationalError) || !MEMBERSHIP_CODES.has(error.code)) throw error;
        refused = error;
      }
    });
    if (refused === undefined) return;
    const isOvertaken = OVERTAKEN_CODES.has(refused.code) && this.#membership.hasMovedOn(member);
    if (
      this.#subscription.subscribed &&
      !isOvertaken &&
      member.generationId === this.#membership.group.generationId
    ) {
      this.#membership.onErrorCode(MEMBERSHIP_CODES.get(refused.code) ?? ErrorCode.NONE);
    }
    if (isOvertaken || refused.code === 'REBALANCE_IN_PROGRESS') {
      throw new OperationalError(
        'REBALANCE_IN_PROGRESS',
        `the group is rebalancing: poll, and commit ${showPartitions(offsets)} again if they are still assigned`,
        { retriable: true, cause: refused },
      );
    }
    throw commitFailed(offsets, refused.message);
  }

  /** Committed offsets; partitions without one are absent. */
  committed(partitions: readonly TopicPartition[], timeoutMs: number): Promise<readonly OffsetAndMetadata[]> {
    return this.#cluster.retry('reading committed offsets', timeoutMs, () =>
      fetchCommittedOffsets(this.#coordinator, partitions, { requireStable: true }),
    );
  }

  /** Begins a commit in the background if it is due: to be called before records are handed out. */
  autoCommitIfDue(): void {
    if (!this.#settings.autoCommit || this.#autoCommitting !== undefined) return;
    const nowMs = this.#cluster.environment.clock.monotonicMs();
    if (nowMs < this.#autoCommitAtMs) return;
    this.#autoCommitAtMs = nowMs + this.#settings.autoCommitIntervalMs;
    this.#autoCommitting = this.#autoCommit(this.#settings.defaultApiTimeoutMs).finally(() => {
      this.#autoCommitting = undefined;
    });
  }

  /** Commits before partitions are given up or the consumer closes, if that is done by itself at all. */
  async autoCommitNow(timeoutMs: number): Promise<void> {
    if (!this.#settings.autoCommit) return;
    // Commits are not to overtake each other.
    await this.#autoCommitting;
    await this.#autoCommit(timeoutMs);
  }

  /** A commit that nobody waits for may fail: the next one, or the next owner, goes on from the last that did not. */
  async #autoCommit(timeoutMs: number): Promise<void> {
    if (this.#subscription.subscribed && this.#membership.group.generationId < 0) return;
    try {
      await this.commit(this.positions(), timeoutMs);
    } catch (error) {
      if (!(error instanceof OperationalError)) throw error;
      if (isRetriable(error)) this.#autoCommitAtMs = 0;
    }
  }
}

function commitFailed(offsets: readonly TopicPartition[], why: string): OperationalError {
  return new OperationalError(
    'COMMIT_FAILED',
    `committing ${showPartitions(offsets)} failed: ${why}; the group may have given them to another member`,
    { retriable: false },
  );
}
