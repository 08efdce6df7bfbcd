import type { Violate } from './violation.ts';

/** What all readers of a topic were given: a record is what it is, nobody is ever given another one at its offset. */
export class PartitionContent {
  readonly #name: string;
  readonly #violate: Violate;
  /** By partition, then by offset. */
  readonly #partitions: readonly Map<number, string>[];

  /** @param options.name of the reader or readers, for the words of a violation. */
  constructor(options: { readonly name: string; readonly partitions: number; readonly violate: Violate }) {
    this.#name = options.name;
    this.#violate = options.violate;
    this.#partitions = Array.from({ length: options.partitions }, () => new Map<number, string>());
  }

  /** Records that were given so far. */
  get size(): number {
    return this.#partitions.reduce((sum, { size }) => sum + size, 0);
  }

  onRecord(partition: number, offset: number, content: string): void {
    const known = this.#partitions[partition]?.get(offset);
    if (known === undefined) {
      this.#partitions[partition]?.set(offset, content);
    } else if (known !== content) {
      const what = `${this.#name} read ${partition}:${offset} as ${known} and then as ${content}`;
      this.#violate('read-differs', what);
    }
  }

  /** What one partition has, by offsets that rise. */
  of(partition: number): readonly (readonly [offset: number, content: string])[] {
    return [...(this.#partitions[partition] ?? [])].toSorted(([a], [b]) => a - b);
  }

  /** All partitions, see {@link of}. */
  all(): readonly (readonly (readonly [offset: number, content: string])[])[] {
    return this.#partitions.map((_, partition) => this.of(partition));
  }
}
