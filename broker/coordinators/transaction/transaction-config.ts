/** Settings of the transaction coordinator, under Kafka's names; times in milliseconds. */
export interface TransactionConfig {
  /** `transaction.state.log.num.partitions`, for as long as the topic has not been made. */
  readonly topicPartitions: number;
  /** `transaction.max.timeout.ms` */
  readonly timeoutMsMax: number;
  /** `transactional.id.expiration.ms` */
  readonly idExpirationMs: number;
  /** `transaction.abort.timed.out.transaction.cleanup.interval.ms` */
  readonly abortIntervalMs: number;
  /** `transaction.remove.expired.transaction.cleanup.interval.ms` */
  readonly expiryIntervalMs: number;
}

/** Kafka's defaults. */
export const TRANSACTION_CONFIG_DEFAULTS: TransactionConfig = {
  topicPartitions: 50,
  timeoutMsMax: 900_000,
  idExpirationMs: 7 * 24 * 3_600_000,
  abortIntervalMs: 10_000,
  expiryIntervalMs: 3_600_000,
};
