/// <reference types="node" preserve="true" />
export * from '../src/base/public-errors.ts';
export { Broker } from './broker.ts';
export type { BrokerOptions } from './broker-options.ts';
export { BrokerConfig } from './config/broker-config.ts';
export { topicDefaults } from './config/config-places.ts';
export { brokerProperties } from './config/broker-properties.ts';
export { type TopicConfigKey, topicConfigs } from './config/topic-configs.ts';
export {
  type BrokerMetrics,
  type ClusterMetrics,
  type GroupMetrics,
  type GroupOffsetMetrics,
  type LogCleanerMetrics,
  type PartitionMetrics,
  type ReplicaManagerMetrics,
  REQUEST_TIME_BOUNDS_MS,
  type RequestMetrics,
  type SocketMetrics,
  type TopicMetrics,
} from './server/metrics.ts';
