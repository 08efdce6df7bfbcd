import type { Environment } from '../../src/base/environment.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { BatchBuilder } from '../../src/protocol/records/batch-builder.ts';
import type { OffsetsInTransactions } from '../coordinators/group/offsets-in-transactions.ts';
import type { Partition } from '../replication/partition.ts';
import { appendTransactional } from '../replication/transactional-append.ts';
import { markerBatch } from '../transactions/marker-batch.ts';
import { guardFor, txnOffsetCommitSupport } from '../transactions/transaction-support.ts';
import type { TransactionVerifier } from '../transactions/transaction-verifier.ts';

/** Offsets of transactions have no sequence that anybody checks; this is what Kafka writes. */
const SEQUENCE = 0;

interface OffsetsTransactionLogOptions {
  readonly environment: Pick<Environment, 'clock' | 'timers'>;
  /** This broker's replica of a partition of `__consumer_offsets`. */
  readonly partitionOf: (index: number) => Partition | undefined;
  readonly verifier: TransactionVerifier;
}

/** The group coordinator's way into `__consumer_offsets` for what belongs to transactions. */
export class OffsetsTransactionLog implements OffsetsInTransactions {
  readonly #options: OffsetsTransactionLogOptions;

  constructor(options: OffsetsTransactionLogOptions) {
    this.#options = options;
  }

  async verify(
    index: number,
    { version, ...producer }: Parameters<OffsetsInTransactions['verify']>[1],
  ): ReturnType<OffsetsInTransactions['verify']> {
    const partition = this.#options.partitionOf(index);
    if (partition === undefined || partition.leader === null) {
      return { errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER, guard: undefined };
    }
    const support = txnOffsetCommitSupport(version);
    const { producerId, producerEpoch } = producer;
    const { errorCode: fenced, guard } = guardFor(
      partition,
      { producerId, producerEpoch, baseSequence: SEQUENCE },
      support,
    );
    if (guard === undefined) return { errorCode: fenced, guard };
    const place = { topic: partition.topic, partition: index };
    const [errorCode = ErrorCode.NONE] = await this.#options.verifier.verify({ ...producer, support }, [
      place,
    ]);
    return { errorCode, guard };
  }

  appendOffsets(
    index: number,
    records: Parameters<OffsetsInTransactions['appendOffsets']>[1],
    { producerId, producerEpoch, guard }: Parameters<OffsetsInTransactions['appendOffsets']>[2],
  ): ReturnType<OffsetsInTransactions['appendOffsets']> {
    const { clock, timers } = this.#options.environment;
    const builder = new BatchBuilder();
    const nowMs = clock.nowMs();
    for (const { key, value } of records) builder.append(key, value, nowMs);
    const batch = builder.build({ producerId, producerEpoch, baseSequence: SEQUENCE, isTransactional: true });
    return appendTransactional(this.#options.partitionOf(index), batch, { timers, guard });
  }

  appendMarker(
    index: number,
    marker: Parameters<OffsetsInTransactions['appendMarker']>[1],
  ): ReturnType<OffsetsInTransactions['appendMarker']> {
    const { clock, timers } = this.#options.environment;
    const { transactionVersion } = marker;
    const batch = markerBatch(marker, clock.nowMs());
    return appendTransactional(this.#options.partitionOf(index), batch, { timers, transactionVersion });
  }
}
