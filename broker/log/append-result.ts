import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { ProducerBatch } from './producer-entry.ts';
import type { BadRecord, Inspection } from './record-validation.ts';
import type { VerificationGuard } from './verification-guards.ts';

const NO_RECORDS: readonly BadRecord[] = [];

/** Who appends: it decides what is validated. */
export type AppendOrigin =
  /** A producer: exactly one batch, fully validated, idempotence enforced. */
  | 'client'
  /** A coordinator's own writes (`__consumer_offsets`, transaction markers): control batches are allowed. */
  | 'coordinator'
  /** The leader of a Raft quorum: several batches, control batches allowed. */
  | 'raft';

export interface AppendOptions {
  /** Stamped into every batch. */
  readonly leaderEpoch: number;
  /** `client` when not said. */
  readonly origin?: AppendOrigin;
  /** What was found in a client's records, where somebody has looked at them already. */
  readonly inspection?: Inspection | undefined;
  /** Of a batch that begins a transaction here: the guard under which the coordinator was asked (KIP-890). */
  readonly guard?: VerificationGuard | undefined;
  /** Of a marker: the version of its transaction, 0 where the coordinator does not say (KIP-1228). */
  readonly transactionVersion?: number | undefined;
}

/**
 * What became of an append. It is a value, one fixed shape for success and failure. On success the bytes have been
 * written to the operating system: they survive the death of the process, and the caller may acknowledge at once
 * what needs no replication.
 */
export interface AppendResult {
  /** From the table of Kafka's error codes; 0 (NONE) on success. */
  readonly errorCode: ErrorCode;
  /** For people; null on success. */
  readonly errorMessage: string | null;
  /** Of the first batch: where it was appended, or for a duplicate where it had been; -1 on failure. */
  readonly baseOffset: number;
  /** Of the last batch; -1 on failure. */
  readonly lastOffset: number;
  /** -1 unless the topic's timestamp type is LogAppendTime. */
  readonly logAppendTimeMs: number;
  readonly logStartOffset: number;
  /** An idempotent producer sent this batch before: nothing was appended. */
  readonly duplicate: boolean;
  /** The records of the batch that are to blame, if it is some of them (Produce v8+ `recordErrors`). */
  readonly badRecords: readonly BadRecord[];
}

export function appended(
  baseOffset: number,
  lastOffset: number,
  logStartOffset: number,
  logAppendTimeMs: number,
): AppendResult {
  return {
    errorCode: ErrorCode.NONE,
    errorMessage: null,
    baseOffset,
    lastOffset,
    logAppendTimeMs,
    logStartOffset,
    duplicate: false,
    badRecords: NO_RECORDS,
  };
}

/** The answer that the batch got when it came first. */
export function duplicated(batch: ProducerBatch, logStartOffset: number): AppendResult {
  return {
    errorCode: ErrorCode.NONE,
    errorMessage: null,
    baseOffset: batch.lastOffset - batch.offsetDelta,
    lastOffset: batch.lastOffset,
    logAppendTimeMs: batch.timestamp,
    logStartOffset,
    duplicate: true,
    badRecords: NO_RECORDS,
  };
}

export function failed(
  refusal: {
    readonly errorCode: ErrorCode;
    readonly message: string;
    readonly badRecords?: readonly BadRecord[];
  },
  logStartOffset: number,
): AppendResult {
  return {
    errorCode: refusal.errorCode,
    errorMessage: refusal.message,
    baseOffset: -1,
    lastOffset: -1,
    logAppendTimeMs: -1,
    logStartOffset,
    duplicate: false,
    badRecords: refusal.badRecords ?? NO_RECORDS,
  };
}
