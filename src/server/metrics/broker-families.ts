import {
  type BrokerMetrics,
  type GroupMetrics,
  type LogCleanerMetrics,
  type PartitionMetrics,
  type ReplicaManagerMetrics,
  REQUEST_TIME_BOUNDS_MS,
  type RequestMetrics,
  type TopicMetrics,
} from '../../../broker/index.ts';
import {
  type Described,
  type Labels,
  type MetricFamily,
  perItem,
  type Sample,
  single,
} from './metric-family.ts';

/**
 * The metrics of a broker. Names are those that the JMX exporter gives to Kafka's MBeans, and for groups, which Kafka has
 * no MBeans for, those of kafka_exporter, so that dashboards made for Kafka read them.
 */
export function brokerFamilies(metrics: BrokerMetrics): readonly MetricFamily[] {
  return [
    ...topicFamilies(metrics),
    ...requestFamilies(metrics),
    ...replicaFamilies(metrics),
    ...cleanerFamilies(metrics),
    ...clusterFamilies(metrics),
    ...partitionFamilies(metrics),
    ...groupFamilies(metrics),
    ...socketFamilies(metrics),
    ...stallFamilies(metrics),
  ];
}

function topicFamilies({ topics }: BrokerMetrics): readonly MetricFamily[] {
  return entriesOf(TOPIC_METRICS).map(([field, described]) =>
    perItem(
      'counter',
      described,
      () => topics,
      ([topic]) => ({ topic }),
      ([, counts]) => counts[field],
    ),
  );
}

function requestFamilies({ requests }: BrokerMetrics): readonly MetricFamily[] {
  const counters = entriesOf(REQUEST_METRICS).map(([field, described]) =>
    perItem(
      'counter',
      described,
      () => requests.values(),
      ({ apiName }) => ({ request: apiName }),
      (request) => request[field],
    ),
  );
  const times: MetricFamily = {
    name: 'kafka_network_requestmetrics_totaltimems',
    help: 'milliseconds from a whole request to its answer, waiting for records and replicas included',
    type: 'histogram',
    *samples() {
      for (const request of requests.values()) yield* histogramOf(request);
    },
  };
  return [...counters, times];
}

function* histogramOf(metrics: RequestMetrics): Iterable<Sample> {
  const request = metrics.apiName;
  let count = 0;
  for (const [index, ofBucket] of metrics.totalTimeMsCounts.entries()) {
    count += ofBucket;
    const bound = REQUEST_TIME_BOUNDS_MS[index];
    const le = bound === undefined ? '+Inf' : String(bound);
    yield { suffix: '_bucket', labels: { request, le }, value: count };
  }
  yield { suffix: '_sum', labels: { request }, value: metrics.totalTimeMsSum };
  yield { suffix: '_count', labels: { request }, value: count };
}

function replicaFamilies(metrics: BrokerMetrics): readonly MetricFamily[] {
  // Computing them walks all partitions: once for the page.
  const { replicaManager } = metrics;
  return entriesOf(REPLICA_MANAGER_METRICS).map(([field, described]) =>
    single(described.name.endsWith('_total') ? 'counter' : 'gauge', described, () => replicaManager[field]),
  );
}

function cleanerFamilies({ logCleaner }: BrokerMetrics): readonly MetricFamily[] {
  return entriesOf(LOG_CLEANER_METRICS).map(([field, described]) =>
    single(described.name.endsWith('_total') ? 'counter' : 'gauge', described, () => logCleaner[field]),
  );
}

