import fc from 'fast-check';
import type { AppendResult } from '../../../broker/log/append-result.ts';
import { BatchInfo } from '../../../broker/log/batch-info.ts';
import type { Log } from '../../../broker/log/log.ts';
import type { AbortedTransaction } from '../../../broker/log/read-result.ts';
import { BatchBuilder } from '../../../src/protocol/records/batch-builder.ts';

export interface BatchOptions {
  readonly records?: number;
  readonly valueBytes?: number;
  readonly timestamp?: number;
  readonly key?: string | null;
  readonly producerId?: number;
  readonly producerEpoch?: number;
  readonly baseSequence?: number;
  readonly isTransactional?: boolean;
  readonly text?: string;
  readonly compression?: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';
}

/** A batch as a producer sends it. */
export function makeBatch(options: BatchOptions = {}): Buffer {
  const { records = 1, valueBytes = 20, timestamp = 1_000, key = 'key', text, ...header } = options;
  const builder = new BatchBuilder();
  for (let index = 0; index < records; index++) {
    builder.append(
      key === null ? null : Buffer.from(key),
      text === undefined ? Buffer.alloc(valueBytes, 'v') : Buffer.from(text),
      timestamp + index,
      [],
    );
  }
  return builder.build(header);
}

/** A transaction marker as a coordinator writes it. */
export function makeMarker(options: {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly isAbort: boolean;
  readonly coordinatorEpoch?: number;
  readonly timestamp?: number;
}): Buffer {
  const key = Buffer.alloc(4);
  key.writeInt16BE(options.isAbort ? 0 : 1, 2);
  const value = Buffer.alloc(6);
  value.writeInt32BE(options.coordinatorEpoch ?? 0, 2);
  const builder = new BatchBuilder();
  builder.append(key, value, options.timestamp ?? 2_000, []);
  return builder.build({
    producerId: options.producerId,
    producerEpoch: options.producerEpoch,
    isTransactional: true,
    isControl: true,
  });
}

/** Appends a transactional batch as a leader does whose question the transaction's coordinator has answered with yes. */
export function appendVerified(
  log: Log,
  batch: Buffer,
  { leaderEpoch = 0, beginsAtZero = false } = {},
): AppendResult {
  const { producerId, producerEpoch, baseSequence } = new BatchInfo(batch, 0, 0);
  const guard = log.verificationGuard({ producerId, producerEpoch, baseSequence, beginsAtZero });
  return log.appendAsLeader(batch, { leaderEpoch, guard });
}

/** The aborted transactions of a part of a log that is not damaged. */
export function abortedOf(log: Log, fromOffset: number, toOffset: number): readonly AbortedTransaction[] {
  const aborted = log.abortedTransactions(fromOffset, toOffset);
  if (typeof aborted === 'number') throw new Error(`aborted transactions cannot be told: error ${aborted}`);
  if (aborted instanceof Promise) throw new Error('aborted transactions cannot be told yet');
  return aborted;
}

/** Any batch of one to ten records. */
export const anyBatch: fc.Arbitrary<BatchOptions> = fc.record({
  records: fc.integer({ min: 1, max: 10 }),
  valueBytes: fc.integer({ min: 0, max: 600 }),
  timestamp: fc.integer({ min: 0, max: 10_000 }),
});
