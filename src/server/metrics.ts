import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { BrokerMetrics, ReplicaManagerMetrics, TopicMetrics } from '../../broker/index.ts';

/**
 * The metrics page in Prometheus' text format. Names are those that the JMX exporter gives to Kafka's MBeans, so that
 * dashboards made for Kafka read it. The counts live in the broker as plain fields; they are read when the page is.
 */
export class MetricsPage {
  readonly #registry = new Registry();

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  readonly contentType: string = this.#registry.contentType;

  render(): Promise<string> {
    return this.#registry.metrics();
  }

  /** Adds a gauge that is computed when the page is read. */
  gauge(name: string, help: string, read: () => number): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect: () => gauge.set(read()),
    });
  }

  addBroker(metrics: BrokerMetrics): void {
    for (const [field, { name, help }] of entriesOf(TOPIC_METRICS)) {
      this.#counters(name, help, ['topic'], () =>
        [...metrics.topics].map(([topic, counts]) => ({ labels: { topic }, value: counts[field] })),
      );
    }
    const requests = [...entriesOf(REQUEST_METRICS)];
    for (const [field, { name, help }] of requests) {
      this.#counters(name, help, ['request'], () =>
        [...metrics.requests.values()].map((r) => ({ labels: { request: r.apiName }, value: r[field] })),
      );
    }
    for (const [field, { name, help }] of entriesOf(REPLICA_MANAGER_METRICS)) {
      this.gauge(name, help, () => metrics.replicaManager[field]);
    }
    this.#counters(
      'millrace_event_loop_stalls_total',
      'times that the event loop was held for longer than 20 ms',
      [],
      () => [{ labels: {}, value: metrics.stalls.stallsTotal }],
    );
    this.#labelled(
      'millrace_event_loop_longest_stall_ms',
      'the longest time that the event loop was held, and by what',
      ['cause'],
      () => ({ labels: { cause: metrics.stalls.longest.cause }, value: metrics.stalls.longest.ms }),
    );
    this.gauge(
      'kafka_server_socketservermetrics_connection_count',
      'open client connections',
      () => metrics.connectionCount,
    );
    this.gauge(
      'kafka_server_socketservermetrics_connection_refusal_total',
      'connections refused because a limit was reached',
      () => metrics.connectionRefusalTotal,
    );
    this.gauge(
      'millrace_broker_queued_request_bytes',
      'bytes of requests that are read or in work',
      () => metrics.queuedRequestBytes,
    );
    this.gauge(
      'millrace_broker_queued_response_bytes',
      'bytes of responses that clients have not taken',
      () => metrics.queuedResponseBytes,
    );
  }

  /** A gauge whose labels say what its value is of. */
  #labelled(
    name: string,
    help: string,
    labelNames: readonly string[],
    read: () => { readonly labels: Record<string, string>; readonly value: number },
  ): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      labelNames: [...labelNames],
      registers: [this.#registry],
      collect: () => {
        gauge.reset();
        const { labels, value } = read();
        gauge.set(labels, value);
      },
    });
  }

  /** A counter per label set whose values are kept elsewhere: set anew whenever the page is read. */
  #counters(
    name: string,
    help: string,
    labelNames: readonly string[],
    read: () => readonly { readonly labels: Record<string, string>; readonly value: number }[],
  ): void {
    const counter: Counter = new Counter({
      name,
      help,
      labelNames: [...labelNames],
      registers: [this.#registry],
      collect: () => {
        counter.reset();
        for (const { labels, value } of read()) counter.inc(labels, value);
      },
    });
  }
}

interface Described {
  readonly name: string;
  readonly help: string;
}

const topicMetric = (name: string, help: string): Described => ({
  name: `kafka_server_brokertopicmetrics_${name}_total`,
  help,
});

const TOPIC_METRICS = {
  messagesInTotal: topicMetric('messagesin', 'records appended'),
  bytesInTotal: topicMetric('bytesin', 'bytes produced'),
  bytesOutTotal: topicMetric('bytesout', 'bytes fetched by consumers'),
  bytesRejectedTotal: topicMetric('bytesrejected', 'bytes of refused batches'),
  totalProduceRequestsTotal: topicMetric('totalproducerequests', 'produce requests'),
  totalFetchRequestsTotal: topicMetric('totalfetchrequests', 'fetch requests'),
  failedProduceRequestsTotal: topicMetric('failedproducerequests', 'produce requests that failed'),
  failedFetchRequestsTotal: topicMetric('failedfetchrequests', 'fetch requests that failed'),
  replicationBytesInTotal: topicMetric('replicationbytesin', 'bytes fetched from leaders'),
  replicationBytesOutTotal: topicMetric('replicationbytesout', 'bytes fetched by followers'),
} as const satisfies Record<keyof TopicMetrics, Described>;

const REQUEST_METRICS = {
  requestsTotal: { name: 'kafka_network_requestmetrics_requests_total', help: 'requests by API' },
  errorsTotal: { name: 'kafka_network_requestmetrics_errors_total', help: 'requests answered with an error' },
  requestBytesTotal: { name: 'kafka_network_requestmetrics_requestbytes_total', help: 'bytes of requests' },
  totalTimeMsSum: {
    name: 'kafka_network_requestmetrics_totaltimems_sum',
    help: 'milliseconds spent on requests',
  },
} as const;

const replicaMetric = (name: string, help: string): Described => ({
  name: `kafka_server_replicamanager_${name}`,
  help,
});

const REPLICA_MANAGER_METRICS = {
  leaderCount: replicaMetric('leadercount', 'partitions that this broker leads'),
  partitionCount: replicaMetric('partitioncount', 'partitions with a replica here'),
  offlineReplicaCount: replicaMetric('offlinereplicacount', 'replicas that are offline'),
  underReplicatedPartitions: replicaMetric(
    'underreplicatedpartitions',
    'led partitions with replicas out of sync',
  ),
  underMinIsrPartitionCount: replicaMetric(
    'underminisrpartitioncount',
    'led partitions below min.insync.replicas',
  ),
  atMinIsrPartitionCount: replicaMetric('atminisrpartitioncount', 'led partitions at min.insync.replicas'),
  isrShrinksTotal: replicaMetric('isrshrinks_total', 'in-sync sets that shrank'),
  isrExpandsTotal: replicaMetric('isrexpands_total', 'in-sync sets that grew'),
  failedIsrUpdatesTotal: replicaMetric('failedisrupdates_total', 'in-sync changes that were refused'),
  producePurgatorySize: {
    name: 'kafka_server_delayedoperationpurgatory_purgatorysize_produce',
    help: 'produce requests that wait for replicas',
  },
  fetchPurgatorySize: {
    name: 'kafka_server_delayedoperationpurgatory_purgatorysize_fetch',
    help: 'fetch requests that wait for data',
  },
} as const satisfies Record<keyof ReplicaManagerMetrics, Described>;

function entriesOf<T extends object>(record: T): [keyof T & string, T[keyof T & string]][] {
  return Object.entries(record) as [keyof T & string, T[keyof T & string]][];
}
