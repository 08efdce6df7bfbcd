import { ArgumentError } from '../../base/errors.ts';
import type { IsolationLevel } from '../../client/types.ts';
import type { StreamsAppOptions, StreamsAppSettings } from './streams-app-options.ts';

/**
 * `processing.guarantee`: what a failure may do to results. `at_least_once`: records may be processed again, and count twice.
 * `exactly_once_v2` (KIP-447): results, state and offsets of a commit are one transaction.
 */
export type ProcessingGuarantee = (typeof PROCESSING_GUARANTEES)[number];

export const PROCESSING_GUARANTEES = ['at_least_once', 'exactly_once_v2'] as const;

/** `commit.interval.ms` under exactly-once, where it is not set: nobody who reads committed records sees a result before the commit. */
export const EXACTLY_ONCE_COMMIT_MS = 100;
/**
 * `transaction.timeout.ms` where it is not set, as in Kafka Streams: how long the transaction of a process that died, and that nobody
 * has taken the place of, holds up those who read what is committed.
 */
export const TRANSACTION_TIMEOUT_MS = 10_000;

/** Whether an application processes in transactions. */
export function isExactlyOnce({
  processingGuarantee,
}: Pick<StreamsAppOptions, 'processingGuarantee'>): boolean {
  return processingGuarantee === 'exactly_once_v2';
}

/**
 * Whether an application reads what is committed only, its inputs and its own topics: at least once it may have run exactly-once before,
 * and have been killed in a transaction.
 */
export function readsCommitted({
  processingGuarantee,
  consumer,
}: Pick<StreamsAppSettings, 'processingGuarantee' | 'consumer'>): boolean {
  return isExactlyOnce({ processingGuarantee }) || consumer.isolationLevel === 'read_committed';
}

/** What interactive queries see: nobody sees what is in a transaction before it is committed (KIP-892). */
export function queryIsolation(settings: Pick<StreamsAppOptions, 'processingGuarantee'>): IsolationLevel {
  return isExactlyOnce(settings) ? 'read_committed' : 'read_uncommitted';
}

/** How long the coordinator lets a transaction of an application be open, in milliseconds. */
export function transactionTimeoutMs({ producer }: Pick<StreamsAppSettings, 'producer'>): number {
  return producer.transactionTimeoutMs ?? TRANSACTION_TIMEOUT_MS;
}

/**
 * Checks what exactly-once requires of the other options.
 * @throws {ArgumentError} where a transaction would time out before it is committed, or a client would undo the guarantee.
 */
export function checkGuarantee({
  processingGuarantee,
  commitIntervalMs,
  consumer,
  producer,
}: Pick<StreamsAppSettings, 'processingGuarantee' | 'commitIntervalMs' | 'consumer' | 'producer'>): void {
  if (!isExactlyOnce({ processingGuarantee })) return;
  const timeoutMs = transactionTimeoutMs({ producer });
  if (timeoutMs <= commitIntervalMs) {
    throw new ArgumentError('commitIntervalMs', {
      message: `a transaction would time out (transaction.timeout.ms ${timeoutMs}) before it is committed (commit.interval.ms ${commitIntervalMs})`,
      hint: 'commit more often, or give producer.transactionTimeoutMs a longer time, as far as transaction.max.timeout.ms of the brokers goes',
    });
  }
  if (consumer.isolationLevel === 'read_uncommitted') {
    throw new ArgumentError('consumer.isolationLevel', {
      message: 'processing.guarantee exactly_once_v2 reads committed records only',
      hint: 'leave isolation.level out, or set processing.guarantee to at_least_once',
    });
  }
  if (producer.idempotent === false) {
    throw new ArgumentError('producer.idempotent', {
      message: 'processing.guarantee exactly_once_v2 writes in transactions, which are idempotent',
      hint: 'leave enable.idempotence out, or set processing.guarantee to at_least_once',
    });
  }
}
