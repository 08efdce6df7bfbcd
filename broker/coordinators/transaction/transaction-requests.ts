import type { Environment } from '../../../src/base/environment.ts';
import type { Logger } from '../../../src/base/logger.ts';
import type { ErrorCode } from '../../../src/protocol/error-codes.ts';
import type { BrokerRequests } from '../../server/broker-requests.ts';
import type { CoordinatorLog } from '../coordinator-log.ts';
import type { AddPartitionsRequest } from './add-partitions.ts';
import type { EndTransactionRequest } from './end-transaction.ts';
import type { InitProducerIdRequest, ProducerIdentity } from './init-producer-id.ts';
import type { ListedTransaction, TransactionFilter } from './transaction-listing.ts';
import type { Topics } from './topics.ts';
import type { TransactionConfig } from './transaction-config.ts';
import type { TransactionMetadata } from './transaction-metadata.ts';

/** What the coordinator must know of the cluster; answered from the metadata image. */
export interface TransactionTopics {
  /** How many partitions `__transaction_state` has; undefined where it has not been made yet. */
  partitionCount(): number | undefined;
  /** Who leads a partition: a node id, -1 for nobody, undefined where there is no such partition. */
  leaderOf(topic: string, partition: number): number | undefined;
  /** The level of `transaction.version` that is finalized; 0 where none is. */
  transactionVersion(): number;
}

export interface TransactionCoordinatorOptions {
  readonly environment: Pick<Environment, 'clock' | 'timers'>;
  readonly logger: Logger;
  readonly log: CoordinatorLog;
  readonly requests: BrokerRequests;
  readonly topics: TransactionTopics;
  /** @throws when there is none to be had at present. */
  readonly nextProducerId: () => Promise<number>;
  /** What is left out has Kafka's default. */
  readonly config?: Partial<TransactionConfig>;
  /** Called with what a timer of the coordinator met and no request can be told of. */
  readonly onError: (error: unknown) => void;
}

/** A result of a request: `errorCode` and, where it is NONE, who the producer is from now on. */
export interface ProducerResult extends ProducerIdentity {
  readonly errorCode: number;
}

/**
 * What a transaction coordinator is asked, in no version of the wire: those of the errors are the newest. A promise never
 * rejects for errors of the protocol.
 */
export interface TransactionRequests {
  /** Gives the producer of a transactional id its id and epoch, which fences earlier ones. */
  initProducerId(transactionalId: string, request: InitProducerIdRequest): Promise<ProducerResult>;
  /**
   * Adds partitions to the producer's transaction, which the first of them begins.
   * @param options how long to wait while the transaction before ends, or another partition is added; whoever is not let in
   * by then gets CONCURRENT_TRANSACTIONS. A producer that has to ask again loses more time.
   */
  addPartitions(
    transactionalId: string,
    request: AddPartitionsRequest,
    options: { readonly patienceMs: number },
  ): Promise<number>;
  /** Looks up whether a producer is in a transaction (KIP-890), and with which partitions. */
  verify(
    transactionalId: string,
    producer: ProducerIdentity,
  ): { readonly errorCode: number; readonly topics: Topics };
  /** Commits or aborts; resolves when the outcome is committed, while the markers are still on their way. */
  endTransaction(transactionalId: string, request: EndTransactionRequest): Promise<ProducerResult>;
  /** What is known of a transactional id; `topics` are those that have no marker yet. */
  describe(transactionalId: string): {
    readonly errorCode: ErrorCode;
    readonly metadata: TransactionMetadata | undefined;
  };
  /** The transactional ids that this broker coordinates. */
  list(filter: TransactionFilter): { readonly errorCode: number; readonly transactions: ListedTransaction[] };
}

/** How a coordinator learns which partitions of `__transaction_state` its broker leads. */
export interface TransactionCoordinatorPartitions {
  /** The partition of `__transaction_state` that holds a transactional id: what FindCoordinator looks up. */
  partitionFor(transactionalId: string): number;
  /**
   * The broker was elected: reads the partition's batches in order, then finishes what was decided and not told to all. Until
   * the promise resolves, its ids answer COORDINATOR_LOAD_IN_PROGRESS; before `load`, NOT_COORDINATOR.
   *
   * @param batches whole record batches as they are in the log, one or several in each buffer.
   */
  load(
    partition: number,
    coordinatorEpoch: number,
    batches: Iterable<Buffer> | AsyncIterable<Buffer>,
  ): Promise<void>;
  /** The broker no longer leads the partition: its ids are forgotten, their markers are the next coordinator's. */
  unload(partition: number): void;
  /** Stops all timers. */
  close(): void;
}
