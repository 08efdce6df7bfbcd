/** The public types of assignors, which share out the partitions of a group. */
import type { TopicPartition } from '../../protocol/topic-partition.ts';
import type { ConsumerGroupMetadata, PartitionInfo } from './consumer-types.ts';

export type AssignorName = 'range' | 'roundrobin' | 'sticky' | 'cooperative-sticky';
export type RebalanceProtocol = 'eager' | 'cooperative';

/** What one member told the group (ConsumerProtocolSubscription). */
export interface MemberSubscription {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly topics: readonly string[];
  readonly userData: Buffer | null;
  readonly ownedPartitions: readonly TopicPartition[];
  /** Generation in which the owned partitions were assigned; -1 if the member does not say. */
  readonly generationId: number;
  readonly rackId: string | null;
}

/** What one member is given (ConsumerProtocolAssignment). */
export interface MemberAssignment {
  readonly partitions: readonly TopicPartition[];
  readonly userData?: Buffer | null;
}

/** What the group's leader knows of the cluster when it assigns: all topics that any member subscribes to. */
export interface AssignmentMetadata {
  /** Undefined if the topic does not exist. */
  partitionCount(topic: string): number | undefined;
  partitions(topic: string): readonly PartitionInfo[];
  /** Rack of a node, if the broker has one. */
  rackOf(nodeId: number): string | null;
}

/** The Java client's ConsumerPartitionAssignor: the built-in ones implement it, and Streams brings its own. */
export interface ConsumerAssignor {
  /** Goes over the wire; all members of a group must have one name in common. */
  readonly name: string;
  /** Highest first matters not: a group uses the highest protocol that all of a member's assignors support. */
  readonly supportedProtocols: readonly RebalanceProtocol[];
  /**
   * While the group has chosen this one, its leader may give away what others still have: members give everything up before
   * they join again, whatever their other assignors support. For moving a group, member by member, to a cooperative one.
   */
  readonly revokesAll?: boolean;
  /** Own bytes for the subscription; asked at each (re)join. */
  subscriptionUserData?(topics: readonly string[]): Buffer | null;
  /** Runs on the group's leader only. Every member must be in the answer. May be async (Streams creates topics). */
  assign(
    metadata: AssignmentMetadata,
    subscriptions: readonly MemberSubscription[],
  ): ReadonlyMap<string, MemberAssignment> | Promise<ReadonlyMap<string, MemberAssignment>>;
  /** Runs on each member with what it was given, before the rebalance listener. */
  onAssignment?(assignment: MemberAssignment, group: ConsumerGroupMetadata): void;
}
