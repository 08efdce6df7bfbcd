import {
  CONTROL_FLAG,
  LOG_APPEND_TIME_FLAG,
  TRANSACTIONAL_FLAG,
} from '../../src/protocol/records/batch-format.ts';
import {
  attributesAt,
  baseOffsetAt,
  baseSequenceAt,
  baseTimestampAt,
  claimedBatchSizeAt,
  lastOffsetDeltaAt,
  leaderEpochAt,
  maxTimestampAt,
  producerEpochAt,
  producerIdAt,
  recordsCountAt,
} from '../../src/protocol/records/batch-header.ts';

/**
 * What the log wants to know of a batch: its header, read once, also where only the header is in memory (a `BatchView`
 * wants the whole batch). One object per batch, none per record.
 */
export class BatchInfo {
  /** Where the batch begins: in the segment file when scanned from there, else in the appended buffer. */
  readonly position: number;
  readonly sizeInBytes: number;
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly leaderEpoch: number;
  readonly attributes: number;
  /** Times beyond 2^53 are the nearest numbers. */
  readonly baseTimestamp: number;
  readonly maxTimestamp: number;
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly recordsCount: number;

  /**
   * Reads the header at `at`; the caller has seen to it that it is there, with {@link batchSizeAt}.
   * @throws {ProtocolError} CORRUPT_MESSAGE when its base offset or producer id is beyond 2^53.
   */
  constructor(buffer: Buffer, at: number, position: number) {
    this.position = position;
    this.sizeInBytes = claimedBatchSizeAt(buffer, at);
    this.baseOffset = baseOffsetAt(buffer, at);
    this.lastOffset = this.baseOffset + lastOffsetDeltaAt(buffer, at);
    this.leaderEpoch = leaderEpochAt(buffer, at);
    this.attributes = attributesAt(buffer, at);
    this.baseTimestamp = baseTimestampAt(buffer, at);
    this.maxTimestamp = maxTimestampAt(buffer, at);
    this.producerId = producerIdAt(buffer, at);
    this.producerEpoch = producerEpochAt(buffer, at);
    this.baseSequence = baseSequenceAt(buffer, at);
    this.recordsCount = recordsCountAt(buffer, at);
  }

  get isTransactional(): boolean {
    return (this.attributes & TRANSACTIONAL_FLAG) !== 0;
  }

  get isControl(): boolean {
    return (this.attributes & CONTROL_FLAG) !== 0;
  }

  get usesLogAppendTime(): boolean {
    return (this.attributes & LOG_APPEND_TIME_FLAG) !== 0;
  }
}
