import type { Environment } from '../../src/base/environment.ts';
import { AssertionFailure, messageOf, OperationalError } from '../../src/base/errors.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { abortedSource } from './aborted-source.ts';
import type { AppendOptions, AppendResult } from './append-result.ts';
import type { ClosedLog } from './closed-log.ts';
import { LogCompaction } from './log-compaction.ts';
import { LogAppender, storageError } from './log-appender.ts';
import type { LogConfig } from './log-config.ts';
import { LogDurability } from './log-durability.ts';
import { LogFolder } from './log-folder.ts';
import { openLogFiles, openSeals } from './log-opening.ts';
import type { LogOptions } from './log-options.ts';
import { readSegment, readRecent } from './log-reader.ts';
import { LogSegments } from './log-segments.ts';
import { LogState } from './log-state.ts';
import { restartLog, truncateKeeping, truncateLog } from './log-truncation.ts';
import { OpenSegments } from './open-segments.ts';
import { parsePartitionDirectory, partitionDirectoryName } from './partition-directory.ts';
import type { ProducerEntry } from './producer-entry.ts';
import {
  type AbortedTransaction,
  EMPTY_READ,
  type EpochEndOffset,
  OUT_OF_RANGE_READ,
  type ReadOptions,
  type ReadResult,
} from './read-result.ts';
import { RecentBatches, RecentBudget } from './recent-batches.ts';
import { countToDelete } from './retention.ts';
import type { SegmentOptions } from './segment.ts';
import { SegmentDamage } from './segment-damage.ts';
import type { VerificationGuard, VerifiedBatch } from './verification-guards.ts';
import { findAborted } from './segment-lookup.ts';
import { type Lookup, lookUpTimestamp } from './timestamp-lookup.ts';
import { maxTimestampOf } from './timestamp-search.ts';

export type { LogOptions } from './log-options.ts';

const RECENT_BYTES_DEFAULT = 4 * 1024 * 1024;
const OPEN_SEGMENTS_DEFAULT = 16;

/**
 * One partition's log, in Kafka's on-disk format. Owned by one event loop: every method but {@link flush} and
 * {@link close} is synchronous, and everything answered is final when the method returns. {@link LogSegments} says who may
 * touch a segment when. An assertion that fails in here stops the partition: {@link LogState.stop}.
 */
export class Log {
  readonly topic: string;
  readonly partition: number;
  readonly directory: string;
  readonly #environment: Environment;
  /** Where the records ended that were known to be committed when the log was opened. */
  readonly #knownEnd: number;
  readonly #state: LogState;
  readonly #durability: LogDurability;
  readonly #appender: LogAppender;
  /** What the log cleaner has of the log. */
  readonly compaction: LogCompaction;
  /** What the log was when it was closed before. */
  readonly #openedAs: ClosedLog | undefined;
  #closed: ClosedLog | undefined;
  #closing: Promise<void> | undefined;

