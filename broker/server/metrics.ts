/**
 * What a broker counts, as plain fields that the owner of the count increments and `src/server` renders. Names follow
 * Kafka's MBeans (BrokerTopicMetrics, RequestMetrics, ReplicaManager, DelayedOperationPurgatory, SocketServer).
 */
export interface BrokerMetrics extends SocketMetrics {
  readonly topics: ReadonlyMap<string, TopicMetrics>;
  readonly requests: ReadonlyMap<number, RequestMetrics>;
  /** Gauges, computed when asked. */
  readonly replicaManager: ReplicaManagerMetrics;
  readonly stalls: StallMetrics;
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
}

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
