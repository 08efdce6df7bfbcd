import type { Environment } from '../../src/base/environment.ts';
import { encodeCheckpoint } from './checkpoint-file.ts';
import { checkpointLines, type LogOffset } from './offset-checkpoint.ts';
import { writeAside } from './write-aside.ts';

/** What one checkpoint file is to say. */
interface CheckpointContent {
  /** The file's name in the data folder. */
  readonly file: string;
  readonly entries: readonly LogOffset[];
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
    this.#begin(file);
    this.#disk.replaceFile(this.#pathOf(file), encodeCheckpoint(checkpointLines(entries)));
  }

  /**
   * Writes files off the event loop, each aside, synced and renamed; resolves when all survive a power loss. Is not
   * called again before that.
   */
  async write(contents: readonly CheckpointContent[]): Promise<void> {
    if (contents.length === 0) return;
    // All begin now: what they are to say was true at this moment, however late their turn comes.
    const begun = contents.map(({ file, entries }) => ({ file, entries, generation: this.#begin(file) }));
    for (const { file, entries, generation } of begun) {
      if (this.#generations.get(file) !== generation) continue;
      const aside = `${this.#pathOf(file)}.next`;
      await writeAside(this.#disk, aside, encodeCheckpoint(checkpointLines(entries)));
      // An offset of a log whose folder a power loss has taken would say that somebody has removed it.
      await this.#syncFolders();
      if (this.#generations.get(file) === generation) this.#disk.rename(aside, this.#pathOf(file));
    }
    await this.#disk.syncDirectory(this.#directory);
  }

  #begin(file: string): number {
    const generation = (this.#generations.get(file) ?? 0) + 1;
    this.#generations.set(file, generation);
    return generation;
  }

  #pathOf(file: string): string {
    return `${this.#directory}/${file}`;
  }
}
