import { BytesReader } from '../../../base/bytes-reader.ts';
import { BytesWriter } from '../../../base/bytes-writer.ts';
import { groupByTopic } from '../../topic-partitions.ts';
import type { ConsumerAssignor, MemberSubscription, TopicPartition } from '../../types.ts';
import { assignSticky, type PreviousOwnership } from './sticky-assignment.ts';

const NOTHING_OWNED: PreviousOwnership = { partitions: [], generationId: -1 };

/**
 * `sticky` (KIP-54): even, and over a rebalance most partitions stay where they are. It is eager: members give up all
 * partitions before they join, so that each remembers its last assignment and tells it as its user data, in the Java
 * client's format (version 1, with the generation of KIP-341).
 *
 * It has a memory: each consumer needs one of its own.
 */
export function stickyAssignor(): ConsumerAssignor {
  let owned: PreviousOwnership | undefined;
  return {
    name: 'sticky',
    supportedProtocols: ['eager'],
    subscriptionUserData: () => (owned === undefined ? null : encodeOwnership(owned)),
    onAssignment({ partitions }, { generationId }) {
      owned = { partitions, generationId };
    },
    assign(metadata, subscriptions) {
      const assigned = assignSticky(metadata, subscriptions, previousOwnership);
      return new Map(Array.from(assigned, ([memberId, partitions]) => [memberId, { partitions }]));
    },
  };
}

function previousOwnership({ userData }: MemberSubscription): PreviousOwnership {
  return userData === null ? NOTHING_OWNED : decodeOwnership(userData);
}

export function encodeOwnership({ partitions, generationId }: PreviousOwnership): Buffer {
  const writer = new BytesWriter(256);
  const topics = groupByTopic(partitions);
  writer.int32(topics.length);
  for (const { topic, items } of topics) {
    writer.string(topic);
    writer.int32(items.length);
    for (const { partition } of items) writer.int32(partition);
  }
  writer.int32(generationId);
  return writer.finishBuffer();
}

/** Version 0 ends before the generation. */
export function decodeOwnership(userData: Buffer): PreviousOwnership {
  const reader = new BytesReader(userData);
  const partitions: TopicPartition[] = [];
  const topicCount = reader.arrayLength(6);
  for (let i = 0; i < topicCount; i++) {
    const topic = reader.string();
    const count = reader.arrayLength(4);
    for (let j = 0; j < count; j++) partitions.push({ topic, partition: reader.int32() });
  }
  return { partitions, generationId: reader.remaining >= 4 ? reader.int32() : -1 };
}
