import { assert } from '../../src/base/assert.ts';
import type { Environment } from '../../src/base/environment.ts';
import { messageOf } from '../../src/base/errors.ts';
import { type Logger, silentLogger } from '../../src/base/logger.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { type AppendOptions, type AppendResult, appended, duplicated, failed } from './append-result.ts';
import { BatchInfo, baseOffsetAt, stampBatch, stampLogAppendTime } from './batch-info.ts';
import { validateForFollower, validateForLeader } from './batch-validation.ts';
import { LEADER_EPOCH_CHECKPOINT, LeaderEpochCache } from './leader-epoch-cache.ts';
import type { LogConfig } from './log-config.ts';
import { LogFlusher, syncSegments } from './log-flusher.ts';
import type { LogOptions } from './log-options.ts';
import { parsePartitionDirectory, partitionDirectoryName } from './partition-directory.ts';
import { readSegment, readRecent } from './log-reader.ts';
import { recoverLog, removeSegment, replayProducers } from './log-recovery.ts';
import { OpenSegments } from './open-segments.ts';
import type { ProducerEntry } from './producer-entry.ts';
import { applyToProducers } from './producer-replay.ts';
import { ProducerSnapshots } from './producer-snapshots.ts';
import { ProducerState, type Verdict } from './producer-state.ts';
import {
  type AbortedTransaction,
  EMPTY_READ,
  type EpochEndOffset,
  OUT_OF_RANGE_READ,
  type ReadOptions,
  type ReadResult,
  type TimestampedOffset,
} from './read-result.ts';
import { RecentBatches, RecentBudget } from './recent-batches.ts';
import { countToDelete } from './retention.ts';
import { mustRoll } from './roll-policy.ts';
import { Segment, type SegmentOptions } from './segment.ts';
import { findAborted, segmentIndexOf } from './segment-lookup.ts';
import { SegmentRemoval } from './segment-removal.ts';
import { findOffsetForTimestamp, findOffsetOfMaxTimestamp } from './timestamp-search.ts';
import { readMarker } from './transaction-marker.ts';

export type { LogOptions } from './log-options.ts';

const RECENT_BYTES_DEFAULT = 4 * 1024 * 1024;
const OPEN_SEGMENTS_DEFAULT = 16;

/**
 * One partition's log, in Kafka's on-disk format. Owned by one event loop: every method but {@link flush} and
 * {@link close} is synchronous, and everything answered is final when the method returns.
 */
export class Log {
  readonly topic: string;
  readonly partition: number;
  readonly directory: string;
  config: LogConfig;
  /** `<topic>-<partition>` */
  readonly #name: string;
  readonly #environment: Environment;
  readonly #logger: Logger;
  readonly #openSegments: OpenSegments;
  readonly #recent: RecentBatches;
  readonly #epochs: LeaderEpochCache;
  readonly #producers = new ProducerState();
  readonly #snapshots: ProducerSnapshots;
  readonly #flusher: LogFlusher;
  readonly #removal: SegmentRemoval;
  readonly #onRecoveryPointLowered: () => void;
  /** Ascending by base offset; the last is the active one. */
  readonly #segments: Segment[];
  #logStartOffset: number;
  #logEndOffset: number;
  #highWatermark: number;
  #recoveryPoint: number;
  #lastFlushMs: number;
  /** The entry of the log's directory in its parent survives a power loss. */
  #isDirectorySynced = false;
  /** There was a truncation that a crash could undo: the next epoch is saved before its first batch is written. */
  #mustSaveEpochs = false;
  /** Counts truncations, so that a flush under way notices one. */
  #truncations = 0;
  #isClosed = false;
  /** Why the disk is no longer trusted: after a failed sync nothing is known of what was written before. */
  #failure: string | undefined;

