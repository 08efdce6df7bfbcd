/** Orders and sets that the assignors share, so that every leader gives the same members the same partitions. */
import type {
  AssignmentMetadata,
  MemberAssignment,
  MemberSubscription,
  TopicPartition,
} from '../../types.ts';

/**
 * Static members first, by instance id, then dynamic ones by member id: a static member keeps its place over a restart
 * though its member id changes (KIP-345).
 */
export function compareMembers(a: MemberSubscription, b: MemberSubscription): number {
  if (a.groupInstanceId !== null && b.groupInstanceId !== null) {
    return compareText(a.groupInstanceId, b.groupInstanceId);
  }
  if (a.groupInstanceId !== null) return -1;
  if (b.groupInstanceId !== null) return 1;
  return compareText(a.memberId, b.memberId);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** All existing topics that somebody subscribes to, sorted. */
export function subscribedTopics(
  metadata: AssignmentMetadata,
  subscriptions: readonly MemberSubscription[],
): readonly string[] {
  const topics = new Set<string>();
  for (const { topics: names } of subscriptions) for (const name of names) topics.add(name);
  return Array.from(topics)
    .filter((topic) => (metadata.partitionCount(topic) ?? 0) > 0)
    .toSorted(compareText);
}

/** All partitions of the topics, topic by topic. */
export function partitionsOf(metadata: AssignmentMetadata, topics: readonly string[]): TopicPartition[] {
  const partitions: TopicPartition[] = [];
  for (const topic of topics) {
    const count = metadata.partitionCount(topic) ?? 0;
    for (let partition = 0; partition < count; partition++) partitions.push({ topic, partition });
  }
  return partitions;
}

/** An assignment in the making: every member is there from the start. */
export class AssignmentBuilder {
  readonly #partitions = new Map<string, TopicPartition[]>();

  constructor(subscriptions: readonly MemberSubscription[]) {
    for (const { memberId } of subscriptions) this.#partitions.set(memberId, []);
  }

  add(memberId: string, partition: TopicPartition): void {
    this.#partitions.get(memberId)?.push(partition);
  }

  build(): ReadonlyMap<string, MemberAssignment> {
    return new Map(Array.from(this.#partitions, ([memberId, partitions]) => [memberId, { partitions }]));
  }
}
