import { assert } from '../../src/base/assert.ts';
import { holesUpTo, noteCompaction } from './compaction-note.ts';
import type { LogConfig } from './log-config.ts';
import type { LogDurability } from './log-durability.ts';
import type { LogState } from './log-state.ts';
import type { ProducerEntry } from './producer-entry.ts';
import { Segment } from './segment.ts';
import type { SegmentDamage } from './segment-damage.ts';
import { CLEANED_SUFFIX, type SegmentFileKind, segmentFileName, SWAP_SUFFIX } from './segment-files.ts';
import type { AbortedTxn } from './transaction-index.ts';

/** Files of a cleaned segment, in the order in which they get their names: of the `.log` depends what a start makes of them. */
const FILE_KINDS: readonly SegmentFileKind[] = ['log', 'index', 'timeindex', 'txnindex'];

/** Whoever cleans a log. */
interface Cleaning {
  /** Called when the log changes in a way that makes the cleaning worthless; it may be told more than once. */
  interrupt(): void;
}

/** One log as the log cleaner has it: what it chooses by, and how it puts new segments in the place of old ones. */
export class LogCompaction {
  readonly #state: LogState;
  readonly #durability: LogDurability;
  readonly #isClosing: () => boolean;

  constructor(
    state: LogState,
    durability: LogDurability,
    { isClosing }: { readonly isClosing: () => boolean },
  ) {
    this.#state = state;
    this.#durability = durability;
    this.#isClosing = isClosing;
  }

  get config(): LogConfig {
    return this.#state.config;
  }

  get directory(): string {
    return this.#state.directory;
  }

  /** The segments, ascending; the last is the active one. */
  get segments(): readonly Segment[] {
    return this.#state.segments.all;
  }

  /** Where the segment after one begins: the log end for the active one. */
  endOffsetOf({ baseOffset }: Segment): number {
    const { segments, logEndOffset } = this.#state;
    return segments.at(segments.indexOf(baseOffset) + 1)?.baseOffset ?? logEndOffset;
  }

  /** Up to there the log has been compacted. */
  get cleanedTo(): number {
    return this.#state.cleanedTo;
  }

  get logStartOffset(): number {
    return this.#state.logStartOffset;
  }

