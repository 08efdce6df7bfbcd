import type { Disk } from '../../src/base/environment.ts';
import type { ProducerEntry } from './producer-entry.ts';
import { decodeProducerSnapshot, encodeProducerSnapshot } from './producer-snapshot.ts';
import { parseSegmentFileName, segmentFileName } from './segment-files.ts';

/** The `.snapshot` files of one log: the producers as they were at an offset. */
export class ProducerSnapshots {
  readonly #disk: Disk;
  readonly #directory: string;
  /** Ascending. */
  #offsets: number[];

  private constructor(disk: Disk, directory: string, offsets: readonly number[]) {
    this.#disk = disk;
    this.#directory = directory;
    this.#offsets = [...offsets];
  }

  /** @param offsets of the snapshots that are there, ascending. */
  static known(disk: Disk, directory: string, offsets: readonly number[]): ProducerSnapshots {
    return new ProducerSnapshots(disk, directory, offsets);
  }

  get offsets(): readonly number[] {
    return this.#offsets;
  }

  /** Writes what the producers are at `offset`. A torn file is recognised by its checksum. */
  write(offset: number, producers: Iterable<ProducerEntry>): void {
    this.#disk.writeFile(this.#pathOf(offset), encodeProducerSnapshot(producers));
    if (!this.#offsets.includes(offset)) {
      this.#offsets = [...this.#offsets, offset].toSorted((a, b) => a - b);
    }
  }

  /** The latest readable snapshot at or before `offsetMax`; unreadable ones are removed. */
  latest(offsetMax: number): { readonly offset: number; readonly producers: ProducerEntry[] } | undefined {
    for (const offset of this.#offsets.toReversed()) {
      if (offset > offsetMax) continue;
      const producers = decodeProducerSnapshot(this.#disk.readFile(this.#pathOf(offset)));
      if (producers !== undefined) return { offset, producers };
      this.remove((candidate) => candidate === offset);
    }
    return undefined;
  }

  /** Removes the snapshots whose offset matches. */
  remove(matches: (offset: number) => boolean): void {
    for (const offset of this.#offsets) {
      if (matches(offset)) this.#disk.remove(this.#pathOf(offset));
    }
    this.#offsets = this.#offsets.filter((offset) => !matches(offset));
  }

  #pathOf(offset: number): string {
    return `${this.#directory}/${segmentFileName(offset, 'snapshot')}`;
  }
}

/** The offsets of the snapshots among the files of a log, ascending. */
export function snapshotOffsets(names: readonly string[]): readonly number[] {
  return names
    .map(parseSegmentFileName)
    .filter((file) => file?.kind === 'snapshot')
    .map((file) => file?.baseOffset ?? 0)
    .toSorted((a, b) => a - b);
}