  private constructor(options: LogOptions) {
    const { directory, logger = silentLogger } = options;
    const environment = inFolder(options.environment, directory);
    const { disk } = environment;
    const { topic, partition } = parsePartitionDirectory(directory);
    this.topic = topic;
    this.partition = partition;
    this.directory = directory;
    this.#environment = environment;
    this.#openedAs = options.closed;
    const openSegments = options.openSegments ?? new OpenSegments(OPEN_SEGMENTS_DEFAULT);
    const seals = openSeals({ ...options, environment }, logger);
    const aborted = abortedSource({ seals, logger, state: () => this.#state, environment });
    const segmentOptions = (baseOffset: number): SegmentOptions => ({
      disk,
      directory,
      aborted,
      baseOffset,
      indexIntervalBytes: options.config.indexIntervalBytes,
      openSegments,
      createdMs: environment.clock.nowMs(),
    });
    const { epochs, producers, snapshots, recovered } = openLogFiles(
      { ...options, environment },
      { logger, segmentOptions },
    );
    this.#state = new LogState({
      environment,
      logger,
      name: partitionDirectoryName({ topic, partition }),
      directory,
      config: options.config,
      segmentOptions,
      segments: new LogSegments(recovered.segments, { environment, logger }),
      epochs,
      producers,
      snapshots,
      seals,
      recent: new RecentBatches(options.recentBudget ?? new RecentBudget(RECENT_BYTES_DEFAULT)),
      space: options.space,
      cleanedTo: options.cleanedTo,
      logStartOffset: recovered.logStartOffset,
      logEndOffset: recovered.logEndOffset,
    });
    this.#durability = new LogDurability(this.#state, {
      recoveryPoint: Math.min(options.recoveryPoint ?? 0, recovered.flushedOffset),
      // What had records was synced before it was closed.
      isDirectorySynced: (options.closed?.segments.length ?? 0) > 0,
      syncParent: options.syncParent ?? (() => disk.syncDirectory(parentOf(directory))),
      onRecoveryPointLowered: options.onRecoveryPointLowered ?? (() => {}),
      onCleanedToLowered: options.onCleanedToLowered ?? (() => {}),
      onLogStartRaised: options.onLogStartRaised ?? (() => {}),
    });
    this.#appender = new LogAppender(this.#state, this.#durability);
    this.compaction = new LogCompaction(this.#state, this.#durability, {
      isClosing: () => this.#closing !== undefined,
    });
    const { highWatermark = 0 } = options;
    this.#knownEnd = highWatermark;
    if (this.hasLostItsEnd) {
      // After a power loss that is how it is: what was committed, and not synced here yet, the other replicas have.
      const level = options.hadCleanShutdown === true ? 'error' : 'warn';
      logger[level]('records are missing at the end of a log: they had been committed', {
        directory,
        fromOffset: recovered.logEndOffset,
        toOffset: highWatermark,
      });
    }
    this.setHighWatermark(highWatermark);
  }

  /** Opens or creates a log and recovers it. @throws {OperationalError} when the disk fails or files are foreign. */
  static open(options: LogOptions): Log {
    return new Log(options);
  }

  /**
   * A power loss has taken records that were committed, and they have not been copied back yet. What it left at the end may be
   * older than what was written there last: bytes that a truncation had taken out, and that had been synced before it.
   */
  get hasLostItsEnd(): boolean {
    return this.logEndOffset < this.#knownEnd;
  }

  get config(): LogConfig {
    return this.#state.config;
  }

  set config(config: LogConfig) {
    this.#state.config = config;
  }

  /** Called with damage that a read has met. Answers whether the log will be closed then, since another replica takes over. */
  set onDamage(onDamage: (damage: SegmentDamage) => boolean) {
    this.#state.onDamage = onDamage;
  }

  /** The first offset that can be read. */
  get logStartOffset(): number {
    return this.#state.logStartOffset;
  }

  /** The log start to write into the checkpoint: where the log is about to begin anew, that place already. */
  get logStartCheckpoint(): number {
    return this.#state.logStartNext ?? this.#state.logStartOffset;
  }

  /** The offset that the next record gets. */
  get logEndOffset(): number {
    return this.#state.logEndOffset;
  }

  get highWatermark(): number {
    return this.#state.highWatermark;
  }

  /** Where read_committed ends: at most the high watermark, and where DeleteRecords has gone further, the log start. */
  get lastStableOffset(): number {
    const { producers, highWatermark, logStartOffset } = this.#state;
    const unstable = producers.firstUnstableOffset;
    return unstable === undefined
      ? highWatermark
      : Math.max(logStartOffset, Math.min(unstable, highWatermark));
  }

  /** Everything below survives a power loss. */
  get recoveryPoint(): number {
    return this.#durability.recoveryPoint;
  }

  /** The recovery point to write into the checkpoint: {@link LogDurability.checkpoint}. */
  get recoveryPointCheckpoint(): number {
    return this.#durability.checkpoint;
  }

  /** Bytes in all segments. */
  get sizeInBytes(): number {
    return this.#state.segments.sizeInBytes;
  }

  get segmentCount(): number {
    return this.#state.segments.count;
  }

  /** The leader epoch of the last batch, -1 when there is none. */
  get latestEpoch(): number {
    return this.#state.epochs.latestEpoch;
  }

  /** Where the active segment begins. */
  get activeSegmentBaseOffset(): number {
    return this.#state.segments.active.baseOffset;
  }

  /** Producers with an id that wrote lately (DescribeProducers). */
  get activeProducers(): Iterable<ProducerEntry> {
    return this.#state.producers.producers;
  }

  /** Why appends are refused until the next start; undefined as long as the partition works. */
  get failure(): string | undefined {
    return this.#state.failure;
  }

  /** What the next start need not find out, once {@link close} has succeeded; undefined where it has to look itself. */
  get closed(): ClosedLog | undefined {
    return this.#closed;
  }

  /**
   * `flush.messages` or `flush.ms` asks for a flush. The log begins the first by itself and the log manager the second; a
   * caller that acknowledges only what is durable awaits {@link flush} first.
   */
  get isFlushDue(): boolean {
    return this.#durability.isFlushDue;
  }

  /** Sets the high watermark, bounded to [log start, log end]; that it only grows is the caller's business. */
  setHighWatermark(offset: number): void {
    this.#state.setHighWatermark(offset);
  }

  /**
   * Validates, stamps offsets and epoch in place, writes. `records` belongs to the log afterwards and must not change.
   */
  appendAsLeader(records: Buffer, options: AppendOptions): AppendResult {
    try {
      return this.#appender.appendAsLeader(records, options);
    } catch (error) {
      return this.#refuseAppend(error);
    }
  }

  /**
   * Appends batches as the leader sent them: offsets and epochs are in them. A batch that is cut off at the end is
   * ignored, and so is everything from the first one on that is of a later epoch than `leaderEpoch`. Offsets must start at or after the log's end, or around it where the log is empty; a bad CRC is CORRUPT_MESSAGE and nothing is appended.
   */
  appendAsFollower(records: Buffer, leaderEpoch = Number.POSITIVE_INFINITY): AppendResult {
    try {
      return this.#appender.appendAsFollower(records, leaderEpoch);
    } catch (error) {
      return this.#refuseAppend(error);
    }
  }

  /**
   * What a batch that begins a transaction here has to be appended with, once the coordinator has said that the partition
   * is in the transaction (KIP-890); undefined where the transaction is open already.
   */
  verificationGuard(batch: VerifiedBatch): VerificationGuard | undefined {
    return this.#state.producers.obtainGuard(batch, this.#environment.clock.nowMs());
  }

  /** Whether a producer with this epoch may not write any more: the partition has seen a newer one. */
  isFenced(producerId: number, producerEpoch: number): boolean {
    return this.#state.producers.isFenced(producerId, producerEpoch);
  }

  /** Reads whole batches, from the one that contains `offset` on. Never reads further than the current segment. */
  read(offset: number, options: ReadOptions): ReadResult {
    const { logStartOffset, logEndOffset, recent, segments } = this.#state;
    if (this.#state.isBroken) return storageFailure(offset);
    if (offset < logStartOffset || offset > logEndOffset) return OUT_OF_RANGE_READ;
    const upperBoundOffset = Math.min(options.upperBoundOffset, logEndOffset);
    if (offset >= upperBoundOffset) return { ...EMPTY_READ, nextOffset: offset };
    const bounded =
      upperBoundOffset === options.upperBoundOffset ? options : { ...options, upperBoundOffset };
    if (offset >= recent.startOffset) return readRecent(recent, offset, bounded);
    try {
      for (let index = segments.indexOf(offset); index < segments.count; index++) {
        const segment = segments.at(index);
        if (segment === undefined) break;
        // Compaction can leave a segment that ends before the next one begins.
        const endOffset = segments.at(index + 1)?.baseOffset ?? logEndOffset;
        const result = readSegment(segment, offset, { ...bounded, endOffset });
        if (result.sizeInBytes > 0 || result.isBounded) return result;
      }
      return { ...EMPTY_READ, nextOffset: offset };
    } catch (error) {
      return { ...EMPTY_READ, errorCode: this.#state.onReadFailure(error), nextOffset: offset };
    }
  }

  /** File and position of the batch with `offset`, for messages about it. */
  placeOf(offset: number): string {
    const { segments } = this.#state;
    const segment = segments.at(segments.indexOf(offset)) ?? segments.active;
    try {
      return `${segment.pathOf('log')} at byte ${segment.positionOf(offset)}`;
    } catch (error) {
      if (error instanceof AssertionFailure) throw error;
      return messageOf(error);
    }
  }

  /**
   * Aborted transactions that overlap [fromOffset, toOffset), which must lie below the last stable offset: what a
   * read_committed Fetch answers beside its batches. An error code where that can be told neither from the indexes nor from the
   * log, and a promise while one of them is being made anew: it resolves when it is worth asking again.
   */
  abortedTransactions(
    fromOffset: number,
    toOffset: number,
  ): readonly AbortedTransaction[] | ErrorCode | Promise<void> {
    try {
      return findAborted(this.#state.segments.from(fromOffset), { fromOffset, toOffset });
    } catch (error) {
      return this.#state.onReadFailure(error);
    }
  }

  /** Where a leader epoch ends, for OffsetsForLeaderEpoch (KIP-101, KIP-279); -1/-1 when unknown. */
  endOffsetForEpoch(epoch: number): EpochEndOffset {
    return this.#state.epochs.endOffsetFor(epoch, this.#state.logEndOffset);
  }

  /** The leader epoch of the record at `offset`, -1 when it is not known. */
  epochForOffset(offset: number): number {
    return this.#state.epochs.epochAt(offset);
  }

  /** Remembers that `epoch` starts at the log's end: a leader calls it on taking over. */
  assignEpochStart(epoch: number): void {
    this.#state.epochs.assign(epoch, this.#state.logEndOffset);
    if (this.#durability.mustSaveEpochs) this.#state.epochs.save();
  }

  /**
   * The first record at or after `timestamp` and before `upperBoundOffset`, or null. Decodes at most one batch on the event
   * loop, and a large one beside it: then the answer is a promise. An error code where the log is damaged on the way.
   */
  offsetForTimestamp(timestamp: number, upperBoundOffset: number): Lookup | Promise<Lookup> {
    return lookUpTimestamp(this.#state, {
      timestamp,
      fromOffset: this.#state.logStartOffset,
      upperBoundOffset,
    });
  }

  /** The first record with the log's largest timestamp, or null: then as in Kafka none from before the bound takes its place. */
  offsetOfMaxTimestamp(upperBoundOffset: number): Lookup | Promise<Lookup> {
    const timestamp = maxTimestampOf(this.#state.segments.all);
    return timestamp === undefined ? null : this.offsetForTimestamp(timestamp, upperBoundOffset);
  }

  /** Drops everything from `offset` on, and the batch that contains it: the log ends with what is before. */
  truncateTo(offset: number): void {
    this.#guard('truncate', () => truncateLog(this.#state, this.#durability, offset));
  }

  /**
   * As {@link truncateTo}, and keeps what is taken away in files beside the segments.
   * @returns their paths.
   */
  truncateKeeping(offset: number): readonly string[] {
    return this.#guard('truncate', () => truncateKeeping(this.#state, this.#durability, offset));
  }

  /** Drops everything and goes on at `offset`. */
  truncateFullyAndStartAt(offset: number): void {
    this.#guard('truncate', () => restartLog(this.#state, this.#durability, offset));
  }

  /**
   * Advances the log start offset (DeleteRecords; retention does the deleting). Idempotent.
   * @returns an error code: OFFSET_OUT_OF_RANGE beyond the high watermark, else NONE.
   */
  deleteRecordsBefore(offset: number): ErrorCode {
    if (offset > this.#state.highWatermark) return ErrorCode.OFFSET_OUT_OF_RANGE;
    this.#state.advanceStart(offset);
    return ErrorCode.NONE;
  }

  /** A follower takes over its leader's log start offset. */
  advanceLogStartOffset(offset: number): void {
    this.#state.advanceStart(Math.min(offset, this.#state.logEndOffset));
  }

  /**
   * First half of retention: moves the log start past the segments that time and size let go. What is below it is gone for
   * readers; the caller writes the log start checkpoint before it removes them with {@link removeOldSegments}, so that a
   * crash in between is no hole that somebody has to explain.
   * @returns how many segments lie below the log start now.
   */
  applyRetention(): number {
    return this.#guard('apply retention', () => {
      const state = this.#state;
      const { segments } = state;
      if (state.isClosed || this.#closing !== undefined || state.failure !== undefined) return 0;
      // A cleaning reads the segments that would go. When it has ended, retention is asked again.
      if (state.cleaning !== undefined && state.space?.isShort !== true) return 0;
      let count = countToDelete(segments.all, {
        config: state.config,
        nowMs: this.#environment.clock.nowMs(),
        logStartOffset: state.logStartOffset,
        logEndOffset: state.logEndOffset,
        highWatermark: state.highWatermark,
      });
      if (count === segments.count && !this.#tryRoll()) count--;
      if (count === 0) return 0;
      state.advanceStart(segments.at(count)?.baseOffset ?? state.logEndOffset);
      return count;
    });
  }

  /**
   * Second half of retention: takes the segments below the log start, as the checkpoint has it, off the disk.
   * @returns how many.
   */
  removeOldSegments(logStartWritten = this.#state.logStartOffset): number {
    return this.#guard('remove segments', () => {
      const state = this.#state;
      if (state.isClosed || this.#closing !== undefined) return 0;
      const { config, segments } = state;
      const logStartOffset = Math.min(logStartWritten, state.logStartOffset);
      const count = segments.removeBefore(logStartOffset, { delayMs: config.fileDeleteDelayMs });
      if (count === 0) return 0;
      state.producers.load();
      // Their files went with the segments; this forgets them.
      const kept = new Set(segments.all.map(({ baseOffset }) => baseOffset));
      state.snapshots.remove((offset) => offset < logStartOffset && !kept.has(offset));
      this.#durability.syncDirectoryInBackground();
      return count;
    });
  }

  /** Forgets idempotent producers that were silent for `producer.id.expiration.ms`. */
  expireProducers(): void {
    const { producers } = this.#state;
    if (!producers.isLoaded) return;
    producers.expire(this.#environment.clock.nowMs(), this.config.producerIdExpirationMs);
  }

  /** Resolves when everything appended before the call survives a power loss; advances {@link recoveryPoint}. */
  flush(): Promise<void> {
    return this.#durability.flush();
  }

  /** Flushes and closes. Nothing may be called afterwards. */
  close(): Promise<void> {
    this.#state.cleaning?.interrupt();
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Closes without writing anything: the log is about to be deleted, or its disk has failed. */
  closeHandles(): void {
    const { recent, segments } = this.#state;
    this.#state.isClosed = true;
    this.#state.cleaning?.interrupt();
    recent.clear();
    segments.close();
  }

  async #close(): Promise<void> {
    const { producers, snapshots, segments, logEndOffset, isClosed } = this.#state;
    if (isClosed) return;
    try {
      await this.#learnSeals();
      if (!this.#isAsOpened) {
        if (producers.producerCount > 0) snapshots.write(logEndOffset, producers.producers);
        segments.active.seal();
        await this.flush();
      }
      this.#closed = this.#tryDescribe();
    } finally {
      this.closeHandles();
    }
  }

  /** Of an index without one that cannot be read. Where the log is damaged, too, {@link #tryDescribe} will say so. */
  async #learnSeals(): Promise<void> {
    for (const { aborted } of [...this.#state.segments.all]) {
      if (aborted.hasSeal) continue;
      await aborted.whole().catch((error: unknown) => {
        if (!(error instanceof SegmentDamage)) throw error;
      });
    }
  }

  /** The files are complete: nothing was written since the log was closed the last time, or there has never been a record. */
  get #isAsOpened(): boolean {
    const { segments, seals, logEndOffset } = this.#state;
    if (!segments.active.isOnDisk) return true;
    return segments.active.isDurable && this.recoveryPoint === logEndOffset && seals.isSaved;
  }

  /** Where an index can be told neither from its file nor from the log, the next start looks itself. */
  #tryDescribe(): ClosedLog | undefined {
    try {
      return this.#describe();
    } catch (error) {
      if (!(error instanceof SegmentDamage)) throw error;
      this.#state.onReadFailure(error);
      return undefined;
    }
  }

  #describe(): ClosedLog | undefined {
    const { producers, snapshots, segments, epochs, logStartOffset, logEndOffset, failure } = this.#state;
    if (failure !== undefined || producers.firstUnstableOffset !== undefined) return undefined;
    return {
      logStartOffset,
      logEndOffset,
      epochs: epochs.entries,
      segments: segments.all
        .filter((segment) => segment.isOnDisk)
        .map(({ baseOffset, sizeInBytes, modifiedMs, aborted: { seal } }) => {
          const known = { baseOffset, sizeInBytes, modifiedMs };
          return seal === undefined ? known : { ...known, aborted: seal };
        }),
      snapshots: snapshots.offsets,
      hasProducers: !producers.isLoaded || producers.producerCount > 0,
      directoryModifiedMs: this.#directoryModifiedMs(),
    };
  }

  /** Where nothing was done to the log it is as it was; if something was after all, the next start looks at the files. */
  #directoryModifiedMs(): number {
    const known = this.#isAsOpened ? this.#openedAs?.directoryModifiedMs : undefined;
    return known ?? this.#environment.disk.directoryModifiedMs(this.directory) ?? -1;
  }

  /** A full disk has no room for a new segment; that is no reason to keep the old ones. */
  #tryRoll(): boolean {
    try {
      this.#appender.roll();
      return true;
    } catch (error) {
      if (!(error instanceof OperationalError)) throw error;
      this.#state.logger.warn('a segment could not be rolled', { directory: this.directory, error });
      return false;
    }
  }

  #refuseAppend(error: unknown): AppendResult {
    // The producers are read when they are asked for, and the disk may refuse.
    if (error instanceof OperationalError) return storageError(error.message, this.#state.logStartOffset);
    if (!(error instanceof AssertionFailure)) throw error;
    this.#state.stop('append', error);
    return storageError(error.message, this.#state.logStartOffset);
  }

  /** An invariant that does not hold stops the partition before the error goes on to the caller. */
  #guard<T>(what: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof AssertionFailure) this.#state.stop(what, error);
      throw error;
    }
  }
}

/** The environment with the disk as the log in this folder has it. */
function inFolder(environment: Environment, directory: string): Environment {
  const { clock, timers, random, network, workers } = environment;
  const disk = new LogFolder(environment.disk, directory);
  return workers === undefined
    ? { clock, timers, random, network, disk }
    : { clock, timers, random, network, disk, workers };
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}

function storageFailure(offset: number): ReadResult {
  return { ...EMPTY_READ, errorCode: ErrorCode.KAFKA_STORAGE_ERROR, nextOffset: offset };
}
