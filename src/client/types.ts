/**
 * The public types of the Kafka client: what goes in, what comes out, and the three faces {@link KafkaProducer},
 * {@link KafkaConsumer} and {@link KafkaAdmin} that the classes `Producer`, `Consumer` and `Admin` implement.
 *
 * Names and semantics are the Java client's, in camelCase and with units last; offsets and timestamps are numbers.
 */
export type * from './client-options.ts';
export type * from './producer/producer-types.ts';
export type * from './consumer/consumer-types.ts';
export type * from './consumer/assignor-types.ts';
export type * from './admin/admin-types.ts';
export type * from './admin/transaction-types.ts';
