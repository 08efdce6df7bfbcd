import { EntryTable } from './entry-table.ts';

const ENTRY_BYTES = 8;

/**
 * The sparse offset index of a segment (`.index`): per entry the last offset of a batch, relative to the segment's base
 * offset, and the file position where that batch begins; int32 each, both ascending.
 */
export class OffsetIndex {
  readonly #baseOffset: number;
  readonly #entries: EntryTable;

  constructor(baseOffset: number, content?: Buffer) {
    this.#baseOffset = baseOffset;
    this.#entries = new EntryTable(ENTRY_BYTES, content);
  }

  get count(): number {
    return this.#entries.count;
  }

  /** Remembers that the batch at `position` ends with `offset`. */
  append(offset: number, position: number): void {
    const at = this.#entries.append();
    this.#entries.bytes.writeInt32BE(offset - this.#baseOffset, at);
    this.#entries.bytes.writeInt32BE(position, at + 4);
  }

  /** The last entry for a batch that ends at or before `offset`, -1 when there is none. */
  lastBefore(offset: number): number {
    return this.#lastAtOrBefore(offset - this.#baseOffset);
  }

  offsetAt(index: number): number {
    return this.#baseOffset + this.#entries.bytes.readInt32BE(index * ENTRY_BYTES);
  }

  positionAt(index: number): number {
    return this.#entries.bytes.readInt32BE(index * ENTRY_BYTES + 4);
  }

  /** Where the last batch of the index begins that begins at or before a file position. */
  batchStartBefore(position: number): number {
    const index = this.#lastAtOrBefore(position, 4);
    return index < 0 ? 0 : this.#entries.bytes.readInt32BE(index * ENTRY_BYTES + 4);
  }

  /** Drops entries for batches that end at or after `offset`. */
  truncateTo(offset: number): void {
    this.#entries.truncate(this.#lastAtOrBefore(offset - 1 - this.#baseOffset) + 1);
  }

  content(): Buffer {
    return this.#entries.content();
  }

  /** Whether `content` can be the index of a log file of `logBytes`: whole entries, ascending, within the file. */
  static isSane(content: Buffer, logBytes: number): boolean {
    if (content.length % ENTRY_BYTES !== 0) return false;
    let lastOffset = -1;
    let lastPosition = -1;
    for (let at = 0; at < content.length; at += ENTRY_BYTES) {
      const offset = content.readInt32BE(at);
      const position = content.readInt32BE(at + 4);
      if (offset <= lastOffset || position <= lastPosition || position >= logBytes) return false;
      lastOffset = offset;
      lastPosition = position;
    }
    return true;
  }

  /** Index of the last entry whose relative offset (or, `at` 4, position) is not above `value`; both ascend. */
  #lastAtOrBefore(value: number, at: 0 | 4 = 0): number {
    const bytes = this.#entries.bytes;
    let low = 0;
    let high = this.#entries.count - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      if (bytes.readInt32BE(middle * ENTRY_BYTES + at) <= value) low = middle + 1;
      else high = middle - 1;
    }
    return high;
  }
}
