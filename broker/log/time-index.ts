import { EntryTable } from './entry-table.ts';
import { readInt64, writeExactInt64 } from '../../src/base/int64.ts';

const ENTRY_BYTES = 12;

/**
 * The time index of a segment (`.timeindex`): per entry the largest timestamp seen so far (int64) and the last offset,
 * relative to the base offset (int32), of the batch that brought it. Timestamps strictly ascend.
 */
export class TimeIndex {
  readonly #baseOffset: number;
  readonly #entries: EntryTable;

  constructor(baseOffset: number, content?: Buffer) {
    this.#baseOffset = baseOffset;
    this.#entries = new EntryTable(ENTRY_BYTES, content);
  }

  get count(): number {
    return this.#entries.count;
  }

  /** -1 in an empty index. */
  get lastTimestamp(): number {
    return this.count === 0 ? -1 : readInt64(this.#entries.bytes, (this.count - 1) * ENTRY_BYTES);
  }

  /** Of the batch that brought {@link lastTimestamp}; the base offset in an empty index. */
  get lastOffset(): number {
    return this.count === 0 ? this.#baseOffset : this.#offsetAt(this.count - 1);
  }

  /** Appends unless the index already knows a timestamp as large. */
  maybeAppend(timestamp: number, offset: number): void {
    if (timestamp <= this.lastTimestamp || (this.count > 0 && offset < this.lastOffset)) return;
    const at = this.#entries.append();
    writeExactInt64(this.#entries.bytes, at, timestamp);
    this.#entries.bytes.writeInt32BE(offset - this.#baseOffset, at + 8);
  }

  /** The last entry below `timestamp`, undefined when there is none: no record before it has a timestamp as large. */
  entryBefore(timestamp: number): { readonly timestamp: number; readonly offset: number } | undefined {
    const bytes = this.#entries.bytes;
    let low = 0;
    let high = this.count - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      if (readInt64(bytes, middle * ENTRY_BYTES) < timestamp) low = middle + 1;
      else high = middle - 1;
    }
    if (high < 0) return undefined;
    return { timestamp: readInt64(bytes, high * ENTRY_BYTES), offset: this.#offsetAt(high) };
  }

  /** Drops entries for batches that end at or after `offset`. */
  truncateTo(offset: number): void {
    let count = this.count;
    while (count > 0 && this.#offsetAt(count - 1) >= offset) count--;
    this.#entries.truncate(count);
  }

  content(): Buffer {
    return this.#entries.content();
  }

  /** Whether `content` can be a time index: whole entries, timestamps ascending, offsets not descending. */
  static isSane(content: Buffer): boolean {
    if (content.length % ENTRY_BYTES !== 0) return false;
    let lastTimestamp = -1;
    let lastOffset = -1;
    for (let at = 0; at < content.length; at += ENTRY_BYTES) {
      const timestamp = readInt64(content, at);
      const offset = content.readInt32BE(at + 8);
      if (timestamp <= lastTimestamp || offset < lastOffset) return false;
      lastTimestamp = timestamp;
      lastOffset = offset;
    }
    return true;
  }

  #offsetAt(index: number): number {
    return this.#baseOffset + this.#entries.bytes.readInt32BE(index * ENTRY_BYTES + 8);
  }
}