  /**
   * Nothing from here on may be cleaned: it is not committed, not decided, or a power loss could take it, or the marker that
   * has decided it.
   */
  get settledOffset(): number {
    const { producers, highWatermark } = this.#state;
    const unstable = producers.firstUnstableOffset ?? highWatermark;
    return Math.min(unstable, highWatermark, this.#durability.settledOffset);
  }

  /** Flushes where that lets more be cleaned. A log that rolls does so by itself; not one that a start has found. */
  flushSealed(): void {
    if (this.#durability.recoveryPoint < this.#state.segments.active.baseOffset)
      this.#durability.flushInBackground();
  }

  /** Whether the log can be changed: it is open, and its partition works. */
  get isOpen(): boolean {
    const { isClosed, failure } = this.#state;
    return !isClosed && failure === undefined && !this.#isClosing();
  }

  /** Whether the log can be changed, and no cleaning is under way. */
  get isFree(): boolean {
    return this.isOpen && this.#state.cleaning === undefined;
  }

  /**
   * The cleaner has met damage in a segment.
   * @returns whether the log will be closed, since another replica has the records.
   */
  giveUp(damage: SegmentDamage): boolean {
    return this.isOpen && this.#state.onDamage(damage);
  }

  /** Begins a cleaning: until {@link end} no other begins, and retention leaves the segments alone. */
  begin(cleaning: Cleaning): void {
    assert(this.isFree, 'a log is cleaned once at a time');
    // They are read from segments when they are asked for first, and these may go now.
    this.#state.producers.load();
    this.#state.cleaning = cleaning;
  }

  /** Ends a cleaning. @param cleanedTo up to where the log is compacted now; undefined where it was not completed. */
  end(cleaning: Cleaning, cleanedTo: number | undefined): void {
    const state = this.#state;
    assert(state.cleaning === cleaning, 'a cleaning that ends has begun');
    state.cleaning = undefined;
    if (cleanedTo !== undefined && this.isOpen) state.advanceCleanedTo(cleanedTo);
  }

  /** The producers that the log knows. */
  get producers(): Iterable<ProducerEntry> {
    return this.#state.producers.producers;
  }

  /**
   * The aborted transactions of the whole log, ascending by first offset.
   * @throws {SegmentDamage} where an index cannot be read and the log does not say: aborted data would be kept for good.
   */
  async readAborted(): Promise<readonly AbortedTxn[]> {
    const found: AbortedTxn[] = [];
    for (const { aborted } of [...this.#state.segments.all])
      for (const entry of await aborted.whole()) found.push(entry);
    return found.toSorted((a, b) => a.firstOffset - b.firstOffset);
  }

  /** Notes that segments are about to be replaced, whose last batches stay: after that a hole between them is damage. */
  async note(cleanedTo: number): Promise<void> {
    const { directory, environment } = this.#state;
    const { disk } = environment;
    const cleanedFrom = this.cleanedTo;
    const holesTo = holesUpTo(disk, directory, cleanedFrom);
    await noteCompaction(disk, directory, { cleanedFrom, cleanedTo, holesTo, isGone: () => !this.isOpen });
  }

  /** Whether these segments are the log's as they were when a cleaning looked at them. */
  areUnchanged(segments: readonly SegmentAsSeen[]): boolean {
    return (
      this.isOpen &&
      segments.every(({ segment, sizeInBytes }) => {
        return !segment.hasLeft && segment.isSealed && segment.sizeInBytes === sizeInBytes;
      })
    );
  }

  /**
   * Puts a cleaned segment in the place of those that it was made of. Its files are complete and synced, and end with
   * `.cleaned`. All names change within one turn of the event loop and in an order of which a crash may leave any beginning
   * (`finishSwaps`); the old files go after `file.delete.delay.ms`.
   * @throws {OperationalError} where the disk refuses: the log is as it was, or the partition has stopped.
   */
  replace(old: readonly Segment[]): void {
    const state = this.#state;
    const { segments, environment, config } = state;
    const [first] = old;
    assert(first !== undefined && this.isOpen, 'segments of an open log are replaced');
    const { disk } = environment;
    const next = segments.at(segments.indexOf(first.baseOffset) + old.length);
    assert(next !== undefined, 'the active segment follows what is compacted');
    // Before anything else: a start that began with one of these would wait for markers that are not there any more.
    state.snapshots.remove((offset) => offset < next.baseOffset);
    const kinds = FILE_KINDS.filter((kind) => disk.exists(first.pathOf(kind) + CLEANED_SUFFIX));
    assert(kinds.includes('log'), 'a cleaned segment is there');
    try {
      for (const kind of kinds)
        disk.rename(first.pathOf(kind) + CLEANED_SUFFIX, first.pathOf(kind) + SWAP_SUFFIX);
    } catch (error) {
      this.discard(first);
      throw error;
    }
    try {
      const takePlace = (): Segment => {
        for (const kind of kinds) disk.rename(first.pathOf(kind) + SWAP_SUFFIX, first.pathOf(kind));
        const options = { ...state.segmentOptions(first.baseOffset), createdMs: first.createdMs };
        const segment = Segment.existing(options);
        // What it says is known from now on.
        segment.aborted.read();
        return segment;
      };
      segments.replace(old, takePlace, { delayMs: config.fileDeleteDelayMs });
    } catch (error) {
      // The files are complete under one name or the other, and the next start sorts them out.
      state.stop('replace segments', error);
      throw error;
    }
    // Readers at the tail would get aborted data without the index entry that says so.
    state.recent.dropBefore(next.baseOffset);
  }

  /** Removes what a cleaning has left that was not completed. */
  discard({ baseOffset }: Pick<Segment, 'baseOffset'>): void {
    const { environment, directory } = this.#state;
    // First what would count as complete.
    for (const suffix of [SWAP_SUFFIX, CLEANED_SUFFIX]) {
      for (const kind of FILE_KINDS)
        environment.disk.remove(`${directory}/${segmentFileName(baseOffset, kind)}${suffix}`);
    }
  }

  /** Resolves when everything appended before the call survives a power loss. */
  flush(): Promise<void> {
    return this.#durability.flush();
  }

  /** Resolves when the new names survive a power loss. */
  sync(): Promise<void> {
    const { environment, directory } = this.#state;
    return environment.disk.syncDirectory(directory);
  }
}

/** A segment, and how large it was. */
export interface SegmentAsSeen {
  readonly segment: Segment;
  readonly sizeInBytes: number;
}
