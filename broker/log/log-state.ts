import { assert } from '../../src/base/assert.ts';
import type { Environment } from '../../src/base/environment.ts';
import { AssertionFailure, messageOf } from '../../src/base/errors.ts';
import type { Logger } from '../../src/base/logger.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { ProtocolError } from '../../src/base/protocol-error.ts';
import type { LeaderEpochCache } from './leader-epoch-cache.ts';
import type { LogConfig } from './log-config.ts';
import type { LogSegments } from './log-segments.ts';
import type { ProducerSnapshots } from './producer-snapshots.ts';
import type { ProducerState } from './producer-state.ts';
import type { RecentBatches } from './recent-batches.ts';
import type { SegmentOptions } from './segment.ts';
import type { TransactionIndexSeals } from './transaction-index-seals.ts';
import { SegmentDamage } from './segment-damage.ts';

/** More places than this are logged again: it is not a list of the damage, it keeps a log readable. */
const COMPLAINTS_MAX = 1_000;

interface LogStateOptions {
  readonly environment: Environment;
  readonly logger: Logger;
  /** `<topic>-<partition>` */
  readonly name: string;
  readonly directory: string;
  readonly config: LogConfig;
  readonly segmentOptions: (baseOffset: number) => SegmentOptions;
  readonly segments: LogSegments;
  readonly epochs: LeaderEpochCache;
  readonly producers: ProducerState;
  readonly snapshots: ProducerSnapshots;
  readonly seals: TransactionIndexSeals;
  readonly recent: RecentBatches;
  readonly space: { readonly isShort: boolean } | undefined;
  readonly cleanedTo: number | undefined;
  readonly logStartOffset: number;
  readonly logEndOffset: number;
}

/**
 * What the parts of one log (appends, truncation, durability, retention) share: its segments, what is derived from them,
 * and its three offsets, which only change through the methods here: log start <= high watermark <= log end.
 */
export class LogState {
  readonly environment: Environment;
  readonly logger: Logger;
  readonly name: string;
  readonly directory: string;
  readonly segments: LogSegments;
  readonly epochs: LeaderEpochCache;
  readonly producers: ProducerState;
  readonly snapshots: ProducerSnapshots;
  readonly seals: TransactionIndexSeals;
  readonly recent: RecentBatches;
  readonly space: { readonly isShort: boolean } | undefined;
  readonly segmentOptions: (baseOffset: number) => SegmentOptions;
  config: LogConfig;
  isClosed = false;
  /** See {@link Log.onDamage}. */
  onDamage: (damage: SegmentDamage) => boolean = () => false;
  /** The cleaning that is under way. */
  cleaning: { interrupt(): void } | undefined;
  /** Where the log is about to begin anew, until it has. */
  logStartNext: number | undefined;
  #cleanedTo: number;
  #logStartOffset: number;
  #logEndOffset: number;
  #highWatermark: number;
  #failure: string | undefined;
  #isBroken = false;
  /** Places of damage that have been logged. */
  readonly #complaints = new Set<string>();

  constructor(options: LogStateOptions) {
    this.environment = options.environment;
    this.logger = options.logger;
    this.name = options.name;
    this.directory = options.directory;
    this.config = options.config;
    this.segmentOptions = options.segmentOptions;
    this.segments = options.segments;
    this.epochs = options.epochs;
    this.producers = options.producers;
    this.snapshots = options.snapshots;
    this.seals = options.seals;
    this.recent = options.recent;
    this.space = options.space;
    this.#cleanedTo = Math.min(options.cleanedTo ?? 0, options.logEndOffset);
    this.#logStartOffset = options.logStartOffset;
    this.#logEndOffset = options.logEndOffset;
    this.#highWatermark = options.logStartOffset;
    this.#checkOffsets();
  }

  get logStartOffset(): number {
    return this.#logStartOffset;
  }

  get logEndOffset(): number {
    return this.#logEndOffset;
  }

  /** Up to there the log has been compacted: what is before has each key once at most. */
  get cleanedTo(): number {
    return this.#cleanedTo;
  }

