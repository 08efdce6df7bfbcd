import { partitionKey } from '../topic-partitions.ts';
import type { TopicPartition } from '../types.ts';
import type { SubscriptionState } from './subscription-state.ts';

/** Takes partitions away from a member, and tells its listener. */
export class PartitionHandover {
  readonly #subscription: SubscriptionState;

  constructor(subscription: SubscriptionState) {
    this.#subscription = subscription;
  }

  /** Gives partitions up for others; meanwhile nothing is fetched from them. */
  async revoke(revoked: readonly TopicPartition[]): Promise<void> {
    const subscription = this.#subscription;
    if (revoked.length === 0) return;
    for (const { topic, partition } of revoked) {
      const state = subscription.get(topic, partition);
      if (state !== undefined) state.revoking = true;
    }
    try {
      await this.tellRevoked(revoked);
    } finally {
      // A listener that fails ends the poll, not the rebalance: the others wait for these partitions.
      const gone = keysOf(revoked);
      subscription.setAssigned(
        subscription.assigned().filter((p) => !gone.has(partitionKey(p.topic, p.partition))),
      );
    }
  }

  async tellRevoked(partitions: readonly TopicPartition[]): Promise<void> {
    await this.#subscription.listener.onRevoked?.(partitions);
  }

  /** Partitions that others may own already. */
  async tellLost(partitions: readonly TopicPartition[]): Promise<void> {
    const { listener } = this.#subscription;
    await (listener.onLost === undefined ? listener.onRevoked?.(partitions) : listener.onLost(partitions));
  }
}

export function keysOf(partitions: readonly TopicPartition[]): ReadonlySet<string> {
  return new Set(partitions.map(({ topic, partition }) => partitionKey(topic, partition)));
}
