/** The `consumer` protocol that members of a classic group speak through the broker, which does not read it. */
import { decodeVersioned, encodeVersioned } from '../../protocol/codec.ts';
import {
  consumerProtocolAssignment,
  consumerProtocolSubscription,
} from '../../protocol/records-schemas/consumer-protocol.ts';
import { groupByTopic } from '../topic-partitions.ts';
import type { MemberAssignment, MemberSubscription, TopicPartition } from '../types.ts';

export const CONSUMER_PROTOCOL_TYPE = 'consumer';

export function encodeSubscription(
  subscription: Omit<MemberSubscription, 'memberId' | 'groupInstanceId'>,
): Buffer {
  return encodeVersioned(consumerProtocolSubscription, consumerProtocolSubscription.versions.max, {
    topics: subscription.topics,
    userData: subscription.userData,
    ownedPartitions: toTopics(subscription.ownedPartitions),
    generationId: subscription.generationId,
    rackId: subscription.rackId,
  });
}

export function decodeSubscription(
  member: { readonly memberId: string; readonly groupInstanceId: string | null },
  bytes: Buffer,
): MemberSubscription {
  const decoded = decodeVersioned(consumerProtocolSubscription, bytes, { lenient: true });
  return {
    memberId: member.memberId,
    groupInstanceId: member.groupInstanceId,
    topics: decoded.topics,
    userData: decoded.userData,
    ownedPartitions: fromTopics(decoded.ownedPartitions),
    generationId: decoded.generationId,
    rackId: decoded.rackId,
  };
}

export function encodeAssignment({ partitions, userData }: MemberAssignment): Buffer {
  return encodeVersioned(consumerProtocolAssignment, consumerProtocolAssignment.versions.max, {
    assignedPartitions: toTopics(partitions),
    userData: userData ?? null,
  });
}

/** No bytes stand for no partitions: what the broker gives a member that the leader left out. */
export function decodeAssignment(bytes: Buffer): MemberAssignment {
  if (bytes.length === 0) return { partitions: [], userData: null };
  const { assignedPartitions, userData } = decodeVersioned(consumerProtocolAssignment, bytes, {
    lenient: true,
  });
  return { partitions: fromTopics(assignedPartitions), userData };
}

interface TopicPartitions {
  readonly topic: string;
  readonly partitions: readonly number[];
}

function toTopics(partitions: readonly TopicPartition[]): readonly TopicPartitions[] {
  return groupByTopic(partitions).map(({ topic, items }) => ({
    topic,
    partitions: items.map(({ partition }) => partition),
  }));
}

function fromTopics(topics: readonly TopicPartitions[]): readonly TopicPartition[] {
  return topics.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })));
}
