import { BytesReader } from '../../../base/bytes-reader.ts';
import { BytesWriter } from '../../../base/bytes-writer.ts';
import { partitionKey } from '../../topic-partitions.ts';
import type { ConsumerAssignor, MemberSubscription, TopicPartition } from '../../types.ts';
import { assignSticky, type PreviousOwnership } from './sticky-assignment.ts';

/**
 * `cooperative-sticky` (KIP-429): balances as `sticky` does, but nobody stops the world. Members keep their partitions
 * while they join; a partition that moves is in nobody's assignment in the first round, its owner sees that it has lost
 * it, revokes it and joins again, and in the second round it goes to its new owner.
 *
 * It remembers its generation: each consumer needs one of its own.
 */
export function cooperativeStickyAssignor(): ConsumerAssignor {
  let generation = -1;
  return {
    name: 'cooperative-sticky',
    supportedProtocols: ['cooperative', 'eager'],

    subscriptionUserData() {
      const writer = new BytesWriter(16);
      writer.int32(generation);
      return writer.finishBuffer();
    },

    onAssignment(_assignment, { generationId }) {
      generation = generationId;
    },

    assign(metadata, subscriptions) {
      const assigned = assignSticky(metadata, subscriptions, ownership);
      const owners = ownersNow(subscriptions);
      const settled = (memberId: string) => (partition: TopicPartition) => {
        const owner = owners.get(partitionKey(partition.topic, partition.partition));
        return owner === undefined || owner === memberId;
      };
      return new Map(
        Array.from(assigned, ([memberId, partitions]) => [
          memberId,
          { partitions: partitions.filter(settled(memberId)) },
        ]),
      );
    },
  };
}

/** The generation: in the subscription from version 2 on, and in the user data, where older clients tell it. */
function ownership(subscription: MemberSubscription): PreviousOwnership {
  const { ownedPartitions, userData } = subscription;
  let { generationId } = subscription;
  if (generationId < 0 && userData !== null && userData.length >= 4) {
    generationId = new BytesReader(userData).int32();
  }
  return { partitions: ownedPartitions, generationId };
}

/** Every claim counts here, also an outdated one: its holder may still be processing. */
function ownersNow(subscriptions: readonly MemberSubscription[]): ReadonlyMap<string, string> {
  const owners = new Map<string, { memberId: string; generationId: number }>();
  for (const subscription of subscriptions) {
    const { partitions, generationId } = ownership(subscription);
    for (const { topic, partition } of partitions) {
      const key = partitionKey(topic, partition);
      const known = owners.get(key);
      if (known === undefined || known.generationId <= generationId) {
        owners.set(key, { memberId: subscription.memberId, generationId });
      }
    }
  }
  return new Map(Array.from(owners, ([key, { memberId }]) => [key, memberId]));
}
