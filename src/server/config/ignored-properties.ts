/** Properties that Kafka Streams has and that change nothing here, with the reason: scripts written for ksqlDB set them. */
const ignoredProperties: Readonly<Record<string, string>> = {
  'num.stream.threads': 'a query has one loop per process',
  'num.standby.replicas': 'there are no standby replicas',
  'max.warmup.replicas': 'there are no warm-up replicas',
  'probing.rebalance.interval.ms': 'there are no probing rebalances',
  'acceptable.recovery.lag': 'there are no warm-up replicas',
  'rack.aware.assignment.strategy': 'tasks are assigned without racks',
  'rack.aware.assignment.tags': 'tasks are assigned without racks',
  'task.timeout.ms': 'a commit is tried again for five minutes',
  'state.cleanup.delay.ms': 'state of partitions that went elsewhere stays until its query ends',
  'topology.optimization': 'topologies are those without optimization',
  'metrics.recording.level': 'metrics are always recorded',
  'metrics.num.samples': 'metrics have no samples',
  'metrics.sample.window.ms': 'metrics have no samples',
  'enable.metrics.push': 'metrics are read from the metrics page',
  'rocksdb.config.setter': 'it names a Java class',
  'default.dsl.store': 'stores are RocksDB',
  'default.production.exception.handler': 'it names a Java class',
  'default.deserialization.exception.handler': 'it names a Java class',
  'upgrade.from': 'state of older versions is not taken over',
};

/** What a session is told of a property that is accepted and has no effect; undefined for all others. */
export function ignoredWarning(name: string): string | undefined {
  const inner = name.replace(/^ksql\.streams\./, '');
  if (!Object.hasOwn(ignoredProperties, inner)) return undefined;
  return `'${name}' has no effect: ${ignoredProperties[inner] ?? ''}`;
}
