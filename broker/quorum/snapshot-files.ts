import type { Disk, Environment } from '../../src/base/environment.ts';
import { OperationalError } from '../../src/base/errors.ts';
import type { Logger } from '../../src/base/logger.ts';
import { TimeSlice } from '../../src/base/time-slice.ts';
import { readSnapshotBatches, snapshotBatches, type SnapshotContent } from './snapshot-batches.ts';
import { PART_SUFFIX, parseSnapshotFileName, snapshotFileName, type SnapshotId } from './snapshot-id.ts';

/** Snapshots that are kept, so that one that is damaged has another before it. */
const KEPT = 2;

/** A snapshot as it was read. */
export interface Snapshot {
  readonly id: SnapshotId;
  readonly sizeInBytes: number;
  readonly values: readonly Buffer[];
  /** When the last record that it stands for was appended. */
  readonly timestampMs: number;
}

interface SnapshotFilesOptions {
  readonly environment: Environment;
  readonly logger: Logger;
  /** The directory of `__cluster_metadata-0`. */
  readonly directory: string;
}

/** The snapshots of the metadata, in Kafka's files beside the log (KIP-630). */
export class SnapshotFiles {
  readonly #environment: Environment;
  readonly #disk: Disk;
  readonly #logger: Logger;
  readonly #directory: string;

  constructor({ environment, logger, directory }: SnapshotFilesOptions) {
    this.#environment = environment;
    this.#disk = environment.disk;
    this.#logger = logger;
    this.#directory = directory;
  }

  /**
   * Returns the newest snapshot that is whole and that `refuse` has nothing against; undefined where there is none. One that
   * is passed over is named in a warning, and stays where it is.
   *
   * @param refuse returns why a snapshot may not be used, undefined when it may.
   */
  readNewest(refuse: (snapshot: Snapshot) => string | undefined): Snapshot | undefined {
    for (const id of this.#list().toReversed()) {
      const path = this.#pathOf(id);
      try {
        const bytes = this.#disk.readFile(path);
        const snapshot = { id, sizeInBytes: bytes.length, ...readSnapshotBatches(id, bytes) };
        const reason = refuse(snapshot);
        if (reason === undefined) return snapshot;
        throw new OperationalError('FOREIGN_SNAPSHOT', reason, { retriable: false });
      } catch (error) {
        if (!(error instanceof OperationalError)) throw error;
        this.#logger.warn(
          'a snapshot of the metadata cannot be used: what is older is read instead, and nothing is lost by that',
          { path, error },
        );
      }
    }
    return undefined;
  }

  /**
   * Writes a snapshot, a slice of the event loop at a time; resolves with its size when it survives a power loss. A crash
   * leaves the whole file or none, and older ones go only when it is there.
   * @throws {OperationalError} when the disk fails.
   */
  async write(id: SnapshotId, content: SnapshotContent): Promise<number> {
    const path = this.#pathOf(id);
    const part = `${path}.part`;
    let sizeInBytes: number;
    try {
      sizeInBytes = await this.#writeAside(part, snapshotBatches(id, content));
    } catch (error) {
      // A disk that is full gets its space back.
      this.#disk.remove(part);
      throw error;
    }
    this.#disk.rename(part, path);
    await this.#disk.syncDirectory(this.#directory);
    this.#removeOlderThan(id);
    return sizeInBytes;
  }

  async #writeAside(path: string, batches: Iterable<Buffer>): Promise<number> {
    const slice = new TimeSlice(this.#environment);
    const file = this.#disk.open(path, 'create');
    let position = 0;
    try {
      file.truncate(0);
      for (const batch of batches) {
        file.write([batch], position);
        position += batch.length;
        if (slice.isOver) await slice.next();
      }
      await file.sync();
    } finally {
      file.close();
    }
    return position;
  }

  /** What is ahead of `newest` is none of its predecessors, and stays for somebody to look at. */
  #removeOlderThan(newest: SnapshotId): void {
    const older = this.#list().filter(({ endOffset }) => endOffset <= newest.endOffset);
    for (const id of older.slice(0, -KEPT)) this.#disk.remove(this.#pathOf(id));
    for (const name of this.#disk.list(this.#directory)) {
      // Of a process that did not come to its end.
      if (name.endsWith(PART_SUFFIX)) this.#disk.remove(`${this.#directory}/${name}`);
    }
  }

  /** From the oldest to the newest. */
  #list(): readonly SnapshotId[] {
    if (!this.#disk.exists(this.#directory)) return [];
    return this.#disk
      .list(this.#directory)
      .flatMap((name) => parseSnapshotFileName(name) ?? [])
      .sort((a, b) => a.endOffset - b.endOffset || a.epoch - b.epoch);
  }

  #pathOf(id: SnapshotId): string {
    return `${this.#directory}/${snapshotFileName(id)}`;
  }
}
