/**
 * What a broker counts, as plain fields that the owner of the count increments and `src/server` renders. Names follow
 * Kafka's MBeans (BrokerTopicMetrics, RequestMetrics, ReplicaManager, DelayedOperationPurgatory, SocketServer).
 */
export interface BrokerMetrics extends SocketMetrics {
  readonly topics: ReadonlyMap<string, TopicMetrics>;
  readonly requests: ReadonlyMap<number, RequestMetrics>;
  /** Gauges, computed when asked. */
  readonly replicaManager: ReplicaManagerMetrics;
  /** Gauges and totals, as they are when asked. */
  readonly logCleaner: LogCleanerMetrics;
  readonly stalls: StallMetrics;
  /** Of the cluster, as this broker knows it. */
  readonly cluster: ClusterMetrics;
  /** The partitions with a replica here, as they are when one comes to them: whoever walks them may pause. */
  partitions(): Iterable<PartitionMetrics>;
  /** The groups that this broker coordinates, in the same way. */
  groups(): Iterable<GroupMetrics>;
}

/** How the compaction of logs goes (Kafka's LogCleaner and LogCleanerManager). */
export interface LogCleanerMetrics {
  /** Partitions that cannot be compacted, as with a damaged segment, and what they take. */
  readonly uncleanablePartitionsCount: number;
  readonly uncleanableBytes: number;
  /** Of the logs that may be compacted, the largest share of bytes that have not been, in percent. */
  readonly maxDirtyPercent: number;
  /** How full the map of keys was in the last cleaning, in percent. */
  readonly maxBufferUtilizationPercent: number;
  readonly cleaningsTotal: number;
  readonly failedCleaningsTotal: number;
  readonly bytesReadTotal: number;
  readonly bytesWrittenTotal: number;
  /** Of the last cleaning, in milliseconds. */
  readonly lastCleaningTimeMs: number;
}

export interface PartitionMetrics {
  readonly topic: string;
  readonly partition: number;
  readonly logStartOffset: number;
  readonly logEndOffset: number;
  readonly sizeBytes: number;
  readonly segmentCount: number;
  readonly isLeader: boolean;
  /** Of a partition that is led here. */
  readonly isUnderReplicated: boolean;
}

export interface GroupMetrics {
  readonly groupId: string;
  readonly memberCount: number;
  readonly offsets: Iterable<GroupOffsetMetrics>;
}

export interface GroupOffsetMetrics {
  readonly topic: string;
  readonly partition: number;
  readonly committedOffset: number;
  /** Records after the committed offset; undefined where this broker has no replica of the partition. */
  readonly lag: number | undefined;
}

export interface ClusterMetrics {
  readonly isActiveController: boolean;
  readonly activeBrokerCount: number;
  readonly topicCount: number;
  readonly partitionCount: number;
  /** Partitions without a leader. */
  readonly offlinePartitionsCount: number;
}

/** How long the event loop was held by one piece of work. */
export interface Stall {
  readonly ms: number;
  /** The API, or the broker's duty. */
  readonly cause: string;
}

/** Times when the event loop was held for longer than 20 ms. */
export interface StallMetrics {
  readonly longest: Stall;
  readonly stallsTotal: number;
}

export interface SocketMetrics {
  readonly connectionCount: number;
  /** Connections that clients may have together: `max.connections`, or what the limit of open files leaves. */
  readonly connectionsMax: number;
  readonly connectionCreationTotal: number;
  /** Connections that were closed at once, because a limit was reached. */
  readonly connectionRefusalTotal: number;
  /** Bytes of requests that are read or in work, of connections that have more than a few. */
  readonly queuedRequestBytes: number;
  /** Bytes of responses that clients have not taken. */
  readonly queuedResponseBytes: number;
}

export interface TopicMetrics {
  messagesInTotal: number;
  bytesInTotal: number;
  bytesOutTotal: number;
  bytesRejectedTotal: number;
  totalProduceRequestsTotal: number;
  totalFetchRequestsTotal: number;
  failedProduceRequestsTotal: number;
  failedFetchRequestsTotal: number;
  replicationBytesInTotal: number;
  replicationBytesOutTotal: number;
}

export interface RequestMetrics {
  readonly apiKey: number;
  readonly apiName: string;
  requestsTotal: number;
  errorsTotal: number;
  requestBytesTotal: number;
  /** From the complete frame to the queued response, in milliseconds; waiting in a purgatory counts. */
  totalTimeMsSum: number;
  totalTimeMsMax: number;
  /** How many took at most so long, by the bounds of {@link REQUEST_TIME_BOUNDS_MS}, each counted once; the last: longer. */
  readonly totalTimeMsCounts: number[];
}

/** The bounds of the histogram of a request's time, in milliseconds. */
export const REQUEST_TIME_BOUNDS_MS: readonly number[] = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000, 30_000,
];

export interface ReplicaManagerMetrics {
  readonly leaderCount: number;
  readonly partitionCount: number;
  readonly offlineReplicaCount: number;
  readonly underReplicatedPartitions: number;
  readonly underMinIsrPartitionCount: number;
  readonly atMinIsrPartitionCount: number;
  readonly isrShrinksTotal: number;
  readonly isrExpandsTotal: number;
  readonly failedIsrUpdatesTotal: number;
  readonly producePurgatorySize: number;
  readonly fetchPurgatorySize: number;
}
