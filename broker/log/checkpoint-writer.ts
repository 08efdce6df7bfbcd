import type { Environment } from '../../src/base/environment.ts';
import { encodeCheckpoint } from './checkpoint-file.ts';
import { checkpointLines, type LogOffset } from './offset-checkpoint.ts';
import { writeAside } from '../../src/base/write-aside.ts';

/** What one checkpoint file is to say. */
interface CheckpointContent {
  /** The file's name in the data folder. */
  readonly file: string;
  readonly entries: readonly LogOffset[];
}

/** A file that is written off the event loop, from when its content began to be collected. */
interface BegunCheckpoint {
  readonly file: string;
  /** What {@link CheckpointWriter.begin} has answered. */
  readonly generation: number;
  readonly chunks: readonly Buffer[];
}

/**
 * Writes the offset checkpoints of a data folder, all or none of whose event loop waits for the disk.
 *
 * A file that is written off the loop may be overtaken by one that is written at once: what is under way then never
 * takes its place.
 */
export class CheckpointWriter {
  readonly #disk: Environment['disk'];
  readonly #directory: string;
  /** By file: counts what was begun, so that a writing that was overtaken notices. */
  readonly #generations = new Map<string, number>();

  readonly #syncFolders: () => Promise<void>;

  /** @param syncFolders resolves when the folders of all logs that there are survive a power loss. */
  constructor(disk: Environment['disk'], directory: string, syncFolders: () => Promise<void>) {
    this.#disk = disk;
    this.#directory = directory;
    this.#syncFolders = syncFolders;
  }

  /** Writes a file so that it survives a power loss when the call returns. */
  writeNow({ file, entries }: CheckpointContent): void {
    this.begin(file);
    this.#disk.replaceFile(this.#pathOf(file), encodeCheckpoint(checkpointLines(entries)));
  }

  /**
   * Writes files off the event loop, each aside, synced and renamed; resolves when all survive a power loss. Is not
   * called again before that.
   */
  async write(contents: readonly BegunCheckpoint[]): Promise<void> {
    if (contents.length === 0) return;
    for (const { file, generation, chunks } of contents) {
      if (this.isOvertaken(file, generation)) continue;
      const aside = `${this.#pathOf(file)}.next`;
      await writeAside(this.#disk, aside, chunks);
      // An offset of a log whose folder a power loss has taken would say that somebody has removed it.
      await this.#syncFolders();
      if (!this.isOvertaken(file, generation)) this.#disk.rename(aside, this.#pathOf(file));
    }
    await this.#disk.syncDirectory(this.#directory);
  }

  /**
   * What is collected from now on is for this file: what is written at once after this call is newer, however late the turn
   * of what was collected comes.
   */
  begin(file: string): number {
    const generation = (this.#generations.get(file) ?? 0) + 1;
    this.#generations.set(file, generation);
    return generation;
  }

  /** The file was written at once meanwhile. */
  isOvertaken(file: string, generation: number): boolean {
    return this.#generations.get(file) !== generation;
  }

  #pathOf(file: string): string {
    return `${this.#directory}/${file}`;
  }
}
