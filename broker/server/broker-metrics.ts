import type { Api } from '../../src/protocol/message.ts';
import {
  type BrokerMetrics,
  type ClusterMetrics,
  type GroupMetrics,
  type LogCleanerMetrics,
  type PartitionMetrics,
  type ReplicaManagerMetrics,
  REQUEST_TIME_BOUNDS_MS,
  type RequestMetrics,
  type SocketMetrics,
  type StallMetrics,
  type TopicMetrics,
} from './metrics.ts';

interface MetricsSources {
  readonly stalls: StallMetrics;
  readonly connections: () => SocketMetrics;
  readonly replicaManager: () => ReplicaManagerMetrics;
  readonly logCleaner: () => LogCleanerMetrics;
  readonly cluster: () => ClusterMetrics;
  readonly partitions: () => Iterable<PartitionMetrics>;
  readonly groups: () => Iterable<GroupMetrics>;
}

/** Holds the counters; who counts asks once for its record and then increments plain fields. */
export class Metrics implements BrokerMetrics {
  readonly topics = new Map<string, TopicMetrics>();
  readonly requests = new Map<number, RequestMetrics>();
  readonly #sources: MetricsSources;

  constructor(sources: MetricsSources) {
    this.#sources = sources;
  }

  get connectionCount(): number {
    return this.#sources.connections().connectionCount;
  }

  get connectionsMax(): number {
    return this.#sources.connections().connectionsMax;
  }

  get connectionCreationTotal(): number {
    return this.#sources.connections().connectionCreationTotal;
  }

  get connectionRefusalTotal(): number {
    return this.#sources.connections().connectionRefusalTotal;
  }

  get queuedRequestBytes(): number {
    return this.#sources.connections().queuedRequestBytes;
  }

  get queuedResponseBytes(): number {
    return this.#sources.connections().queuedResponseBytes;
  }

  get stalls(): StallMetrics {
    return this.#sources.stalls;
  }

  get replicaManager(): ReplicaManagerMetrics {
    return this.#sources.replicaManager();
  }

  get logCleaner(): LogCleanerMetrics {
    return this.#sources.logCleaner();
  }

  get cluster(): ClusterMetrics {
    return this.#sources.cluster();
  }

  partitions(): Iterable<PartitionMetrics> {
    return this.#sources.partitions();
  }

  groups(): Iterable<GroupMetrics> {
    return this.#sources.groups();
  }

  topic(name: string): TopicMetrics {
    let metrics = this.topics.get(name);
    if (metrics === undefined) {
      metrics = {
        messagesInTotal: 0,
        bytesInTotal: 0,
        bytesOutTotal: 0,
        bytesRejectedTotal: 0,
        totalProduceRequestsTotal: 0,
        totalFetchRequestsTotal: 0,
        failedProduceRequestsTotal: 0,
        failedFetchRequestsTotal: 0,
        replicationBytesInTotal: 0,
        replicationBytesOutTotal: 0,
      };
      this.topics.set(name, metrics);
    }
    return metrics;
  }

  /** Forgets a topic that was deleted. */
  dropTopic(name: string): void {
    this.topics.delete(name);
  }

  request(api: Api): RequestMetrics {
    let metrics = this.requests.get(api.key);
    if (metrics === undefined) {
      metrics = {
        apiKey: api.key,
        apiName: api.name,
        requestsTotal: 0,
        errorsTotal: 0,
        requestBytesTotal: 0,
        totalTimeMsSum: 0,
        totalTimeMsMax: 0,
        totalTimeMsCounts: Array.from({ length: REQUEST_TIME_BOUNDS_MS.length + 1 }, () => 0),
      };
      this.requests.set(api.key, metrics);
    }
    return metrics;
  }
}

/** Counts a request that took so long. */
export function countRequestTime(metrics: RequestMetrics, elapsedMs: number): void {
  metrics.totalTimeMsSum += elapsedMs;
  if (elapsedMs > metrics.totalTimeMsMax) metrics.totalTimeMsMax = elapsedMs;
  let index = 0;
  while (elapsedMs > (REQUEST_TIME_BOUNDS_MS[index] ?? Number.POSITIVE_INFINITY)) index++;
  metrics.totalTimeMsCounts[index] = (metrics.totalTimeMsCounts[index] ?? 0) + 1;
}
