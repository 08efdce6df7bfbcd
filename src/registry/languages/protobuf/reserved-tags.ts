import type { Ranges } from './file.ts';

/** The names and numbers that a message keeps from its fields, in an order in which one is found without looking at all. */
export class ReservedTags {
  readonly #names = new Set<string>();
  /** Sorted by their first numbers, and without those that end before one that begins earlier. */
  readonly #ranges: { readonly first: number; readonly last: number }[] = [];

  constructor(statements: readonly Ranges[]) {
    const ranges: { readonly first: number; readonly last: number }[] = [];
    for (const range of statements.flat()) {
      if (typeof range === 'string') this.#names.add(range);
      else ranges.push(range);
    }
    let lastMax = -1;
    for (const range of ranges.sort((one, other) => one.first - other.first)) {
      if (range.last <= lastMax) continue;
      lastMax = range.last;
      this.#ranges.push(range);
    }
  }

  hasName(name: string): boolean {
    return this.#names.has(name);
  }

  hasTag(tag: number): boolean {
    let [low, high] = [0, this.#ranges.length];
    // The last range that begins at the tag or before: all before it end earlier.
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ranges[middle]?.first ?? 0) <= tag) low = middle + 1;
      else high = middle;
    }
    const range = this.#ranges[low - 1];
    return range !== undefined && tag <= range.last;
  }
}
