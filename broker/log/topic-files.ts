import type { Disk } from '../../src/base/environment.ts';
import type { BackgroundSyncs } from './background-syncs.ts';
import { encodePartitionMetadata, PARTITION_METADATA, readPartitionMetadata } from './partition-metadata.ts';

/** What a partition's `partition.metadata` says, and when it was written. */
export interface TopicFile {
  readonly id: string;
  readonly modifiedMs: number;
}

/** Which topics the partitions of a data folder were made for, by the names of their folders. */
export class TopicFiles {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #syncs: BackgroundSyncs;
  readonly #ids = new Map<string, string>();
  /** Of files that were not read, because they are as they were at the last stop. */
  readonly #unread = new Map<string, TopicFile>();

  constructor(disk: Disk, directory: string, syncs: BackgroundSyncs) {
    this.#disk = disk;
    this.#directory = directory;
    this.#syncs = syncs;
  }

  idOf(name: string): string | undefined {
    return this.#ids.get(name);
  }

  /** Reads the file, where there is one that says anything. @throws {OperationalError} */
  read(name: string): void {
    const id = this.idInFolder(name);
    if (id !== undefined) this.#ids.set(name, id);
  }

  /** What the file says, of a log that may not be open. @throws {OperationalError} */
  idInFolder(name: string): string | undefined {
    return readPartitionMetadata(this.#disk, this.#pathOf(name));
  }

  /** Takes for granted what the file said at the last stop. */
  adopt(name: string, file: TopicFile): void {
    this.#ids.set(name, file.id);
    this.#unread.set(name, file);
  }

  write(name: string, id: string): void {
    const path = this.#pathOf(name);
    this.#disk.writeFile(path, encodePartitionMetadata(id));
    this.forget(name);
    this.#ids.set(name, id);
    this.#syncs.file(path);
  }

  forget(name: string): void {
    this.#ids.delete(name);
    this.#unread.delete(name);
  }

  /** For the next start; undefined where it has to look itself. */
  describe(name: string): TopicFile | undefined {
    const unread = this.#unread.get(name);
    if (unread !== undefined) return unread;
    const id = this.#ids.get(name);
    const file = id === undefined ? undefined : this.#disk.fileStat(this.#pathOf(name));
    return id === undefined || file === undefined ? undefined : { id, modifiedMs: file.modifiedMs };
  }

  #pathOf(name: string): string {
    return `${this.#directory}/${name}/${PARTITION_METADATA}`;
  }
}
