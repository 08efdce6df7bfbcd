import type { Clock, Disk, Timers } from '../../src/base/environment.ts';
import { TimeSlice } from '../../src/base/time-slice.ts';
import type { AbortedRebuild } from './aborted-rebuild.ts';
import { SegmentDamage } from './segment-damage.ts';
import { type AbortedTxn, decodeTransactionIndex, encodeTransactionIndex } from './transaction-index.ts';
import { type IndexSeal, isSealed, type TransactionIndexSeals } from './transaction-index-seals.ts';

/** What the indexes of aborted transactions of a log have in common. */
export interface AbortedSource {
  readonly seals: TransactionIndexSeals;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Begins to learn from the log which transactions were aborted by markers in a segment. */
  readonly rebuild: (baseOffset: number) => AbortedRebuild;
  readonly isClosed: () => boolean;
  /** Told of an index that was made anew. */
  readonly onRebuilt: (baseOffset: number, entries: readonly AbortedTxn[]) => void;
}

interface AbortedIndexOptions {
  readonly disk: Disk;
  readonly path: string;
  readonly baseOffset: number;
  readonly source: AbortedSource | undefined;
}

/**
 * The aborted transactions whose markers are in one segment, and the `.txnindex` file that keeps them. It is read on demand, and
 * made anew from the log where it is not what was written: in slices, as a segment may have millions of transactions. Meanwhile
 * the segment is written to as ever.
 */
export class AbortedIndex {
  readonly #options: AbortedIndexOptions;
  #entries: AbortedTxn[] | undefined;
  /** The file has what is in memory. */
  #isSaved = true;
  /** The file needs no look: where there is no seal there is no file. */
  #isKnown: boolean;
  /** The file is not what was written, and nothing is in memory. It stays as it is until the log has been asked. */
  #isLost = false;
  #rebuilding: Promise<void> | undefined;
  /** Why the log did not tell. */
  #failure: unknown;
  /** Counts what makes a rebuild that is under way void. */
  #cuts = 0;

  constructor(options: AbortedIndexOptions, { isKnown }: { readonly isKnown: boolean }) {
    this.#options = options;
    this.#isKnown = isKnown;
  }

  /** In memory, and not to be read. */
  get isLoaded(): boolean {
    return this.#entries !== undefined;
  }

  /**
   * Ascending by their markers. A promise where they are being learned from the log: it resolves when it is worth asking again.
   * @throws {SegmentDamage} where they can be told neither from the file nor from the log.
   */
  get entries(): readonly AbortedTxn[] | Promise<void> {
    return this.load() ?? this.#rebuild();
  }

  /** Reads them, where they are not in memory; undefined where the file is not what was written. */
  load(): AbortedTxn[] | undefined {
    this.#entries ??= this.read();
    return this.#entries;
  }