  private constructor(options: LogOptions) {
    const { environment, directory, logger = silentLogger } = options;
    const { disk } = environment;
    const { topic, partition } = parsePartitionDirectory(directory);
    this.topic = topic;
    this.partition = partition;
    this.#name = partitionDirectoryName({ topic, partition });
    this.directory = directory;
    this.config = options.config;
    this.#environment = environment;
    this.#logger = logger;
    this.#openSegments = options.openSegments ?? new OpenSegments(OPEN_SEGMENTS_DEFAULT);
    this.#recent = new RecentBatches(options.recentBudget ?? new RecentBudget(RECENT_BYTES_DEFAULT));
    this.#onRecoveryPointLowered = options.onRecoveryPointLowered ?? (() => {});
    this.#removal = new SegmentRemoval(environment, logger);
    disk.makeDirectory(directory);
    this.#epochs = LeaderEpochCache.open(disk, `${directory}/${LEADER_EPOCH_CHECKPOINT}`);
    this.#snapshots = new ProducerSnapshots(disk, directory);
    const recovered = recoverLog({
      disk,
      logger,
      directory,
      segmentOptions: (baseOffset) => this.#segmentOptions(baseOffset),
      recoveryPoint: options.recoveryPoint ?? 0,
      logStartOffset: options.logStartOffset ?? 0,
      hadCleanShutdown: options.hadCleanShutdown ?? false,
      epochs: this.#epochs,
      producers: this.#producers,
      snapshots: this.#snapshots,
    });
    this.#segments = recovered.segments;
    this.#logStartOffset = recovered.logStartOffset;
    this.#logEndOffset = recovered.logEndOffset;
    this.#recoveryPoint = Math.min(options.recoveryPoint ?? 0, recovered.flushedOffset);
    this.#lastFlushMs = environment.clock.nowMs();
    this.#highWatermark = recovered.logStartOffset;
    this.setHighWatermark(options.highWatermark ?? 0);
    this.#flusher = new LogFlusher({ flushOnce: () => this.#flushOnce() });
  }

  /** Opens or creates a log and recovers it. @throws {OperationalError} when the disk fails or files are foreign. */
  static open(options: LogOptions): Log {
    return new Log(options);
  }

  /** The first offset that can be read. */
  get logStartOffset(): number {
    return this.#logStartOffset;
  }

  /** The offset that the next record gets. */
  get logEndOffset(): number {
    return this.#logEndOffset;
  }

  get highWatermark(): number {
    return this.#highWatermark;
  }

  /** Where read_committed ends: at most the high watermark. */
  get lastStableOffset(): number {
    const unstable = this.#producers.firstUnstableOffset;
    return unstable === undefined ? this.#highWatermark : Math.min(unstable, this.#highWatermark);
  }

  /** Everything below survives a power loss. */
  get recoveryPoint(): number {
    return this.#recoveryPoint;
  }

  /**
   * The recovery point to write into the checkpoint. While the segment that ends at the recovery point has not been
   * sealed and synced as a whole it must be checked at the next start, and so the checkpoint points into it.
   */
  get recoveryPointCheckpoint(): number {
    const segment = this.#segments[this.#segmentIndexOf(this.#recoveryPoint - 1)];
    if (segment === undefined || segment.isDurable || segment.baseOffset >= this.#recoveryPoint) {
      return this.#recoveryPoint;
    }
    return this.#recoveryPoint - 1;
  }