function clusterFamilies({ cluster }: BrokerMetrics): readonly MetricFamily[] {
  const gauge = (name: string, help: string, value: number): MetricFamily =>
    single('gauge', { name: `kafka_controller_kafkacontroller_${name}`, help }, () => value);
  return [
    gauge(
      'activecontrollercount',
      '1 where this broker is the active controller',
      Number(cluster.isActiveController),
    ),
    gauge('activebrokercount', 'brokers that take part', cluster.activeBrokerCount),
    gauge('globaltopiccount', 'topics of the cluster', cluster.topicCount),
    gauge('globalpartitioncount', 'partitions of the cluster', cluster.partitionCount),
    gauge(
      'offlinepartitionscount',
      'partitions of the cluster without a leader',
      cluster.offlinePartitionsCount,
    ),
  ];
}

function partitionFamilies(metrics: BrokerMetrics): readonly MetricFamily[] {
  const perPartition = (
    name: string,
    help: string,
    valueOf: (partition: PartitionMetrics) => number | undefined,
  ): MetricFamily =>
    perItem(
      'gauge',
      { name, help, isPerPartition: true },
      () => metrics.partitions(),
      ({ topic, partition }) => ({ topic, partition: String(partition) }),
      valueOf,
    );
  return [
    perPartition('kafka_log_log_logstartoffset', 'first offset of a log', (p) => p.logStartOffset),
    perPartition(
      'kafka_log_log_logendoffset',
      'offset that the next record will have',
      (p) => p.logEndOffset,
    ),
    perPartition('kafka_log_log_size', 'bytes of a log', (p) => p.sizeBytes),
    perPartition('kafka_log_log_numlogsegments', 'segments of a log', (p) => p.segmentCount),
    perPartition(
      'kafka_cluster_partition_underreplicated',
      '1 where replicas of a partition that is led here are out of sync',
      (p) => (p.isLeader ? Number(p.isUnderReplicated) : undefined),
    ),
    topicSize(metrics),
  ];
}

/** The sizes of logs by topic, for where there are too many partitions for a series each. */
function topicSize(metrics: BrokerMetrics): MetricFamily {
  const sizes = function* (): Iterable<readonly [string, number]> {
    const sums = new Map<string, number>();
    for (const { topic, sizeBytes } of metrics.partitions())
      sums.set(topic, (sums.get(topic) ?? 0) + sizeBytes);
    yield* sums;
  };
  return perItem(
    'gauge',
    { name: 'millrace_topic_size_bytes', help: 'bytes of the logs of a topic on this broker' },
    sizes,
    ([topic]) => ({ topic }),
    ([, bytes]) => bytes,
  );
}

function groupFamilies(metrics: BrokerMetrics): readonly MetricFamily[] {
  const offsets = function* () {
    for (const { groupId, offsets: committed } of metrics.groups())
      for (const offset of committed) yield { groupId, ...offset };
  };
  const labels = (offset: { groupId: string; topic: string; partition: number }): Labels => ({
    consumergroup: offset.groupId,
    topic: offset.topic,
    partition: String(offset.partition),
  });
  return [
    perItem(
      'gauge',
      { name: 'kafka_consumergroup_members', help: 'members of a group that this broker coordinates' },
      () => metrics.groups(),
      ({ groupId }) => ({ consumergroup: groupId }),
      ({ memberCount }) => memberCount,
    ),
    perItem(
      'gauge',
      { name: 'kafka_consumergroup_lag_sum', help: 'records of a topic that a group has not committed' },
      () => topicLags(metrics.groups()),
      ({ groupId, topic }) => ({ consumergroup: groupId, topic }),
      ({ lag }) => lag,
    ),
    perItem(
      'gauge',
      {
        name: 'kafka_consumergroup_lag',
        help: 'records of a partition that a group has not committed',
        isPerPartition: true,
      },
      offsets,
      labels,
      ({ lag }) => lag,
    ),
    perItem(
      'gauge',
      {
        name: 'kafka_consumergroup_current_offset',
        help: 'the offset that a group has committed',
        isPerPartition: true,
      },
      offsets,
      labels,
      ({ committedOffset }) => committedOffset,
    ),
  ];
}

