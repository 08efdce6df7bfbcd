import { AssertionFailure } from '../../../src/base/errors.ts';
import type { Topics } from './topics.ts';

/** Every state by its id in the log. `Dead` and `PrepareEpochFence` are Kafka's names for what is never written. */
export const TRANSACTION_STATES = [
  'Empty',
  'Ongoing',
  'PrepareCommit',
  'PrepareAbort',
  'CompleteCommit',
  'CompleteAbort',
  'Dead',
  'PrepareEpochFence',
] as const;

type TransactionState = (typeof TRANSACTION_STATES)[number];

/** Stands for no producer id. */
export const NO_PRODUCER_ID = -1;
/** Stands for no epoch of a producer. */
export const NO_PRODUCER_EPOCH = -1;
/** Stands for the start of a transaction that there is not. */
export const NO_TIMESTAMP = -1;
/** The largest epoch, which only a marker may have: no producer is given it. */
export const PRODUCER_EPOCH_MAX = 0x7fff;

/** `transaction.version` from which on the epoch grows with every transaction (TV2, KIP-890). */
export const EPOCH_BUMP_VERSION = 2;

/** What the coordinator knows of a transactional id: one record of `__transaction_state`. Never changed in place. */
export interface TransactionMetadata {
  readonly transactionalId: string;
  readonly producerId: number;
  /** That of the state before, by which a retry is known whose first try has used up the epochs. */
  readonly previousProducerId: number;
  /** While the last transaction of a producer id ends: the id that the producer goes on with; else -1. */
  readonly nextProducerId: number;
  readonly producerEpoch: number;
  /**
   * The epoch before the present one, where it was the same producer's, by which a retry of InitProducerId is known (KIP-360);
   * else -1. Not in the log: after a move of the coordinator such a retry is fenced, as in Kafka.
   */
  readonly lastProducerEpoch: number;
  readonly timeoutMs: number;
  readonly state: TransactionState;
  /** What takes part in the transaction, `__consumer_offsets` included. */
  readonly topics: Topics;
  /** When its first partition was added; -1 without a transaction. */
  readonly startTimestampMs: number;
  readonly lastUpdateTimestampMs: number;
  /** The `transaction.version` by which the client has begun or ended the transaction: 0 or 2. */
  readonly clientTransactionVersion: number;
}

/** The next state of a transactional id. As in Kafka, the producer id before is that of the state before, changed or not. */
export function changed(
  metadata: TransactionMetadata,
  changes: Partial<Omit<TransactionMetadata, 'transactionalId' | 'previousProducerId'>>,
): TransactionMetadata {
  return { ...metadata, ...changes, previousProducerId: metadata.producerId };
}

/** Whether the outcome is decided, and the markers are not all written yet. */
export function isPrepared({ state }: TransactionMetadata): boolean {
  return state === 'PrepareCommit' || state === 'PrepareAbort';
}

/** Whether a producer may not be given another epoch of its id: the last one is kept for markers. */
export function isExhausted(producerEpoch: number): boolean {
  return producerEpoch >= PRODUCER_EPOCH_MAX - 1;
}

/** Who the producer is in its next transaction: what EndTxn v5 answers. */
export function nextIdentity(metadata: TransactionMetadata): {
  readonly producerId: number;
  readonly producerEpoch: number;
} {
  const { nextProducerId, producerId, producerEpoch } = metadata;
  return nextProducerId === NO_PRODUCER_ID
    ? { producerId, producerEpoch }
    : { producerId: nextProducerId, producerEpoch: 0 };
}

/** The end of a choice by state: there is no transactional id in such a one. */
export function neverWritten(state: 'Dead' | 'PrepareEpochFence'): never {
  throw new AssertionFailure(`a transactional id is ${state}, which is never written`);
}