  /** The log has been compacted up to `offset`. */
  advanceCleanedTo(offset: number): void {
    assert(offset <= this.#logEndOffset, 'a log is compacted up to its end at most');
    this.#cleanedTo = offset;
  }

  /** What is from `offset` on will be something else. @returns whether that is news. */
  lowerCleanedTo(offset: number): boolean {
    this.cleaning?.interrupt();
    if (this.#cleanedTo <= offset) return false;
    this.#cleanedTo = offset;
    return true;
  }

  get highWatermark(): number {
    return this.#highWatermark;
  }

  /** Why nothing is appended any more; undefined as long as the partition works. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** An invariant did not hold: nothing is read any more, either. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /**
   * Stops the partition: appends are refused from now on and until the next start, and where an invariant did not hold
   * (an {@link AssertionFailure}) reads are, too.
   */
  stop(what: string, error: unknown): void {
    const isBug = error instanceof AssertionFailure;
    if (isBug) error.stopped ??= `partition ${this.name}`;
    if (this.#failure !== undefined && (this.#isBroken || !isBug)) return;
    this.#failure = messageOf(error);
    this.#isBroken = isBug;
    this.logger.error(
      isBug
        ? 'a partition is stopped: an invariant of its log does not hold, please report this'
        : 'a partition is stopped: its disk cannot be trusted any more',
      { partition: this.name, directory: this.directory, what, reason: this.#failure, error },
    );
  }

  /**
   * What a read that failed is answered with, as in Kafka: CORRUPT_MESSAGE where the bytes are not what was written,
   * KAFKA_STORAGE_ERROR where the disk did not give them, and where another replica is about to take over, which clients then look
   * for. Each place is logged once. The rest of the log stays readable.
   */
  onReadFailure(error: unknown): ErrorCode {
    if (error instanceof AssertionFailure) {
      this.stop('read', error);
      return ErrorCode.KAFKA_STORAGE_ERROR;
    }
    const isDamage = error instanceof SegmentDamage || error instanceof ProtocolError;
    const reason = messageOf(error);
    if (!this.#complaints.has(reason)) {
      if (this.#complaints.size >= COMPLAINTS_MAX) this.#complaints.clear();
      this.#complaints.add(reason);
      const place = error instanceof SegmentDamage ? { file: error.path, position: error.position } : {};
      this.logger.error(isDamage ? 'a log is damaged' : 'a log could not be read', {
        partition: this.name,
        ...place,
        reason,
      });
    }
    // Not for records that cannot be decoded: the producer may have sent them so, and then all replicas have them.
    const isGivenUp = error instanceof SegmentDamage && this.onDamage(error);
    return isDamage && !isGivenUp ? ErrorCode.CORRUPT_MESSAGE : ErrorCode.KAFKA_STORAGE_ERROR;
  }

  /** Records have been appended up to `offset`. */
  advanceEnd(offset: number): void {
    assert(offset > this.#logEndOffset, 'an append moves the log end forward');
    this.#logEndOffset = offset;
  }

  /** The log has been cut at `offset`: what was remembered beyond its new end goes. */
  setEndOffset(offset: number): void {
    this.#logEndOffset = offset;
    this.#logStartOffset = Math.min(this.#logStartOffset, offset);
    this.recent.clear();
    this.setHighWatermark(this.#highWatermark);
  }

  /** All records have gone; the log goes on at `offset`. */
  restartAt(offset: number): void {
    this.logStartNext = undefined;
    this.#logStartOffset = offset;
    this.#logEndOffset = offset;
    this.#highWatermark = offset;
    this.recent.clear();
  }

  /** Sets the high watermark, bounded to [log start, log end]. */
  setHighWatermark(offset: number): void {
    this.#highWatermark = Math.max(this.#logStartOffset, Math.min(offset, this.#logEndOffset));
    this.producers.onHighWatermark(this.#highWatermark);
    this.#checkOffsets();
  }

  /** Records before `offset` do not exist any more. Never goes back. */
  advanceStart(offset: number): void {
    if (offset <= this.#logStartOffset) return;
    assert(offset <= this.#logEndOffset, 'the log start does not pass the log end');
    this.#logStartOffset = offset;
    this.epochs.truncateFromStart(offset);
    if (this.#highWatermark < offset) this.setHighWatermark(offset);
  }

  #checkOffsets(): void {
    assert(
      this.#logStartOffset <= this.#highWatermark && this.#highWatermark <= this.#logEndOffset,
      'log start <= high watermark <= log end',
    );
  }
}
