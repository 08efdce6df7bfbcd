/** The public types of what the admin client knows of transactions and producers (KIP-664). */
import type { TopicPartition } from '../../protocol/topic-partition.ts';

/** As the coordinator has it: `PrepareCommit` and `PrepareAbort` until all markers are written. */
export type TransactionStateName =
  | 'Empty'
  | 'Ongoing'
  | 'PrepareCommit'
  | 'PrepareAbort'
  | 'CompleteCommit'
  | 'CompleteAbort'
  | 'PrepareEpochFence'
  | 'Dead'
  | (string & {});

export interface TransactionFilter {
  /** Only those in one of these states. */
  readonly states?: readonly TransactionStateName[];
  /** Only those of one of these producer ids. */
  readonly producerIds?: readonly number[];
  /** Only those that have been open for longer (KIP-994; brokers since 3.8). */
  readonly longerThanMs?: number;
  /** Only those whose transactional id matches this regular expression of RE2 (KIP-1152; brokers since 4.1). */
  readonly pattern?: string;
}

export interface TransactionListing {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly state: TransactionStateName;
}

export interface TransactionDescription extends TransactionListing {
  readonly producerEpoch: number;
  /** The broker that coordinates it. */
  readonly coordinatorId: number;
  readonly timeoutMs: number;
  /** Milliseconds since the epoch; undefined while none is open. */
  readonly startTimeMs: number | undefined;
  /** What it has written to, partitions of committed offsets among them. */
  readonly partitions: readonly TopicPartition[];
}

/** A producer whose sequence numbers a partition's leader remembers. */
export interface ActiveProducer {
  readonly producerId: number;
  readonly producerEpoch: number;
  /** -1 where it has written markers only. */
  readonly lastSequence: number;
  /** Milliseconds since the epoch. */
  readonly lastTimestamp: number;
  /** -1 unless it has ended a transaction. */
  readonly coordinatorEpoch: number;
  /** Where its open transaction begins; undefined while it has none. */
  readonly transactionStartOffset: number | undefined;
}

export interface PartitionProducers extends TopicPartition {
  readonly producers: readonly ActiveProducer[];
}

/** A transaction that is open on a partition, as {@link ActiveProducer} describes it. */
export interface HangingTransaction extends TopicPartition {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly coordinatorEpoch: number;
}

/** The identity that a producer was fenced with: nobody writes under it. */
export interface FencedProducer {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
}

export interface FeatureLevels {
  readonly min: number;
  readonly max: number;
}

/** The features of a cluster, by name (KIP-584). */
export interface FeatureDescription {
  /** Raised with each change of {@link finalized}; -1 where nothing is. */
  readonly finalizedEpoch: number;
  /** The level that all brokers work by. */
  readonly finalized: Readonly<Record<string, number>>;
  /** What the broker that answered could work by. */
  readonly supported: Readonly<Record<string, FeatureLevels>>;
}

export interface FeatureUpdate {
  readonly feature: string;
  /** The level to finalize; 0 takes the feature away. */
  readonly level: number;
  /** Default `upgrade`; a level that is lower needs `safe-downgrade`, or, where that loses metadata, `unsafe-downgrade`. */
  readonly type?: 'upgrade' | 'safe-downgrade' | 'unsafe-downgrade';
}
