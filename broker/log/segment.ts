import { assert } from '../../src/base/assert.ts';
import type { Disk, DiskFile } from '../../src/base/environment.ts';
import { AbortedIndex, type AbortedSource } from './aborted-index.ts';
import type { BatchInfo } from './batch-info.ts';
import type { ClosedSegment } from './closed-log.ts';
import { OffsetIndex } from './offset-index.ts';
import type { OpenSegments } from './open-segments.ts';
import { SegmentDamage } from './segment-damage.ts';
import { isTimeEntryTrue } from './segment-lookup.ts';
import { isBatchAt, scanBatches, UNDAMAGED } from './segment-scan.ts';
import { type SegmentFileKind, segmentFileName } from './segment-files.ts';
import { TimeIndex } from './time-index.ts';
import type { AbortedTxn } from './transaction-index.ts';

/** Files of a segment that are synced with its `.log`: the indexes are written when it is sealed. */
const ACTIVE_BESIDE_LOG: readonly SegmentFileKind[] = ['snapshot'];
const SEALED_BESIDE_LOG: readonly SegmentFileKind[] = ['index', 'timeindex', 'txnindex', 'snapshot'];

/** The indexes of a segment that its log file alone can be asked for again. */
interface SegmentIndexes {
  readonly offsets: OffsetIndex;
  readonly times: TimeIndex;
}

export interface SegmentOptions {
  readonly disk: Disk;
  readonly directory: string;
  readonly baseOffset: number;
  readonly indexIntervalBytes: number;
  readonly openSegments: OpenSegments;
  /** When the segment was made, for rolling by time where records have no timestamps. */
  readonly createdMs: number;
  /** Where its index of aborted transactions is made anew from; none for one that is not part of a log. */
  readonly aborted?: AbortedSource;
  /** What the names of its files end with, while it is not part of a log. */
  readonly fileSuffix?: string;
}

/**
 * One segment: a run of batches in a `.log` file with its indexes. The active segment holds its indexes in memory and
 * {@link seal} writes them; a sealed segment opens its file and reads its indexes on demand and gives both up again
 * when too many are open.
 */
export class Segment {
  readonly baseOffset: number;
  readonly createdMs: number;
  /** The transactions that its markers have aborted. */
  readonly aborted: AbortedIndex;
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #fileSuffix: string;
  readonly #indexIntervalBytes: number;
  readonly #openSegments: OpenSegments;
  #file: DiskFile | undefined;
  #indexes: SegmentIndexes | undefined;
  #sizeInBytes: number;
  #sealed: boolean;
  #bytesSinceIndexEntry = 0;
  /** -1 until a batch has been seen. */
  #maxTimestamp = -1;
  #offsetOfMaxTimestamp: number;
  /** The max timestamp of the first batch: rolling by time counts from here. Undefined when not known. */
  #firstTimestamp: number | undefined;
  /** Log and indexes are on the disk and nothing will change them. */
  #isDurable: boolean;
  /** Counts what could make a sync under way incomplete. */
  #changes = 0;
  /** Syncs under way keep the file open. */
  #syncs = 0;
  #hasLeft = false;
  /** Its log file has been made. The first segment of a new log is nowhere until its first batch comes. */
  #isOnDisk = true;
  /** What is known of the files without a look at them. */
  #modifiedMs: number | undefined;
  /** The indexes were made anew since the segment was opened: they are as good as the log file. */
  #isRebuilt = false;

  private constructor(
    options: SegmentOptions,
    sizeInBytes: number,
    { sealed, isKnown = false }: { readonly sealed: boolean; readonly isKnown?: boolean },
  ) {
    this.baseOffset = options.baseOffset;
    this.createdMs = options.createdMs;
    this.#disk = options.disk;
    this.#directory = options.directory;
    this.#fileSuffix = options.fileSuffix ?? '';
    this.#indexIntervalBytes = options.indexIntervalBytes;
    this.#openSegments = options.openSegments;
    this.#sizeInBytes = sizeInBytes;
    this.#sealed = sealed;
    this.#isDurable = sealed;
    this.#offsetOfMaxTimestamp = options.baseOffset;
    const { disk, baseOffset, aborted: source } = options;
    this.aborted = new AbortedIndex({ disk, path: this.pathOf('txnindex'), baseOffset, source }, { isKnown });
  }

