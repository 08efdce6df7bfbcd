import type { Disk } from '../../src/base/environment.ts';
import { SegmentDamage } from './segment-damage.ts';
import { type AbortedTxn, decodeTransactionIndex, encodeTransactionIndex } from './transaction-index.ts';
import { type IndexSeal, isSealed, type TransactionIndexSeals } from './transaction-index-seals.ts';

/** What the indexes of aborted transactions of a log have in common. */
export interface AbortedSource {
  readonly seals: TransactionIndexSeals;
  /**
   * Learns from the log which transactions were aborted by markers in a segment.
   * @throws {SegmentDamage} where the log is damaged on the way.
   */
  readonly rebuild: (baseOffset: number) => AbortedTxn[];
}

interface AbortedIndexOptions {
  readonly disk: Disk;
  readonly path: string;
  readonly baseOffset: number;
  readonly source: AbortedSource | undefined;
}

/**
 * The aborted transactions whose markers are in one segment, and the `.txnindex` file that keeps them. It is read on demand, and
 * made anew from the log where it is not what was written.
 */
export class AbortedIndex {
  readonly #options: AbortedIndexOptions;
  #entries: AbortedTxn[] | undefined;
  /** The file has what is in memory. */
  #isSaved = true;
  /** The file needs no look: where there is no seal there is no file. */
  #isKnown: boolean;

  constructor(options: AbortedIndexOptions, { isKnown }: { readonly isKnown: boolean }) {
    this.#options = options;
    this.#isKnown = isKnown;
  }

  /** In memory, and not to be read. */
  get isLoaded(): boolean {
    return this.#entries !== undefined;
  }

  /** Ascending by their markers. @throws {SegmentDamage} where they can be told neither from the file nor from the log. */
  get entries(): readonly AbortedTxn[] {
    return this.load();
  }

  /** Reads them, where they are not in memory. */
  load(): AbortedTxn[] {
    this.#entries ??= this.read();
    return this.#entries;
  }

  /** As {@link entries}, and keeps nothing in memory that is not there. */
  read(): AbortedTxn[] {
    if (this.#entries !== undefined) return this.#entries;
    const { disk, path, baseOffset, source } = this.#options;
    const seal = source?.seals.get(baseOffset);
    if (seal === undefined && this.#isKnown) return [];
    const content = disk.exists(path) ? disk.readFile(path) : Buffer.alloc(0);
    const isTrusted = seal === undefined || isSealed(content, seal);
    const entries = isTrusted ? decodeTransactionIndex(content, baseOffset) : undefined;
    if (entries === undefined) return this.#rebuild();
    if (seal === undefined && entries.length > 0) source?.seals.set(baseOffset, content);
    this.#isKnown = true;
    return entries;
  }

  /** What the file is known by; undefined where nothing was aborted. @throws {SegmentDamage} as {@link entries}. */
  get seal(): IndexSeal | undefined {
    const { source, baseOffset } = this.#options;
    if (!this.#isKnown && source?.seals.get(baseOffset) === undefined) this.read();
    return source?.seals.get(baseOffset);
  }

  /** A marker has come. {@link entries} were loaded before it was written. */
  push(entry: AbortedTxn): void {
    this.load().push(entry);
    this.#changed();
  }

  /** Markers from `offset` on are gone. */
  truncateTo(offset: number): void {
    const kept = this.entries.filter((entry) => entry.lastOffset < offset);
    if (kept.length === this.entries.length) return;
    this.#entries = kept;
    this.#changed();
  }

  /** Forgets what is known, to learn it anew. */
  reset(): void {
    this.#entries = [];
    this.#changed();
  }

  /** Writes the file. None is kept of a segment in which nothing was aborted. */
  save(): void {
    const { disk, path, baseOffset, source } = this.#options;
    const { entries } = this;
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

  /** Lets go of what the file has. */
  release(): void {
    if (this.#isSaved) this.#entries = undefined;
  }

  /** The segment is not part of its log any more. */
  leave(): void {
    this.#entries = undefined;
    this.#options.source?.seals.delete(this.#options.baseOffset);
  }

  #changed(): void {
    this.#isSaved = false;
    this.#options.source?.seals.delete(this.#options.baseOffset);
  }

  #rebuild(): AbortedTxn[] {
    const { path, baseOffset, source } = this.#options;
    if (source === undefined) throw new SegmentDamage(path, 0);
    const entries = source.rebuild(baseOffset);
    const before = this.#entries;
    this.#entries = entries;
    this.save();
    this.#entries = before;
    return entries;
  }
}
