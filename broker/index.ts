export * from '../src/base/public-errors.ts';
export { Broker } from './broker.ts';
export type { BrokerOptions, ConfigOrigin } from './broker-options.ts';
export { BrokerConfig } from './config/broker-config.ts';
export { type BrokerProperty, brokerProperties } from './config/broker-properties.ts';
export { type TopicConfig, topicConfigs } from './metadata/topic-configs.ts';
export type {
  BrokerMetrics,
  ReplicaManagerMetrics,
  RequestMetrics,
  SocketMetrics,
  TopicMetrics,
} from './server/metrics.ts';
