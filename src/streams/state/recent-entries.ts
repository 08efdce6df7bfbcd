import type { StateEntry } from './state-entry.ts';
import type { StateSegment } from './state-segment.ts';

/**
 * What was looked up last in a map, of one key in two segments: an entry is loaded, then read, then written, and most often it is new,
 * so what is not there is remembered, too.
 */
export class RecentEntries<V> {
  #key = '';
  #segment: StateSegment<V> | undefined;
  #entry: StateEntry<V> | undefined;
  #segmentBefore: StateSegment<V> | undefined;
  #entryBefore: StateEntry<V> | undefined;

  find(key: string, segment: StateSegment<V>): StateEntry<V> | undefined {
    if (key === this.#key) {
      if (segment === this.#segment) return this.#entry;
      if (segment === this.#segmentBefore) return this.#entryBefore;
      this.#segmentBefore = this.#segment;
      this.#entryBefore = this.#entry;
    } else {
      this.#key = key;
      this.#segmentBefore = undefined;
      this.#entryBefore = undefined;
    }
    this.#segment = segment;
    return (this.#entry = segment.entries.get(key));
  }

  /** An entry has come to its segment. */
  added(entry: StateEntry<V>): void {
    if (entry.key !== this.#key) return;
    if (entry.segment === this.#segment) this.#entry = entry;
    else if (entry.segment === this.#segmentBefore) this.#entryBefore = entry;
  }

  /** An entry has gone from its segment. */
  removed(entry: StateEntry<V>): void {
    if (entry === this.#entry) this.#entry = undefined;
    if (entry === this.#entryBefore) this.#entryBefore = undefined;
  }
}