  /** Makes an empty active segment. */
  static create(options: SegmentOptions): Segment {
    const segment = new Segment(options, 0, { sealed: false });
    segment.#indexes = emptyIndexes(options.baseOffset);
    segment.aborted.reset();
    segment.#file = options.disk.open(segment.pathOf('log'), 'create');
    options.openSegments.touch(segment);
    // A file of that name can only be what a crash left of an earlier attempt.
    if (segment.#file.size() > 0) segment.#file.truncate(0);
    return segment;
  }

  /** An empty active segment whose files are made when the first batch is written. Nothing on the disk may have its name. */
  static createOnWrite(options: SegmentOptions): Segment {
    const segment = new Segment(options, 0, { sealed: false });
    segment.#isOnDisk = false;
    segment.#indexes = emptyIndexes(options.baseOffset);
    segment.aborted.reset();
    return segment;
  }

  /** An existing segment as its files say; nothing is checked yet. */
  static existing(options: SegmentOptions): Segment {
    const segment = new Segment(options, 0, { sealed: true });
    segment.#sizeInBytes = segment.#openFile().size();
    return segment;
  }

  /** An existing segment of which the files are known, and that its indexes are complete: nothing is opened. */
  static closed(options: SegmentOptions, known: ClosedSegment): Segment {
    const segment = new Segment(options, known.sizeInBytes, { sealed: true, isKnown: true });
    segment.#modifiedMs = known.modifiedMs;
    return segment;
  }

  get sizeInBytes(): number {
    return this.#sizeInBytes;
  }

  /** When the log file was written last. */
  get modifiedMs(): number {
    this.#modifiedMs ??= this.#disk.fileStat(this.pathOf('log'))?.modifiedMs ?? -1;
    return this.#modifiedMs;
  }

  /** The largest timestamp of any record, -1 when there is none. */
  get maxTimestamp(): number {
    this.#loadIndexes();
    return this.#maxTimestamp;
  }

  /** The last offset of the batch that brought {@link maxTimestamp}. */
  get offsetOfMaxTimestamp(): number {
    this.#loadIndexes();
    return this.#offsetOfMaxTimestamp;
  }

  /** The max timestamp of the first batch, undefined when there is none or it has no timestamp. */
  get firstTimestamp(): number | undefined {
    if (this.#firstTimestamp === undefined && this.#sizeInBytes > 0) {
      scanBatches(this, 0, (batch) => {
        this.#firstTimestamp = batch.maxTimestamp;
        return false;
      });
    }
    return this.#firstTimestamp;
  }

  get indexes(): SegmentIndexes {
    return this.#loadIndexes();
  }

  /** Whether the indexes could pass `segment.index.bytes` when `batches` more come. */
  isIndexFull(indexBytesMax: number, batches: number): boolean {
    const { offsets, times } = this.indexes;
    return (offsets.count + batches) * 8 > indexBytesMax || (times.count + batches + 1) * 12 > indexBytesMax;
  }

  get isOnDisk(): boolean {
    return this.#isOnDisk;
  }

  /** The transactions that its markers have aborted, for a reader: {@link AbortedIndex.entries}. */
  get abortedTransactions(): readonly AbortedTxn[] | Promise<void> {
    if (!this.aborted.isLoaded) this.#openSegments.touch(this);
    return this.aborted.entries;
  }

  get isSealed(): boolean {
    return this.#sealed;
  }

  /** A power loss can do nothing to this segment: all of it is synced, and nothing was changed since it was sealed. */
  get isDurable(): boolean {
    return this.#isDurable;
  }

  /** The segment is not part of the log any more: nothing of it is read, written or synced from here on. */
  get hasLeft(): boolean {
    return this.#hasLeft;
  }

  pathOf(kind: SegmentFileKind): string {
    return `${this.#directory}/${segmentFileName(this.baseOffset, kind)}${this.#fileSuffix}`;
  }

  /** Writes at the end. On failure the half-written tail is cut off again and the error is thrown. */
  write(bytes: Buffer): void {
    assert(!this.#sealed && !this.#hasLeft, 'only the active segment of a log is written to');
    if (this.#isDurable) this.#beginChanges();
    const file = this.#openFile();
    try {
      file.write([bytes], this.#sizeInBytes);
    } catch (error) {
      try {
        file.truncate(this.#sizeInBytes);
      } catch {
        // The tail stays: the next write goes over it, and recovery cuts what is left of it.
      }
      throw error;
    }
    this.#sizeInBytes += bytes.length;
  }

  /** Takes a written batch into the indexes; called once per batch, in order. */
  index(batch: BatchInfo): void {
    const indexes = this.#indexes ?? this.#loadIndexes();
    // A batch that compaction has emptied has a time and no record of it.
    if (batch.recordsCount > 0) this.#noteTimestamp(batch.maxTimestamp, batch.lastOffset);
    if (this.#bytesSinceIndexEntry > this.#indexIntervalBytes) {
      indexes.offsets.append(batch.lastOffset, batch.position);
      indexes.times.maybeAppend(this.#maxTimestamp, this.#offsetOfMaxTimestamp);
      this.#bytesSinceIndexEntry = 0;
    }
    this.#bytesSinceIndexEntry += batch.sizeInBytes;
  }

  /** Reads up to `length` bytes at `position`; fewer at the end of the segment. */
  readAt(target: Buffer, position: number, length: number): number {
    const available = Math.min(length, this.#sizeInBytes - position);
    return available <= 0 ? 0 : this.#openFile().read(target, 0, available, position);
  }

  /**
   * Where the batch that contains `offset`, or else the first one after it, begins; the size if there is none.
   * @throws {SegmentDamage} when the way there is damaged.
   */
  positionOf(offset: number): number {
    let position = this.#sizeInBytes;
    const damagedAt = this.scanFrom(offset, (batch) => {
      if (batch.lastOffset < offset) return true;
      position = batch.position;
      return false;
    });
    if (damagedAt !== UNDAMAGED) throw new SegmentDamage(this.pathOf('log'), damagedAt);
    return position;
  }

  /**
   * Visits batches from the last indexed one that ends at or before `offset` on, as {@link scanBatches} does. An index that
   * leads elsewhere than to its batch is made anew from the log, once.
   */
  scanFrom(offset: number, visit: (batch: BatchInfo) => boolean): number {
    const { offsets } = this.indexes;
    const entry = offsets.lastBefore(offset);
    if (entry < 0) return scanBatches(this, 0, visit);
    const start = offsets.positionAt(entry);
    const indexedOffset = offsets.offsetAt(entry);
    let isTrue = false;
    const damagedAt = scanBatches(this, start, (batch) => {
      isTrue ||= batch.lastOffset <= indexedOffset && batch.baseOffset >= this.baseOffset;
      return isTrue && visit(batch);
    });
    if (isTrue || this.#isRebuilt) return isTrue ? damagedAt : start;
    this.#rebuildIndexes();
    return this.scanFrom(offset, visit);
  }

  /** An offset before which no record of the segment has a timestamp as large as `timestamp`. */
  searchStart(timestamp: number): number {
    const entry = this.indexes.times.entryBefore(timestamp);
    if (entry === undefined) return this.baseOffset;
    if (this.#isRebuilt || !this.#sealed || isTimeEntryTrue(this, entry)) return entry.offset;
    this.#rebuildIndexes();
    return this.indexes.times.entryBefore(timestamp)?.offset ?? this.baseOffset;
  }

  /** Cuts the file and the indexes so that the batch that contains `offset` and all after it are gone. */
  truncateTo(offset: number): void {
    this.#changed();
    const indexes = this.#loadIndexes();
    const position = this.positionOf(offset);
    indexes.offsets.truncateTo(offset);
    indexes.times.truncateTo(offset);
    this.aborted.truncateTo(offset);
    this.cutAt(position);
    this.#maxTimestamp = -1;
    this.#offsetOfMaxTimestamp = this.baseOffset;
    this.#noteTimestamp(indexes.times.lastTimestamp, indexes.times.lastOffset);
    // The time index is sparse: what it does not know yet is in the batches after its last entry.
    this.scanFrom(indexes.times.lastOffset, (batch) => {
      if (batch.recordsCount > 0) this.#noteTimestamp(batch.maxTimestamp, batch.lastOffset);
      return true;
    });
    if (position === 0) this.#firstTimestamp = undefined;
    this.#bytesSinceIndexEntry = 0;
  }

  /** Cuts the file, nothing else. */
  cutAt(position: number): void {
    if (position >= this.#sizeInBytes) return;
    this.#changed();
    this.#openFile().truncate(position);
    this.#sizeInBytes = position;
  }

  /** Forgets the indexes, so that a scan can build them anew with {@link index}. */
  resetIndexes(): SegmentIndexes {
    const indexes = this.#resetRebuildable();
    this.aborted.reset();
    return indexes;
  }

  #resetRebuildable(): SegmentIndexes {
    this.#changed();
    const indexes = emptyIndexes(this.baseOffset);
    this.#indexes = indexes;
    this.#maxTimestamp = -1;
    this.#offsetOfMaxTimestamp = this.baseOffset;
    this.#firstTimestamp = undefined;
    this.#bytesSinceIndexEntry = 0;
    return indexes;
  }

  /** Opens the segment to appends: it has become the active one. */
  unseal(): void {
    this.#sealed = false;
  }

  /** Ends appends: completes the time index and writes all indexes. */
  seal(): void {
    assert(!this.#sealed, 'a segment is sealed once');
    this.saveIndexes();
    this.#sealed = true;
    this.#openSegments.touch(this);
  }

  /**
   * Writes the index files as they are in memory. Those that are on the disk already stay: written again they could be torn by a
   * power loss that nobody looks for, and an index of aborted transactions that is empty looks like one.
   */
  saveIndexes(): void {
    assert(this.#isOnDisk, 'no index without its log file');
    if (this.#isDurable) return;
    this.#changed();
    const indexes = this.#loadIndexes();
    this.#saveRebuildable(indexes);
    this.aborted.save();
  }

  /** Those that the log file can be asked for again. */
  #saveRebuildable({ offsets, times }: SegmentIndexes): void {
    if (this.#maxTimestamp >= 0) times.maybeAppend(this.#maxTimestamp, this.#offsetOfMaxTimestamp);
    this.#save('index', offsets.content());
    this.#save('timeindex', times.content());
  }

  /**
   * Opens what has to be synced; the answer syncs it and resolves when log and saved indexes survive a power loss.
   * @throws {OperationalError} when a file cannot be opened: nothing has been tried by then, and nothing is lost.
   */
  prepareSync(): () => Promise<void> {
    assert(!this.#hasLeft, 'a segment that has left its log needs no sync');
    if (!this.#isOnDisk) return async () => {};
    const wasSealed = this.#sealed;
    const changes = this.#changes;
    const log = this.#openFile();
    const beside = this.#openBeside(wasSealed ? SEALED_BESIDE_LOG : ACTIVE_BESIDE_LOG);
    this.#syncs++;
    return async () => {
      try {
        await log.sync();
        for (const file of beside) await file.sync();
        this.#isDurable = wasSealed && changes === this.#changes;
      } finally {
        for (const file of beside) file.close();
        this.#endSync();
      }
    };
  }

  /** Gives up the file handle and, of a sealed segment, the indexes in memory; both come back on demand. */
  release(): void {
    if (this.#syncs > 0) return;
    this.#file?.close();
    this.#file = undefined;
    if (!this.#sealed) return;
    this.#indexes = undefined;
    this.aborted.release();
  }

  /** Ends the segment's part in the log; its file is closed once the syncs under way are done. */
  leave(): void {
    this.#openSegments.forget(this);
    this.#hasLeft = true;
    this.aborted.leave();
    if (this.#syncs === 0) this.#closeFile();
  }

  /** What was asked of the segment during the sync is done now: to be closed, or to count among the open ones again. */
  #endSync(): void {
    this.#syncs--;
    if (this.#syncs > 0) return;
    if (this.#hasLeft) this.#closeFile();
    else this.#openSegments.touch(this);
  }

  #closeFile(): void {
    this.#file?.close();
    this.#file = undefined;
    this.#indexes = undefined;
  }

  /** The indexes are read while the file is as they know it. */
  #beginChanges(): void {
    this.#loadIndexes();
    this.aborted.load();
    this.#changed();
  }

  #changed(): void {
    this.#isDurable = false;
    this.#modifiedMs = undefined;
    this.#changes++;
  }

  #noteTimestamp(timestamp: number, lastOffset: number): void {
    if (this.#firstTimestamp === undefined && timestamp >= 0 && this.#maxTimestamp < 0) {
      this.#firstTimestamp = timestamp;
    }
    if (timestamp > this.#maxTimestamp) {
      this.#maxTimestamp = timestamp;
      this.#offsetOfMaxTimestamp = lastOffset;
    }
  }

  #openFile(): DiskFile {
    assert(!this.#hasLeft, 'a segment that has left its log is not opened again');
    const isOpening = this.#file === undefined;
    this.#file ??= this.#disk.open(this.pathOf('log'), this.#isOnDisk ? 'write' : 'create');
    this.#isOnDisk = true;
    if (isOpening || this.#sealed) this.#openSegments.touch(this);
    return this.#file;
  }

  #loadIndexes(): SegmentIndexes {
    if (this.#indexes !== undefined) return this.#indexes;
    const offsets = this.#read('index');
    const times = this.#read('timeindex');
    const sane =
      offsets !== undefined &&
      times !== undefined &&
      OffsetIndex.isSane(offsets, this.#sizeInBytes) &&
      TimeIndex.isSane(times) &&
      // Where compaction has left no record, or none has a time, the index is empty: the log file has said so once.
      (times.length > 0 || this.#sizeInBytes === 0 || this.#isRebuilt);
    if (!sane) {
      const readable = offsets === undefined ? undefined : new OffsetIndex(this.baseOffset, offsets);
      return this.#rebuildIndexes(readable);
    }
    this.#indexes = {
      offsets: new OffsetIndex(this.baseOffset, offsets),
      times: new TimeIndex(this.baseOffset, times),
    };
    const { lastTimestamp, lastOffset, count } = this.#indexes.times;
    if (count > 0 && !isTimeEntryTrue(this, { timestamp: lastTimestamp, offset: lastOffset }))
      return this.#isRebuilt ? this.#indexes : this.#rebuildIndexes(this.#indexes.offsets);
    this.#noteTimestamp(lastTimestamp, lastOffset);
    this.#openSegments.touch(this);
    return this.#indexes;
  }

  /**
   * An index is missing or wrong: the log file knows what was in it. Where that is damaged itself, entries of the old index
   * lead to sound batches behind the damage.
   */
  #rebuildIndexes(old = this.#indexes?.offsets): SegmentIndexes {
    this.#isRebuilt = true;
    const indexes = this.#resetRebuildable();
    let damagedAt = 0;
    for (let from = 0; from !== UNDAMAGED; from = soundBatchAfter(this, damagedAt, old)) {
      damagedAt = scanBatches(this, from, (batch) => {
        this.index(batch);
        return true;
      });
      if (damagedAt === UNDAMAGED) break;
    }
    if (this.#sealed) this.#saveRebuildable(indexes);
    return indexes;
  }

  #read(kind: SegmentFileKind): Buffer | undefined {
    const path = this.pathOf(kind);
    return this.#disk.exists(path) ? this.#disk.readFile(path) : undefined;
  }

  #save(kind: SegmentFileKind, content: Buffer): void {
    this.#disk.writeFile(this.pathOf(kind), content);
  }

  #openBeside(kinds: readonly SegmentFileKind[]): readonly DiskFile[] {
    const files: DiskFile[] = [];
    try {
      for (const kind of kinds) {
        const path = this.pathOf(kind);
        // One without a byte that a power loss takes is made anew from the log, as empty as it was.
        if ((this.#disk.fileStat(path)?.sizeInBytes ?? 0) > 0) files.push(this.#disk.open(path, 'write'));
      }
      return files;
    } catch (error) {
      for (const file of files) file.close();
      throw error;
    }
  }
}

function emptyIndexes(baseOffset: number): SegmentIndexes {
  return { offsets: new OffsetIndex(baseOffset), times: new TimeIndex(baseOffset) };
}

/** Where the first batch begins that an index knows after `position` and that is whole; {@link UNDAMAGED} when none is. */
function soundBatchAfter(segment: Segment, position: number, index: OffsetIndex | undefined): number {
  for (let entry = 0; entry < (index?.count ?? 0); entry++) {
    const at = index?.positionAt(entry) ?? 0;
    if (at > position && isBatchAt(segment, at)) return at;
  }
  return UNDAMAGED;
}
