import { assert } from '../../src/base/assert.ts';
import { OperationalError } from '../../src/base/errors.ts';
import { DEFAULT_LOG_CONFIG, type LogConfig, UNLIMITED } from '../log/log-config.ts';
import type { AppendResult } from '../log/append-result.ts';
import type { Log } from '../log/log.ts';

/** An offset together with the leader epoch of the record before it: what two logs compare. */
export interface OffsetAndEpoch {
  readonly offset: number;
  readonly epoch: number;
}

/**
 * What Raft needs of a log, and no more: {@link createRaftLog} makes one of a partition's `Log`, tests make one of an
 * array. Batches are v2 record batches as on the wire; an append is buffered until {@link RaftLog.flush}.
 */
export interface RaftLog {
  readonly startOffset: number;
  /** Offset of the next record. */
  readonly endOffset: number;
  /** Leader epoch of the last record, 0 when there is none. */
  readonly lastEpoch: number;
  readonly highWatermark: number;
  /** Appends one batch as the leader, which stamps offset and epoch in place; answers its base offset. */
  appendAsLeader(batch: Buffer, epoch: number): number;
  /** Appends whole batches as they came from the leader, offsets and epochs as they are. */
  appendAsFollower(batches: Buffer): void;
  /** Resolves when everything appended before the call survives a power loss. */
  flush(): Promise<void>;
  /** Drops all records at and beyond `offset`. */
  truncateTo(offset: number): void;
  setHighWatermark(offset: number): void;
  /** The largest epoch of the log that is not above `epoch`, and where it ends (KIP-101). */
  endOffsetForEpoch(epoch: number): OffsetAndEpoch;
  /** The leader epoch of the record at `offset`, -1 when it is not known. */
  epochAt(offset: number): number;
  /** Whole batches in [fromOffset, toOffset), about `bytesMax`, at least one; none at the end. */
  read(fromOffset: number, toOffset: number, bytesMax: number): readonly Buffer[];
}

/** The topic that holds the cluster's metadata; it has one partition and a well-known id. */
export { METADATA_TOPIC } from '../log/partition-directory.ts';
/** Code of the error that an append ends in when the disk does not take it. */
export const METADATA_LOG_REFUSED = 'METADATA_LOG';
export const METADATA_TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAAQ';

/** The metadata log keeps everything: followers cannot get a snapshot yet that could stand for a trimmed prefix. */
export const METADATA_LOG_CONFIG: LogConfig = {
  ...DEFAULT_LOG_CONFIG,
  compact: false,
  delete: false,
  retentionMs: -1,
  retentionBytes: -1,
  segmentMs: UNLIMITED,
  maxMessageBytes: 8 * 1024 ** 2,
};

/** Raft's view of a partition's log. */
export function createRaftLog(log: Log): RaftLog {
  return new PartitionRaftLog(log);
}

class PartitionRaftLog implements RaftLog {
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  get startOffset(): number {
    return this.#log.logStartOffset;
  }

  get endOffset(): number {
    return this.#log.logEndOffset;
  }

  get lastEpoch(): number {
    return Math.max(0, this.#log.latestEpoch);
  }

  get highWatermark(): number {
    return this.#log.highWatermark;
  }

  appendAsLeader(batch: Buffer, epoch: number): number {
    return appended(this.#log.appendAsLeader(batch, { leaderEpoch: epoch, origin: 'raft' })).baseOffset;
  }

  appendAsFollower(batches: Buffer): void {
    appended(this.#log.appendAsFollower(batches));
  }

  flush(): Promise<void> {
    return this.#log.flush();
  }

  truncateTo(offset: number): void {
    assert(offset >= this.highWatermark, `raft: truncation to ${offset} below the high watermark`);
    this.#log.truncateTo(offset);
  }

  setHighWatermark(offset: number): void {
    this.#log.setHighWatermark(offset);
  }

  endOffsetForEpoch(epoch: number): OffsetAndEpoch {
    if (epoch >= this.lastEpoch) return { epoch: this.lastEpoch, offset: this.endOffset };
    const found = this.#log.endOffsetForEpoch(epoch);
    return { epoch: found.epoch, offset: found.endOffset };
  }

  epochAt(offset: number): number {
    return offset < this.endOffset ? this.#log.epochForOffset(offset) : -1;
  }

  read(fromOffset: number, toOffset: number, bytesMax: number): readonly Buffer[] {
    const result = this.#log.read(fromOffset, {
      maxBytes: bytesMax,
      upperBoundOffset: toOffset,
      minOneBatch: true,
    });
    assert(result.errorCode === 0, `raft: read at ${fromOffset} failed with error ${result.errorCode}`);
    return result.chunks;
  }
}

function appended(result: AppendResult): AppendResult {
  if (result.errorCode === 0) return result;
  throw new OperationalError(
    METADATA_LOG_REFUSED,
    `the metadata log refused a batch: ${result.errorMessage}`,
    {
      retriable: false,
    },
  );
}
