import { ArgumentError, DiagnosticError } from '../../base/errors.ts';
import { producerSettings } from '../../client/config/settings.ts';
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

/** The default of `transaction.max.timeout.ms`: longer transactions a broker refuses, unless it was set otherwise. */
export const BROKER_TRANSACTION_TIMEOUT_MS_MAX = 900_000;

/** Its producers are made when it starts: until then neither matters. */
const ANY_SERVER = 'localhost';
const ANY_ID = 'any';

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
      hint: `set commit.interval.ms to at most ${timeoutMs - 1}, or transaction.timeout.ms (producer.transactionTimeoutMs) to more, as far as transaction.max.timeout.ms of the brokers goes`,
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
  checkTransactional(producer);
}

/** Whether the producer can be one of transactions, which it says in its own words when it is made. */
function checkTransactional(producer: StreamsAppSettings['producer']): void {
  try {
    producerSettings({ ...producer, bootstrapServers: ANY_SERVER, transactionalId: ANY_ID });
  } catch (error) {
    if (!(error instanceof DiagnosticError) || error instanceof ArgumentError) throw error;
    const { message, hint } = error.diagnostic;
    throw new ArgumentError('producer', {
      message: `${message}, and processing.guarantee exactly_once_v2 writes in transactions, which are idempotent`,
      hint: `${hint}, or processing.guarantee to at_least_once`,
    });
  }
}
