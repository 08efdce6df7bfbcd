import type { Cluster } from '../cluster/cluster.ts';
import { GroupCoordinator } from '../cluster/coordinator.ts';
import type { ConsumerSettings } from '../config/settings.ts';
import type { ConsumerAssignor } from '../types.ts';
import { Committer } from './committer.ts';
import { Membership } from './membership.ts';
import type { SubscriptionState } from './subscription-state.ts';

/** How long giving up partitions waits for the last commit. */
const COMMIT_BEFORE_REBALANCE_MS = 5_000;

/** The group of a consumer: its membership, and the offsets that it commits there. */
export class ConsumerGroup {
  readonly membership: Membership;
  readonly committer: Committer;
  readonly #cluster: Cluster;
  readonly #settings: ConsumerSettings;
  readonly #subscription: SubscriptionState;

  constructor(options: {
    readonly groupId: string;
    readonly cluster: Cluster;
    readonly settings: ConsumerSettings;
    readonly subscription: SubscriptionState;
    readonly assignors: readonly ConsumerAssignor[];
    readonly onEvent: () => void;
  }) {
    const { groupId, cluster, settings, subscription, assignors, onEvent } = options;
    this.#cluster = cluster;
    this.#settings = settings;
    this.#subscription = subscription;
    const coordinator = new GroupCoordinator(cluster, groupId);
    this.membership = new Membership({
      cluster,
      coordinator,
      settings,
      subscription,
      assignors,
      onEvent,
      beforeRebalance: () => this.committer.autoCommitNow(COMMIT_BEFORE_REBALANCE_MS),
    });
    this.committer = new Committer(cluster, coordinator, settings, {
      subscription,
      membership: this.membership,
    });
  }

  /** Commits, gives all partitions up and leaves, as far as the time goes. */
  async leave(options: { readonly timeoutMs?: number; readonly leaveGroup?: boolean }): Promise<void> {
    const timeoutMs = options.timeoutMs ?? this.#settings.requestTimeoutMs;
    const { clock } = this.#cluster.environment;
    const deadlineMs = clock.monotonicMs() + timeoutMs;
    // One that is under way may have a longer time of its own.
    await Promise.race([this.committer.autoCommitNow(timeoutMs), this.#cluster.sleep(timeoutMs)]);
    if (!this.#subscription.subscribed) return;
    try {
      await this.membership.releaseAll();
    } finally {
      await this.membership.end({
        leave: options.leaveGroup ?? this.#settings.groupInstanceId === null,
        reason: 'the consumer is closed',
        timeoutMs: Math.max(0, deadlineMs - clock.monotonicMs()),
      });
    }
  }
}
