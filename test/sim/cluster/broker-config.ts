import type { ClusterShape } from './cluster-shape.ts';

export function brokerHost(id: number): string {
  return `broker${id}`;
}

/** Kafka's settings, an order of magnitude quicker and smaller. */
export function brokerConfig(
  id: number,
  { brokers, replicationFactor, minInsyncReplicas, settings }: ClusterShape,
): Readonly<Record<string, string | number>> {
  const voters = Array.from({ length: brokers }, (_, index) => `${index + 1}@${brokerHost(index + 1)}:9093`);
  return {
    'node.id': id,
    'log.dirs': '/data',
    listeners: `PLAINTEXT://${brokerHost(id)}:9092`,
    'controller.quorum.voters': voters.join(','),
    'controller.quorum.election.timeout.ms': 300,
    'controller.quorum.fetch.timeout.ms': 600,
    'controller.quorum.request.timeout.ms': 600,
    'broker.heartbeat.interval.ms': 300,
    'broker.session.timeout.ms': 1500,
    'initial.broker.registration.timeout.ms': 10_000,
    'auto.create.topics.enable': 'false',
    'default.replication.factor': replicationFactor,
    'min.insync.replicas': minInsyncReplicas,
    'replica.lag.time.max.ms': 1500,
    'replica.fetch.wait.max.ms': 200,
    'replica.fetch.backoff.ms': 100,
    'replica.socket.timeout.ms': 1500,
    'replica.high.watermark.checkpoint.interval.ms': 500,
    'log.flush.offset.checkpoint.interval.ms': 1000,
    'metadata.log.max.record.bytes.between.snapshots': 300,
    'log.segment.bytes': 4000,
    'group.initial.rebalance.delay.ms': 100,
    'group.min.session.timeout.ms': 500,
    'offsets.topic.num.partitions': 2,
    'offsets.topic.replication.factor': replicationFactor,
    'offsets.commit.timeout.ms': 1500,
    'transaction.state.log.num.partitions': 2,
    'transaction.state.log.replication.factor': replicationFactor,
    'transaction.state.log.min.isr': minInsyncReplicas,
    'transaction.abort.timed.out.transaction.cleanup.interval.ms': 500,
    'num.partitions': 3,
    ...settings,
  };
}
