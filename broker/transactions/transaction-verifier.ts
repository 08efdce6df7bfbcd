import type { Environment } from '../../src/base/environment.ts';
import { coordinatorPartition } from '../../src/base/java-hash.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { TopicPartition } from '../../src/protocol/topic-partition.ts';
import { TRANSACTION_STATE_TOPIC } from '../metadata/internal-topics.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';
import type { BrokerRequests } from '../server/broker-requests.ts';
import { CoordinatorQuestions, type Question } from './coordinator-questions.ts';
import type { TransactionSupport } from './transaction-support.ts';

interface TransactionVerifierOptions {
  readonly environment: Pick<Environment, 'clock' | 'timers'>;
  readonly brokers: BrokerRequests;
  /** The node that coordinates a transactional id; undefined while none does. */
  readonly coordinatorOf: (transactionalId: string) => number | undefined;
  /** `add.partitions.to.txn.retry.backoff.ms` */
  readonly retryBackoffMs: number;
  /** `add.partitions.to.txn.retry.backoff.max.ms`: after so long the producer is told of CONCURRENT_TRANSACTIONS. */
  readonly retryMsMax: number;
}

/** Whose write it is, and into which transaction. */
interface TransactionalWriter {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly support: TransactionSupport;
}

/**
 * Asks the coordinator of a transaction whether partitions that this broker leads are in it, or adds them to it, before
 * its first batch is appended to them (KIP-890).
 */
export class TransactionVerifier {
  readonly #options: TransactionVerifierOptions;
  readonly #questions = new Map<number, CoordinatorQuestions>();

  constructor(options: TransactionVerifierOptions) {
    this.#options = options;
  }

  /**
   * Resolves to an error code for each of the partitions, as a client of that version may know it: NONE; INVALID_TXN_STATE
   * or TRANSACTION_ABORTABLE where the partition is not in the transaction; INVALID_PRODUCER_EPOCH where the producer is
   * fenced; COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS, CONCURRENT_TRANSACTIONS,
   * NETWORK_EXCEPTION where it can be tried again.
   */
  async verify(
    writer: TransactionalWriter,
    partitions: readonly TopicPartition[],
  ): Promise<readonly number[]> {
    const { clock, timers } = this.#options.environment;
    const startMs = clock.monotonicMs();
    for (;;) {
      const errors = await this.#ask(writer, partitions);
      // The transaction before is being ended: that takes a moment, and each client would have to wait for it.
      const isWorthAnother =
        writer.support.addsPartitions &&
        errors.includes(ErrorCode.CONCURRENT_TRANSACTIONS) &&
        clock.monotonicMs() - startMs < this.#options.retryMsMax;
      if (!isWorthAnother) return errors;
      await timers.sleep(this.#options.retryBackoffMs);
    }
  }

  #ask(writer: TransactionalWriter, partitions: readonly TopicPartition[]): Promise<readonly number[]> {
    const { transactionalId, producerId, producerEpoch, support } = writer;
    const nodeId = this.#options.coordinatorOf(transactionalId);
    if (nodeId === undefined) {
      return Promise.resolve(partitions.map(() => ErrorCode.COORDINATOR_NOT_AVAILABLE));
    }
    const verifyOnly = !support.addsPartitions;
    const question: Question = { transactionalId, producerId, producerEpoch, verifyOnly, partitions };
    return new Promise((resolve) => {
      this.#questionsTo(nodeId).ask(question, (errorOf) =>
        resolve(partitions.map((partition) => producerError(errorOf(partition), support))),
      );
    });
  }

  #questionsTo(nodeId: number): CoordinatorQuestions {
    let questions = this.#questions.get(nodeId);
    if (questions === undefined) {
      const { brokers, environment } = this.#options;
      questions = new CoordinatorQuestions(nodeId, brokers, environment.timers);
      this.#questions.set(nodeId, questions);
    }
    return questions;
  }
}

/** The node that leads the partition of `__transaction_state` with a transactional id; undefined where none does. */
export function transactionCoordinator(image: MetadataImage, transactionalId: string): number | undefined {
  const topic = image.topicsByName.get(TRANSACTION_STATE_TOPIC);
  if (topic === undefined) return undefined;
  const { leader = -1 } =
    topic.partitions.get(coordinatorPartition(transactionalId, topic.partitions.size)) ?? {};
  return leader < 0 ? undefined : leader;
}

/** What a producer of that version is told where a coordinator says this. */
function producerError(errorCode: number, { knowsAbortable }: TransactionSupport): number {
  switch (errorCode) {
    case ErrorCode.PRODUCER_FENCED:
      return ErrorCode.INVALID_PRODUCER_EPOCH;
    case ErrorCode.TRANSACTION_ABORTABLE:
      return knowsAbortable ? errorCode : ErrorCode.INVALID_TXN_STATE;
    // That brokers may not ask each other is none of the client's business.
    case ErrorCode.CLUSTER_AUTHORIZATION_FAILED:
      return ErrorCode.INVALID_TXN_STATE;
    default:
      return errorCode;
  }
}
