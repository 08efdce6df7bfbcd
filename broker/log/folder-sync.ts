import type { Disk } from '../../src/base/environment.ts';
import { SharedFlush } from './shared-flush.ts';

/** Makes the folders of logs survive a power loss: one sync of the folder that they are in does for all of them. */
export class FolderSync {
  readonly #flush: SharedFlush;
  /** Counts what makes a sync necessary, the start among it: a crash may have come before the last sync. */
  #changes = 1;
  /** As many of the changes are on the disk. */
  #synced = 0;

  constructor(disk: Disk, directory: string) {
    this.#flush = new SharedFlush({ flushOnce: () => disk.syncDirectory(directory).then(() => true) });
  }

  /** A folder was made. */
  onMade(): void {
    this.#changes++;
  }

  /** Resolves when all folders that were made before the call survive a power loss. */
  async sync(): Promise<void> {
    const changes = this.#changes;
    if (this.#synced >= changes) return;
    await this.#flush.flush();
    this.#synced = Math.max(this.#synced, changes);
  }
}
