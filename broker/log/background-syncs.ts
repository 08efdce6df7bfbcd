import type { Disk, Environment, Timer, Timers } from '../../src/base/environment.ts';
import { messageOf, OperationalError } from '../../src/base/errors.ts';
import type { Logger } from '../../src/base/logger.ts';

/** How long they wait: what a topic was made for, such as the first record, has the disk before them. */
const SYNC_AFTER_MS = 500;

/**
 * Syncs small files and folders that nobody waits for: a little later and one at a time, so that thousands of new
 * partitions neither hold thousands of files open nor keep those waiting who do wait for a sync.
 */
export class BackgroundSyncs {
  readonly #disk: Disk;
  readonly #timers: Timers;
  readonly #logger: Logger;
  readonly #files = new Set<string>();
  readonly #folders = new Set<string>();
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;
  #isClosed = false;

  constructor({ disk, timers }: Pick<Environment, 'disk' | 'timers'>, logger: Logger) {
    this.#disk = disk;
    this.#timers = timers;
    this.#logger = logger;
  }

  file(path: string): void {
    this.#files.add(path);
    this.#runLater();
  }

  folder(path: string): void {
    this.#folders.add(path);
    this.#runLater();
  }

  /** Resolves when none is under way; begins no further one. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    await this.#running;
  }

  #runLater(): void {
    if (this.#isClosed || this.#running !== undefined) return;
    this.#timer ??= this.#timers.after(SYNC_AFTER_MS, () => {
      this.#timer = undefined;
      this.#running = this.#run();
    });
  }

  async #run(): Promise<void> {
    while (!this.#isClosed && this.#files.size + this.#folders.size > 0) {
      const [path] = this.#files;
      if (path === undefined) {
        const [folder = ''] = this.#folders;
        this.#folders.delete(folder);
        await this.#attempt(folder, () => this.#disk.syncDirectory(folder));
      } else {
        this.#files.delete(path);
        await this.#attempt(path, () => this.#syncFile(path));
      }
    }
    this.#running = undefined;
  }

  async #syncFile(path: string): Promise<void> {
    const file = this.#disk.open(path, 'write');
    try {
      await file.sync();
    } finally {
      file.close();
    }
  }

  async #attempt(path: string, sync: () => Promise<void>): Promise<void> {
    try {
      await sync();
    } catch (error) {
      // What was deleted meanwhile needs no sync.
      if (error instanceof OperationalError && error.code === 'NOT_FOUND') return;
      this.#logger.warn('a file could not be synced', { path, reason: messageOf(error) });
    }
  }
}
