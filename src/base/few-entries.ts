/** Up to so many entries a look at each of them is as fast as a table. */
const FEW = 16;

/**
 * A map for entries that come and go all the time, mostly a few at once: what is under way of each producer, say. Their order is
 * nobody's.
 *
 * A `Map` makes a new table whenever its last entry leaves, and the table of before keeps pointing to it, for iterators that
 * may be on their way. Once the collector has moved one of these to the old objects, it keeps alive all that come after it, up
 * to the next full collection: each collection of young objects copies the empty tables of a hundred transactions.
 */
export class FewEntries<K, V> {
  readonly #few: (readonly [K, V])[] = [];
  /** All entries, from when they have been many until they are none. */
  #many: Map<K, V> | undefined;

  get size(): number {
    return this.#many?.size ?? this.#few.length;
  }

  get(key: K): V | undefined {
    return this.#many === undefined ? this.#few[this.#indexOf(key)]?.[1] : this.#many.get(key);
  }

  has(key: K): boolean {
    return this.#many?.has(key) ?? this.#indexOf(key) >= 0;
  }

  set(key: K, value: V): void {
    if (this.#many !== undefined) {
      this.#many.set(key, value);
      return;
    }
    const known = this.#indexOf(key);
    if (known < 0 && this.#few.length === FEW) {
      this.#many = new Map(this.#few).set(key, value);
      this.#few.length = 0;
      return;
    }
    this.#few[known < 0 ? this.#few.length : known] = [key, value];
  }

  delete(key: K): void {
    if (this.#many !== undefined) {
      this.#many.delete(key);
      if (this.#many.size === 0) this.#many = undefined;
      return;
    }
    const at = this.#indexOf(key);
    if (at < 0) return;
    const last = this.#few.pop();
    if (last !== undefined && at < this.#few.length) this.#few[at] = last;
  }

  clear(): void {
    this.#many = undefined;
    this.#few.length = 0;
  }

  /** Those that there are now. */
  entries(): (readonly [K, V])[] {
    return [...(this.#many ?? this.#few)];
  }

  #indexOf(key: K): number {
    const few = this.#few;
    for (let at = 0; at < few.length; at++) if (few[at]?.[0] === key) return at;
    return -1;
  }
}
