/// <reference types="node" preserve="true" />
/**
 * Millrace's Kafka client: {@link Producer}, {@link Consumer} and {@link Admin}, for Millrace's broker and for every
 * other Kafka cluster.
 *
 * ```ts
 * import { Consumer, Producer } from 'millrace/client';
 *
 * const bootstrapServers = 'localhost:9092';
 * const producer = new Producer({ bootstrapServers });
 * await producer.sendAndWait({ topic: 'greetings', key: 'en', value: 'hello' });
 * await producer.close();
 *
 * const consumer = new Consumer({ bootstrapServers, groupId: 'readers', autoOffsetReset: 'earliest' });
 * consumer.subscribe(['greetings']);
 * for (const { records } of await consumer.poll(5_000)) {
 *   for (const { key, value } of records) console.log(String(key), String(value));
 * }
 * await consumer.close();
 * ```
 */
export * from '../base/public-errors.ts';
export type { ConfigKey, OptionKey } from '../base/config/config-key.ts';
export type { Properties } from '../base/config/options.ts';
export { nodeEnvironment } from '../base/io/node-environment.ts';
export { DecompressedTooLargeError } from '../protocol/compression/corrupt.ts';
export { Admin } from './admin/admin.ts';
export { adminConfig } from './config/admin-config.ts';
export { consumerConfig } from './config/consumer-config.ts';
export { producerConfig } from './config/producer-config.ts';
export {
  adminOptionsFrom,
  consumerOptionsFrom,
  producerOptionsFrom,
} from './config/properties.ts';
export { parseAddresses } from './config/settings.ts';
export { Consumer } from './consumer/consumer.ts';
export { FailureWatch } from './consumer/failure-watch.ts';
export { defaultPartitioner, roundRobinPartitioner } from './producer/partitioner.ts';
export { Producer } from './producer/producer.ts';
export { TransactionError, type TransactionRecovery } from './transaction-error.ts';
export type * from './types.ts';