function* topicLags(groups: Iterable<GroupMetrics>) {
  for (const { groupId, offsets } of groups) {
    const sums = new Map<string, number>();
    for (const { topic, lag } of offsets) {
      if (lag !== undefined) sums.set(topic, (sums.get(topic) ?? 0) + lag);
    }
    for (const [topic, lag] of sums) yield { groupId, topic, lag };
  }
}

function socketFamilies(metrics: BrokerMetrics): readonly MetricFamily[] {
  const name = (last: string): string => `kafka_server_socketservermetrics_${last}`;
  return [
    single(
      'gauge',
      { name: name('connection_count'), help: 'open client connections' },
      () => metrics.connectionCount,
    ),
    single(
      'gauge',
      {
        name: 'millrace_broker_connections_max',
        help: 'connections that clients may have: max.connections, or what the limit of open files leaves',
      },
      () => metrics.connectionsMax,
    ),
    single(
      'counter',
      { name: name('connection_creation_total'), help: 'connections that clients have opened' },
      () => metrics.connectionCreationTotal,
    ),
    single(
      'counter',
      { name: name('connection_refusal_total'), help: 'connections refused because a limit was reached' },
      () => metrics.connectionRefusalTotal,
    ),
    single(
      'gauge',
      {
        name: 'millrace_broker_queued_request_bytes',
        help: 'bytes of requests that are read or in work',
      },
      () => metrics.queuedRequestBytes,
    ),
    single(
      'gauge',
      {
        name: 'millrace_broker_queued_response_bytes',
        help: 'bytes of responses that clients have not taken',
      },
      () => metrics.queuedResponseBytes,
    ),
  ];
}

function stallFamilies({ stalls }: BrokerMetrics): readonly MetricFamily[] {
  return [
    single(
      'counter',
      {
        name: 'millrace_event_loop_stalls_total',
        help: 'times that the event loop was held for longer than 20 ms',
      },
      () => stalls.stallsTotal,
    ),
    perItem(
      'gauge',
      {
        name: 'millrace_event_loop_longest_stall_ms',
        help: 'the longest time that the event loop was held, and by what',
      },
      () => [stalls.longest],
      ({ cause }) => ({ cause }),
      ({ ms }) => ms,
    ),
  ];
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

const LOG_CLEANER_METRICS = {
  uncleanablePartitionsCount: {
    name: 'kafka_log_logcleanermanager_uncleanable_partitions_count',
    help: 'partitions that cannot be compacted',
  },
  uncleanableBytes: {
    name: 'kafka_log_logcleanermanager_uncleanable_bytes',
    help: 'bytes of partitions that cannot be compacted',
  },
  maxDirtyPercent: {
    name: 'kafka_log_logcleanermanager_max_dirty_percent',
    help: 'of the logs that may be compacted, the largest share of bytes that have not been',
  },
  maxBufferUtilizationPercent: {
    name: 'kafka_log_logcleaner_max_buffer_utilization_percent',
    help: 'how full the map of keys was in the last compaction',
  },
  lastCleaningTimeMs: {
    name: 'kafka_log_logcleaner_last_clean_time_ms',
    help: 'time of the last compaction',
  },
  cleaningsTotal: { name: 'kafka_log_logcleaner_cleanings_total', help: 'compactions of logs' },
  failedCleaningsTotal: {
    name: 'kafka_log_logcleaner_failed_cleanings_total',
    help: 'compactions of logs that failed',
  },
  bytesReadTotal: { name: 'kafka_log_logcleaner_read_bytes_total', help: 'bytes that compactions have read' },
  bytesWrittenTotal: {
    name: 'kafka_log_logcleaner_written_bytes_total',
    help: 'bytes that compactions have written',
  },
} as const satisfies Record<keyof LogCleanerMetrics, Described>;

function entriesOf<T extends object>(record: T): [keyof T & string, T[keyof T & string]][] {
  return Object.entries(record) as [keyof T & string, T[keyof T & string]][];
}
