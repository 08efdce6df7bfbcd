import type { TransactionEntry } from './transaction-entry.ts';
import type { TransactionMetadata } from './transaction-metadata.ts';

/** What transactional ids are listed by (KIP-664, KIP-994, KIP-1152); all of it has to be met. */
export interface TransactionFilter {
  /** Names of states, none for all; names that are none are met by nobody. */
  readonly states: ReadonlySet<string>;
  /** None for all. */
  readonly producerIds: ReadonlySet<number>;
  /** Only transactions that have been open for longer; negative for all. */
  readonly durationMs: number;
  /** Whether an id is wanted by its text. */
  readonly matches: (transactionalId: string) => boolean;
}

export interface ListedTransaction {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly transactionState: string;
}

/** The ids of a shard that a filter lets through. */
export function* listTransactions(
  entries: Iterable<TransactionEntry>,
  { states, producerIds, durationMs, matches }: TransactionFilter,
  nowMs: number,
): Iterable<ListedTransaction> {
  for (const { metadata } of entries) {
    const { transactionalId, producerId, state, startTimestampMs } = metadata;
    if (states.size > 0 && !states.has(state)) continue;
    if (producerIds.size > 0 && !producerIds.has(producerId)) continue;
    if (durationMs >= 0 && nowMs - startTimestampMs <= durationMs) continue;
    if (!matches(transactionalId)) continue;
    yield { transactionalId, producerId, transactionState: state };
  }
}

/** A transactional id as it is described: of one whose markers are on their way, the partitions that wait for them. */
export function described({ metadata, unmarked }: TransactionEntry): TransactionMetadata {
  return unmarked === undefined ? metadata : { ...metadata, topics: unmarked.topics };
}
