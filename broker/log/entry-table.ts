/** Of all tables without an entry: thousands of partitions have two. */
const EMPTY = Buffer.alloc(0);

/**
 * Fixed-size binary entries that only grow at the end: the body of an index file as it lies on disk. Index files are
 * written whole, when a segment is closed to appends, because recovery rebuilds the index of any segment that may not
 * have got that far: an append pays for no second and third write.
 */
export class EntryTable {
  readonly entryBytes: number;
  #bytes: Buffer;
  #count: number;

  constructor(entryBytes: number, content: Buffer = EMPTY) {
    this.entryBytes = entryBytes;
    this.#bytes = content;
    this.#count = Math.floor(content.length / entryBytes);
  }

  get count(): number {
    return this.#count;
  }

  /** The memory that holds the entries; entry `i` begins at `i * entryBytes`. May be longer than the entries. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** Makes room for one more entry and answers where it begins in {@link bytes}. */
  append(): number {
    const position = this.#count * this.entryBytes;
    if (position + this.entryBytes > this.#bytes.length) {
      const grown = Buffer.alloc(Math.max(64 * this.entryBytes, this.#bytes.length * 2));
      this.#bytes.copy(grown);
      this.#bytes = grown;
    }
    this.#count++;
    return position;
  }

  /** Keeps the first `count` entries. */
  truncate(count: number): void {
    this.#count = Math.min(this.#count, count);
  }

  /** Exactly the entries, as the file has them. */
  content(): Buffer {
    return this.#bytes.subarray(0, this.#count * this.entryBytes);
  }
}