  /** Bytes in all segments. */
  get sizeInBytes(): number {
    let bytes = 0;
    for (const segment of this.#segments) bytes += segment.sizeInBytes;
    return bytes;
  }

  get segmentCount(): number {
    return this.#segments.length;
  }

  /** The leader epoch of the last batch, -1 when there is none. */
  get latestEpoch(): number {
    return this.#epochs.latestEpoch;
  }

  /** Where the active segment begins. */
  get activeSegmentBaseOffset(): number {
    return this.#active.baseOffset;
  }

  /** Producers with an id that wrote lately (DescribeProducers). */
  get activeProducers(): Iterable<ProducerEntry> {
    return this.#producers.producers;
  }

  /**
   * `flush.messages` or `flush.ms` asks for a flush. The log begins the first by itself and the log manager the second; a
   * caller that acknowledges only what is durable awaits {@link flush} first.
   */
  get isFlushDue(): boolean {
    const unflushed = this.#logEndOffset - this.#recoveryPoint;
    if (unflushed <= 0) return false;
    return (
      unflushed >= this.config.flushMessages ||
      this.#environment.clock.nowMs() - this.#lastFlushMs >= this.config.flushMs
    );
  }

  /** Sets the high watermark, bounded to [log start, log end]; that it only grows is the caller's business. */
  setHighWatermark(offset: number): void {
    this.#highWatermark = Math.max(this.#logStartOffset, Math.min(offset, this.#logEndOffset));
    this.#producers.onHighWatermark(this.#highWatermark);
  }

  /**
   * Validates, stamps offsets and epoch in place, writes. `records` belongs to the log afterwards and must not change.
   */
  appendAsLeader(records: Buffer, options: AppendOptions): AppendResult {
    const { leaderEpoch, origin = 'client' } = options;
    const { config } = this;
    assert(leaderEpoch >= this.latestEpoch, 'leader epochs never go down');
    const nowMs = this.#environment.clock.nowMs();
    const validated = validateForLeader(records, { origin, config, partition: this.#name, nowMs });
    if (validated.refusal !== undefined) return failed(validated.refusal, this.#logStartOffset);
    for (const batch of validated.batches) {
      if (batch.producerId < 0) continue;
      const verdict = this.#judge(records, batch, origin === 'client');
      if (verdict.kind === 'reject') return failed(verdict, this.#logStartOffset);
      if (verdict.kind === 'duplicate') return duplicated(verdict.batch, this.#logStartOffset);
    }
    const stampTime = config.messageTimestampType === 'LogAppendTime' && origin !== 'raft';
    let offset = this.#logEndOffset;
    for (const { position, sizeInBytes, recordsCount } of validated.batches) {
      stampBatch(records, position, offset, leaderEpoch);
      if (stampTime) stampLogAppendTime(records, position, { sizeInBytes, timestampMs: nowMs });
      offset += recordsCount;
    }
    return this.#append(records, validated.batches, stampTime ? nowMs : -1);
  }

  /**
   * Appends batches as the leader sent them: offsets and epochs are in them. A batch that is cut off at the end is
   * ignored. Offsets must start at or after the log's end; a bad CRC is CORRUPT_MESSAGE and nothing is appended.
   */
  appendAsFollower(records: Buffer): AppendResult {
    const validated = validateForFollower(records, this.#logEndOffset);
    if (validated.refusal !== undefined) return failed(validated.refusal, this.#logStartOffset);
    const last = validated.batches.at(-1);
    if (last === undefined)
      return appended(this.#logEndOffset, this.#logEndOffset - 1, this.#logStartOffset, -1);
    const whole = records.subarray(0, last.position + last.sizeInBytes);
    return this.#append(whole, validated.batches, -1);
  }

  /** Reads whole batches, from the one that contains `offset` on. Never reads further than the current segment. */
  read(offset: number, options: ReadOptions): ReadResult {
    if (offset < this.#logStartOffset || offset > this.#logEndOffset) return OUT_OF_RANGE_READ;
    const upperBoundOffset = Math.min(options.upperBoundOffset, this.#logEndOffset);
    if (offset >= upperBoundOffset) return { ...EMPTY_READ, nextOffset: offset };
    const bounded =
      upperBoundOffset === options.upperBoundOffset ? options : { ...options, upperBoundOffset };
    if (offset >= this.#recent.startOffset) return readRecent(this.#recent, offset, bounded);
    try {
      for (let index = this.#segmentIndexOf(offset); index < this.#segments.length; index++) {
        const segment = this.#segments[index] as Segment;
        // Compaction can leave a segment that ends before the next one begins.
        const result = readSegment(segment, offset, bounded);
        if (result.sizeInBytes > 0 || result.isBounded) return result;
      }
      return { ...EMPTY_READ, nextOffset: offset };
    } catch (error) {
      this.#logger.error('a log could not be read', { directory: this.directory, offset, error });
      return { ...EMPTY_READ, errorCode: ErrorCode.KAFKA_STORAGE_ERROR, nextOffset: offset };
    }
  }

  /**
   * Aborted transactions that overlap [fromOffset, toOffset), which must lie below the last stable offset: what a
   * read_committed Fetch answers beside its batches.
   */
  abortedTransactions(fromOffset: number, toOffset: number): readonly AbortedTransaction[] {
    return findAborted(this.#segments.slice(this.#segmentIndexOf(fromOffset)), { fromOffset, toOffset });
  }

  /** OffsetsForLeaderEpoch, exactly as section 6 of Kafka's rules has it; -1/-1 when unknown. */
  endOffsetForEpoch(epoch: number): EpochEndOffset {
    return this.#epochs.endOffsetFor(epoch, this.#logEndOffset);
  }

  /** The leader epoch of the record at `offset`, -1 when it is not known. */
  epochForOffset(offset: number): number {
    return this.#epochs.epochAt(offset);
  }

  /** Remembers that `epoch` starts at the log's end: a leader calls it on taking over. */
  assignEpochStart(epoch: number): void {
    this.#epochs.assign(epoch, this.#logEndOffset);
    if (this.#mustSaveEpochs) this.#epochs.save();
  }

  /** The first record at or after `timestamp` and before `upperBoundOffset`, or null. Decodes at most one batch. */
  offsetForTimestamp(timestamp: number, upperBoundOffset: number): TimestampedOffset | null {
    const found = findOffsetForTimestamp(this.#segments, { timestamp, logStartOffset: this.#logStartOffset });
    return found === null || found.offset >= upperBoundOffset ? null : found;
  }

  /** The first record that carries the log's largest timestamp, or null in an empty log. */
  offsetOfMaxTimestamp(): TimestampedOffset | null {
    return findOffsetOfMaxTimestamp(this.#segments, this.#logStartOffset);
  }

  /** Drops everything from `offset` on. */
  truncateTo(offset: number): void {
    if (offset >= this.#logEndOffset) {
      // An epoch that has begun at the end and has no records may still be one that the leader never had.
      this.#epochs.truncateFromEnd(offset);
      return;
    }
    if (offset <= (this.#segments[0]?.baseOffset ?? 0)) {
      this.truncateFullyAndStartAt(offset);
      return;
    }
    this.#beginTruncation(offset);
    // Newest first: what a crash leaves is then a log that was truncated less far, not one with a hole.
    while (this.#active.baseOffset >= offset) this.#removeActive();
    this.#active.unseal();
    this.#active.truncateTo(offset);
    this.#epochs.truncateFromEnd(offset);
    this.#snapshots.remove((candidate) => candidate > offset);
    this.#endAt(offset);
    replayProducers(this.#segments, new Set(), { producers: this.#producers, snapshots: this.#snapshots });
    this.setHighWatermark(this.#highWatermark);
  }

  /** Drops everything and goes on at `offset`. */
  truncateFullyAndStartAt(offset: number): void {
    this.#beginTruncation(offset);
    while (this.#segments.length > 0) this.#removeActive();
    this.#snapshots.remove(() => true);
    this.#epochs.clear();
    this.#producers.clear();
    this.#segments.push(Segment.create(this.#segmentOptions(offset)));
    this.#logStartOffset = offset;
    this.#endAt(offset);
    this.#highWatermark = offset;
  }

  /**
   * Advances the log start offset (DeleteRecords; retention does the deleting). Idempotent.
   * @returns an error code: OFFSET_OUT_OF_RANGE beyond the high watermark, else NONE.
   */
  deleteRecordsBefore(offset: number): ErrorCode {
    if (offset > this.#highWatermark) return ErrorCode.OFFSET_OUT_OF_RANGE;
    this.#advanceLogStart(offset);
    return ErrorCode.NONE;
  }

  /** A follower takes over its leader's log start offset. */
  advanceLogStartOffset(offset: number): void {
    this.#advanceLogStart(Math.min(offset, this.#logEndOffset));
  }

  /** Applies retention by time, by size and by log start offset. @returns how many segments went. */
  deleteOldSegments(): number {
    const count = countToDelete(this.#segments, {
      config: this.config,
      nowMs: this.#environment.clock.nowMs(),
      logStartOffset: this.#logStartOffset,
      logEndOffset: this.#logEndOffset,
      highWatermark: this.#highWatermark,
    });
    if (count === 0) return 0;
    if (count === this.#segments.length) this.#roll();
    const deleted = this.#segments.splice(0, count);
    for (const segment of deleted) this.#removal.schedule(segment, this.config.fileDeleteDelayMs);
    this.#advanceLogStart(this.#segments[0]?.baseOffset ?? this.#logEndOffset);
    // Their files went with the segments; this forgets them.
    this.#snapshots.remove((offset) => offset < this.#logStartOffset && this.#isNoSegment(offset));
    this.#syncDirectoryInBackground();
    return count;
  }

  /** Forgets idempotent producers that were silent for `producer.id.expiration.ms`. */
  expireProducers(): void {
    this.#producers.expire(this.#environment.clock.nowMs(), this.config.producerIdExpirationMs);
  }

  /** Resolves when everything appended before the call survives a power loss; advances {@link recoveryPoint}. */
  flush(): Promise<void> {
    return this.#flusher.flush();
  }

  /** Flushes and closes. Nothing may be called afterwards. */
  async close(): Promise<void> {
    try {
      if (this.#producers.producerCount > 0)
        this.#snapshots.write(this.#logEndOffset, this.#producers.producers);
      this.#active.seal();
      await this.flush();
    } finally {
      this.closeHandles();
    }
  }

  /** Closes without writing anything: the log is about to be deleted, or its disk has failed. */
  closeHandles(): void {
    this.#isClosed = true;
    this.#recent.clear();
    this.#removal.close();
    for (const segment of this.#segments) segment.close();
  }

  get #active(): Segment {
    const active = this.#segments.at(-1);
    assert(active !== undefined, 'a log has an active segment');
    return active;
  }

  #judge(records: Buffer, batch: BatchInfo, isClient: boolean): Verdict {
    if (batch.isControl) {
      const marker = readMarker(records.subarray(batch.position, batch.position + batch.sizeInBytes));
      if (marker !== undefined) {
        return this.#producers.judgeMarker(batch.producerId, batch.producerEpoch, marker.coordinatorEpoch);
      }
    }
    return isClient
      ? this.#producers.judge(batch)
      : this.#producers.judgeCoordinator(batch.producerId, batch.producerEpoch);
  }

  /** Writes batches whose offsets are final, then takes them into everything that is derived from the log. */
  #append(records: Buffer, batches: readonly BatchInfo[], logAppendTimeMs: number): AppendResult {
    if (this.#failure !== undefined) return this.#storageError(this.#failure);
    const baseOffset = baseOffsetAt(records, 0);
    let start: number;
    try {
      if (this.#mustSaveEpochs) this.#saveNewEpoch(new BatchInfo(records, 0, 0));
      this.#rollIfNeeded(records, batches);
      start = this.#active.sizeInBytes;
      this.#active.write(records);
    } catch (error) {
      return this.#storageError(messageOf(error));
    }
    // From here on the disk is not asked: what is written is also in the log.
    const segment = this.#active;
    let lastOffset = -1;
    for (const { position } of batches) {
      const batch = new BatchInfo(records, position, start + position);
      segment.index(batch);
      this.#epochs.assign(batch.leaderEpoch, batch.baseOffset);
      const aborted = applyToProducers(this.#producers, batch, () =>
        records.subarray(position, position + batch.sizeInBytes),
      );
      if (aborted !== undefined) segment.indexes.transactions.push(aborted);
      lastOffset = batch.lastOffset;
    }
    this.#logEndOffset = lastOffset + 1;
    this.#recent.push(baseOffset, this.#logEndOffset, records);
    if (this.#logEndOffset - this.#recoveryPoint >= this.config.flushMessages) this.#flushInBackground();
    return appended(baseOffset, lastOffset, this.#logStartOffset, logAppendTimeMs);
  }

  #saveNewEpoch(first: BatchInfo): void {
    if (first.leaderEpoch === this.latestEpoch) return;
    this.#epochs.assign(first.leaderEpoch, first.baseOffset);
    this.#epochs.save();
  }

  #storageError(reason: string): AppendResult {
    this.#logger.error('an append failed', { directory: this.directory, reason });
    return failed(
      { errorCode: ErrorCode.KAFKA_STORAGE_ERROR, message: `the log cannot be written: ${reason}` },
      this.#logStartOffset,
    );
  }

  #rollIfNeeded(records: Buffer, batches: readonly BatchInfo[]): void {
    const last = new BatchInfo(records, batches.at(-1)?.position ?? 0, 0);
    const incoming = {
      bytes: records.length,
      batches: batches.length,
      lastOffset: last.lastOffset,
      maxTimestamp: last.maxTimestamp,
    };
    if (mustRoll(this.#active, incoming, this.config, this.#environment.clock.nowMs())) this.#roll();
  }

  /** Begins a new active segment at the log's end. When the disk refuses, nothing has changed. */
  #roll(): void {
    const active = this.#active;
    active.saveIndexes();
    const next = Segment.create(this.#segmentOptions(this.#logEndOffset));
    try {
      this.#snapshots.write(this.#logEndOffset, this.#producers.producers);
    } catch (error) {
      removeSegment(this.#environment.disk, next);
      throw error;
    }
    active.seal();
    this.#segments.push(next);
    this.#flushInBackground();
  }

  #segmentOptions(baseOffset: number): SegmentOptions {
    return {
      disk: this.#environment.disk,
      directory: this.directory,
      baseOffset,
      indexIntervalBytes: this.config.indexIntervalBytes,
      openSegments: this.#openSegments,
      createdMs: this.#environment.clock.nowMs(),
    };
  }

  #segmentIndexOf(offset: number): number {
    return segmentIndexOf(this.#segments, offset);
  }

  #isNoSegment(offset: number): boolean {
    return this.#segments[this.#segmentIndexOf(offset)]?.baseOffset !== offset;
  }

  #removeActive(): void {
    const segment = this.#segments.pop();
    if (segment !== undefined) removeSegment(this.#environment.disk, segment);
  }

  /**
   * The recovery point goes down before a file is touched, to the beginning of the segment that will be cut: a crash may
   * bring back segments that were removed and the tail that was cut off, also when the log has gone on in a new segment
   * meanwhile, and the next start has to look at them all.
   */
  #beginTruncation(offset: number): void {
    this.#truncations++;
    this.#mustSaveEpochs = true;
    const cutBase = this.#segments[this.#segmentIndexOf(offset)]?.baseOffset ?? 0;
    const trusted = Math.min(offset, cutBase);
    if (this.#recoveryPoint <= trusted) return;
    this.#recoveryPoint = trusted;
    this.#onRecoveryPointLowered();
  }

  /** The log has been cut: what was remembered beyond its new end goes. */
  #endAt(offset: number): void {
    this.#logEndOffset = offset;
    this.#recent.clear();
  }

  #advanceLogStart(offset: number): void {
    if (offset <= this.#logStartOffset) return;
    this.#logStartOffset = offset;
    this.#epochs.truncateFromStart(offset);
    if (this.#highWatermark < offset) this.setHighWatermark(offset);
  }

  async #flushOnce(): Promise<boolean> {
    const target = this.#logEndOffset;
    const truncations = this.#truncations;
    let first = this.#segmentIndexOf(this.#recoveryPoint);
    while (first > 0 && this.#segments[first - 1]?.isDurable === false) first--;
    const segments = this.#segments.slice(first).filter((segment) => segment.baseOffset <= target);
    // A disk that is full, say, refuses this and can be mended; a failed sync cannot.
    this.#epochs.save();
    try {
      await syncSegments(segments);
      const { disk } = this.#environment;
      await disk.syncDirectory(this.directory);
      if (!this.#isDirectorySynced) await disk.syncDirectory(parentOf(this.directory));
      this.#isDirectorySynced = true;
    } catch (error) {
      // The log was deleted meanwhile: there is nothing left that would have to be on the disk.
      if (this.#isClosed) return true;
      if (truncations !== this.#truncations) return false;
      this.#failure ??= messageOf(error);
      throw error;
    }
    if (truncations !== this.#truncations) return false;
    this.#recoveryPoint = Math.max(this.#recoveryPoint, target);
    this.#mustSaveEpochs = false;
    this.#lastFlushMs = this.#environment.clock.nowMs();
    return true;
  }

  #flushInBackground(): void {
    this.flush().catch((error: unknown) => {
      this.#logger.error('a log could not be flushed', { directory: this.directory, error });
    });
  }

  #syncDirectoryInBackground(): void {
    this.#environment.disk.syncDirectory(this.directory).catch((error: unknown) => {
      if (this.#isClosed) return;
      this.#logger.warn('a directory could not be synced', { directory: this.directory, error });
    });
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}
