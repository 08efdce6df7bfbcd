import { readInt64 } from '../../src/base/int64.ts';
import { ErrorCode, errorOf } from '../../src/protocol/error-codes.ts';
import { MAGIC, PRODUCER_ID_AT, TRANSACTIONAL_FLAG } from '../../src/protocol/records/batch-format.ts';
import {
  attributesAt,
  baseSequenceAt,
  magicAt,
  producerEpochAt,
} from '../../src/protocol/records/batch-header.ts';
import type { VerificationGuard } from '../log/verification-guards.ts';
import type { Partition } from '../replication/partition.ts';
import { guardFor, produceSupport, type TransactionSupport } from '../transactions/transaction-support.ts';
import type { TransactionVerifier } from '../transactions/transaction-verifier.ts';

/** Whether the header at the beginning of a producer's records is that of a batch in a transaction. */
export function isTransactional(records: Buffer): boolean {
  return magicAt(records, 0) === MAGIC && (attributesAt(records, 0) & TRANSACTIONAL_FLAG) !== 0;
}

interface TransactionalBatch {
  readonly partition: Partition;
  readonly records: Buffer;
  /** Under which it is appended; undefined where its transaction is open in the partition. */
  guard: VerificationGuard | undefined;
  errorCode: ErrorCode;
}

/**
 * The batches of one Produce request that are part of a transaction. Those that begin it in their partition wait until the
 * coordinator has said that they may (KIP-890).
 */
export class ProduceTransaction {
  readonly #batches = new Map<Buffer, TransactionalBatch>();
  readonly #support: TransactionSupport;
  #producerId = -1;
  #producerEpoch = -1;
  #hasSeveralProducers = false;

  constructor(apiVersion: number) {
    this.#support = produceSupport(apiVersion);
  }

  /** A request writes into one transaction of one producer. */
  get hasSeveralProducers(): boolean {
    return this.#hasSeveralProducers;
  }

  /** Takes note of a batch that is going to be appended. */
  add(partition: Partition, records: Buffer): void {
    const producerId = readInt64(records, PRODUCER_ID_AT);
    // It is refused when it is looked at.
    if (producerId < 0 || !Number.isSafeInteger(producerId)) return;
    const producerEpoch = producerEpochAt(records, 0);
    if (this.#batches.size === 0) {
      this.#producerId = producerId;
      this.#producerEpoch = producerEpoch;
    } else if (producerId !== this.#producerId || producerEpoch !== this.#producerEpoch) {
      this.#hasSeveralProducers = true;
    }
    this.#batches.set(records, { partition, records, guard: undefined, errorCode: ErrorCode.NONE });
  }

  /**
   * Asks the coordinator about the batches that begin the transaction in their partition.
   * @returns undefined where there is none.
   */
  verify(transactionalId: string, verifier: TransactionVerifier): Promise<void> | undefined {
    const unverified = [...this.#batches.values()].filter((batch) => this.#needsVerification(batch));
    if (unverified.length === 0) return undefined;
    const writer = {
      transactionalId,
      producerId: this.#producerId,
      producerEpoch: this.#producerEpoch,
      support: this.#support,
    };
    const places = unverified.map(({ partition: { topic, index } }) => ({ topic, partition: index }));
    return verifier.verify(writer, places).then((errors) => {
      for (const [i, batch] of unverified.entries()) {
        batch.errorCode = produceError(errors[i] ?? ErrorCode.UNKNOWN_SERVER_ERROR, this.#support);
      }
    });
  }

  #needsVerification(batch: TransactionalBatch): boolean {
    const { partition, records } = batch;
    // Who does not lead it answers so.
    if (partition.leader === null) return false;
    const baseSequence = baseSequenceAt(records, 0);
    const producer = { producerId: this.#producerId, producerEpoch: this.#producerEpoch, baseSequence };
    const { errorCode, guard } = guardFor(partition, producer, this.#support);
    batch.errorCode = errorCode;
    batch.guard = guard;
    return guard !== undefined;
  }

  /** Why a batch must not be appended, NONE where it may. */
  errorCodeOf(records: Buffer): ErrorCode {
    return this.#batches.get(records)?.errorCode ?? ErrorCode.NONE;
  }

  guardOf(records: Buffer): VerificationGuard | undefined {
    return this.#batches.get(records)?.guard;
  }
}

/**
 * What a producer is told where its coordinator cannot be asked: an error after which producers of any age try again, and
 * that makes none of them look for another leader.
 */
function produceError(answered: number, { addsPartitions }: TransactionSupport): ErrorCode {
  const errorCode = errorOf(answered).code;
  switch (errorCode) {
    case ErrorCode.NETWORK_EXCEPTION:
    case ErrorCode.COORDINATOR_LOAD_IN_PROGRESS:
    case ErrorCode.COORDINATOR_NOT_AVAILABLE:
    case ErrorCode.NOT_COORDINATOR:
      return ErrorCode.NOT_ENOUGH_REPLICAS;
    case ErrorCode.CONCURRENT_TRANSACTIONS:
      return addsPartitions ? errorCode : ErrorCode.NOT_ENOUGH_REPLICAS;
    default:
      return errorCode;
  }
}
