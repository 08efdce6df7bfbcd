import type { ProcessorMetadataEntry } from '../operators/operator.ts';

/**
 * What the processors of a task keep in the metadata of committed offsets: how far windows have been emitted, and their
 * stream time. Entries are handed out once and changed in place, so that a record costs no look-up.
 */
export class ProcessorMetadata {
  readonly #entries = new Map<string, ProcessorMetadataEntry>();
  readonly #committed = new Map<string, number>();

  /** The entry under `key`, the same one each time. */
  entry(key: string): ProcessorMetadataEntry {
    let entry = this.#entries.get(key);
    if (entry === undefined) this.#entries.set(key, (entry = { value: -1 }));
    return entry;
  }

  /** Notes what is to be committed together with whatever is committed next, and is no reason to commit. */
  keep(key: string, value: number): void {
    this.entry(key).value = value;
    this.#committed.set(key, value);
  }

  /** Takes in what one partition's offset was committed with. Partitions may differ: the highest value holds. */
  update(committed: ReadonlyMap<string, number>): void {
    for (const [key, value] of committed) {
      const entry = this.entry(key);
      entry.value = Math.max(entry.value, value);
      this.#committed.set(key, entry.value);
    }
  }

  /** Something has changed since the last commit: then the offsets of all input partitions are committed with it. */
  get needsCommit(): boolean {
    for (const [key, { value }] of this.#entries) {
      if (value >= 0 && this.#committed.get(key) !== value) return true;
    }
    return false;
  }

  committed(): void {
    for (const [key, { value }] of this.#entries) this.#committed.set(key, value);
  }

  /** What there is to write. */
  values(): ReadonlyMap<string, number> {
    const values = new Map<string, number>();
    for (const [key, { value }] of this.#entries) if (value >= 0) values.set(key, value);
    return values;
  }
}
