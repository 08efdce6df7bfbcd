/**
 * What a broker counts, as plain fields that the owner of the count increments and `src/server` renders. Names follow
 * Kafka's MBeans (BrokerTopicMetrics, RequestMetrics, ReplicaManager, DelayedOperationPurgatory, SocketServer).
 */
export interface BrokerMetrics {
  readonly topics: ReadonlyMap<string, TopicMetrics>;
  readonly requests: ReadonlyMap<number, RequestMetrics>;
  readonly connectionCount: number;
  readonly connectionCreationTotal: number;
  /** Gauges, computed when asked. */
  readonly replicaManager: ReplicaManagerMetrics;
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
