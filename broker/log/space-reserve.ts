import type { Environment } from '../../src/base/environment.ts';
import { OperationalError } from '../../src/base/errors.ts';
import type { Logger } from '../../src/base/logger.ts';

const RESERVE_FILE = '.reserve';
/** Room for what a start writes: the lock, checkpoints, the vote, and metadata such as the deletion of a topic. */
const RESERVE_BYTES = 1024 * 1024;
/** So much must be free before partitions take records again: the reserve, and something to write. */
const RESTORE_BYTES = 4 * RESERVE_BYTES;

/**
 * A file in the data folder that only takes room, for a broker whose disk is full when it starts: without it, it could not take
 * its lock, hear that a topic was deleted, and make room. While it is given up, partitions take no records: they would fill
 * what the deletions need.
 */
export class SpaceReserve {
  readonly #environment: Environment;
  readonly #logger: Logger;
  readonly #directory: string;
  #isHeld = false;
  #isShort = false;

  constructor({
    environment,
    logger,
    directory,
  }: { environment: Environment; logger: Logger; directory: string }) {
    this.#environment = environment;
    this.#logger = logger;
    this.#directory = directory;
  }

  /** The disk is as good as full, and the reserve is in use. */
  get isShort(): boolean {
    return this.#isShort;
  }

  /** Does what needs a little room; where there is none the reserve makes it. */
  attempt<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      if (!isFull(error)) throw error;
      const isNews = this.#release();
      try {
        const result = action();
        if (isNews) this.#say();
        return result;
      } catch (again) {
        throw isFull(again) ? tooFull(again, this.#directory) : again;
      }
    }
  }

  /** As {@link attempt}, of what takes its time. */
  async attemptLater(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      if (!isFull(error)) throw error;
      if (this.#release()) this.#say();
      await action();
    }
  }

  /** At a start, once the folder is this process's own. */
  check(): void {
    this.#isHeld = this.#environment.disk.exists(this.#path);
    const { usableBytes } = this.#environment.disk.space(this.#directory);
    if (usableBytes < RESERVE_BYTES && this.#release()) this.#say();
  }

  /** Gives the reserve up; answers whether that is news. */
  #release(): boolean {
    const { disk } = this.#environment;
    const isNews = disk.exists(this.#path) || !this.#isShort;
    disk.remove(this.#path);
    this.#isHeld = false;
    this.#isShort = true;
    return isNews;
  }

  #say(): void {
    this.#logger.error(
      'the disk is full: the broker works with its reserve, partitions take no records before there is room again. Delete ' +
        'topics or records, lower the retention of topics, or free space on the disk otherwise, but remove no files of the ' +
        'data folder',
      { directory: this.#directory },
    );
  }

  /** Puts the room aside, as soon as there is enough of it; asked from time to time. */
  restore(): void {
    if (this.#isHeld) return;
    const { disk } = this.#environment;
    try {
      if (disk.space(this.#directory).usableBytes < RESTORE_BYTES) return;
      disk.writeFile(this.#path, incompressible(RESERVE_BYTES));
      this.#isHeld = true;
    } catch (error) {
      if (!(error instanceof OperationalError)) throw error;
      return;
    }
    if (!this.#isShort) return;
    this.#isShort = false;
    this.#logger.warn('the disk has room again, partitions take records', { directory: this.#directory });
  }

  get #path(): string {
    return `${this.#directory}/${RESERVE_FILE}`;
  }
}

function isFull(error: unknown): error is OperationalError {
  return error instanceof OperationalError && error.code === 'DISK_FULL';
}

function tooFull(cause: OperationalError, directory: string): OperationalError {
  return new OperationalError(
    'DISK_FULL',
    `${cause.message}: free ${RESERVE_BYTES} bytes on the disk of ${directory}, but remove no files of that folder; the broker ` +
      'can then start, and delete topics and old records',
    { retriable: true, cause },
  );
}

/** Some file systems would give a file of zeros no room. */
function incompressible(length: number): Buffer {
  const words = new Uint32Array(length / 4);
  let word = 1;
  for (let i = 0; i < words.length; i++) {
    word = (Math.imul(word, 1_664_525) + 1_013_904_223) >>> 0;
    words[i] = word;
  }
  return Buffer.from(words.buffer);
}