  /** As {@link load}, and keeps nothing in memory that is not there. */
  read(): AbortedTxn[] | undefined {
    if (this.#entries !== undefined) return this.#entries;
    if (this.#isLost) return undefined;
    const { disk, path, baseOffset, source } = this.#options;
    const seal = source?.seals.get(baseOffset);
    if (seal === undefined && this.#isKnown) return [];
    const content = disk.exists(path) ? disk.readFile(path) : Buffer.alloc(0);
    const isTrusted = seal === undefined || isSealed(content, seal);
    const entries = isTrusted ? decodeTransactionIndex(content, baseOffset) : undefined;
    this.#isLost = entries === undefined;
    if (entries === undefined) return undefined;
    if (seal === undefined && entries.length > 0) source?.seals.set(baseOffset, content);
    this.#isKnown = true;
    return entries;
  }

  /**
   * As {@link entries}, when they are there, and keeps what the file has out of memory. None where the log is closed meanwhile, of
   * which nothing will be learned.
   */
  async whole(): Promise<readonly AbortedTxn[]> {
    for (;;) {
      const entries = this.read() ?? this.entries;
      if (!(entries instanceof Promise)) return entries;
      await entries;
      if (this.#options.source?.isClosed() === true) return [];
    }
  }

  /** Whether {@link seal} can be told without a look at the file. */
  get hasSeal(): boolean {
    const { source, baseOffset } = this.#options;
    return this.#isKnown || source?.seals.get(baseOffset) !== undefined;
  }

  /** What the file is known by; undefined where nothing was aborted. @throws {SegmentDamage} where it has to be made anew. */
  get seal(): IndexSeal | undefined {
    const { source, baseOffset, path } = this.#options;
    if (!this.hasSeal && this.read() === undefined) throw this.#failure ?? new SegmentDamage(path, 0);
    return source?.seals.get(baseOffset);
  }

  /** A marker has come. {@link load} was called before it was written. */
  push(entry: AbortedTxn): void {
    const entries = this.load();
    // Whoever asks the log will see it.
    if (entries === undefined) return;
    entries.push(entry);
    this.#changed();
  }

  /** Markers from `offset` on are gone. */
  truncateTo(offset: number): void {
    this.#cut();
    const entries = this.load();
    const kept = entries?.filter((entry) => entry.lastOffset < offset);
    if (kept === undefined || kept.length === entries?.length) return;
    this.#entries = kept;
    this.#changed();
  }

  /** Forgets what is known, to learn it anew. */
  reset(): void {
    this.#cut();
    this.#entries = [];
    this.#isLost = false;
    this.#changed();
  }

  /** Writes the file. None is kept of a segment in which nothing was aborted; one that has to be made anew is left as it is. */
  save(): void {
    const entries = this.load();
    if (entries !== undefined) this.#write(entries);
  }

  /** Lets go of what the file has. */
  release(): void {
    if (this.#isSaved) this.#entries = undefined;
  }

  /** The segment is not part of its log any more. */
  leave(): void {
    this.#cut();
    this.#entries = undefined;
    // Nor is there anything to learn from it.
    this.#isLost = false;
    this.#isKnown = true;
    this.#options.source?.seals.delete(this.#options.baseOffset);
  }

  #cut(): void {
    this.#cuts++;
    this.#failure = undefined;
  }

  #changed(): void {
    this.#isSaved = false;
    this.#options.source?.seals.delete(this.#options.baseOffset);
  }

  #write(entries: readonly AbortedTxn[]): void {
    const { disk, path, baseOffset, source } = this.#options;
    if (entries.length > 0) {
      const content = encodeTransactionIndex(entries);
      disk.writeFile(path, content);
      source?.seals.set(baseOffset, content);
    } else {
      disk.remove(path);
      source?.seals.delete(baseOffset);
    }
    this.#isSaved = true;
    this.#isKnown = true;
  }

  /** What takes a moment is done at once. */
  #rebuild(): readonly AbortedTxn[] | Promise<void> {
    const { path, source } = this.#options;
    if (source === undefined) throw new SegmentDamage(path, 0);
    this.#refuse();
    this.#rebuilding ??= this.#learn(source).then(() => {
      this.#rebuilding = undefined;
    });
    this.#refuse();
    return this.#entries ?? this.#rebuilding;
  }

  /** Damage stays; a disk that failed once is asked again. */
  #refuse(): void {
    const failure = this.#failure;
    if (failure === undefined) return;
    if (!(failure instanceof SegmentDamage)) this.#failure = undefined;
    throw failure;
  }

  /** Asks the log. Ends without a result where that has become void. */
  async #learn(source: AbortedSource): Promise<void> {
    const { baseOffset } = this.#options;
    const cuts = this.#cuts;
    try {
      const rebuild = source.rebuild(baseOffset);
      const slice = new TimeSlice(source);
      for (;;) {
        const progress = rebuild.run(() => slice.isOver);
        if (progress === 'void') return;
        if (progress === 'done') break;
        await slice.next();
        if (source.isClosed() || cuts !== this.#cuts) return;
      }
      // Nothing was written since the end of the segment was seen.
      this.#write(rebuild.found);
      this.#entries = rebuild.found;
      this.#isLost = false;
      source.onRebuilt(baseOffset, rebuild.found);
    } catch (error) {
      this.#failure = error;
    }
  }
}
