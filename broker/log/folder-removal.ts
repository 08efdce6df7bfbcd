import type { Environment, Timer } from '../../src/base/environment.ts';
import { messageOf } from '../../src/base/errors.ts';
import type { Logger } from '../../src/base/logger.ts';

interface Folder {
  readonly path: string;
  /** Monotonic. */
  readonly dueMs: number;
}

/**
 * Removes the folders of deleted partitions when their time has come: one after the other and off the event loop, however
 * many fall due together. What is left when the process ends is removed by the next one.
 */
export class FolderRemoval {
  readonly #environment: Environment;
  readonly #logger: Logger;
  #waiting: Folder[] = [];
  #timer: Timer | undefined;
  #removing: Promise<void> | undefined;
  #isClosed = false;

  constructor(environment: Environment, logger: Logger) {
    this.#environment = environment;
    this.#logger = logger;
  }

  schedule(path: string, delayMs: number): void {
    this.#waiting.push({ path, dueMs: this.#environment.clock.monotonicMs() + delayMs });
    this.#wake();
  }

  /** Begins no further removal; resolves when none is under way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    await this.#removing;
  }

  #wake(): void {
    if (this.#isClosed || this.#removing !== undefined) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#waiting.length === 0) return;
    const nowMs = this.#environment.clock.monotonicMs();
    let earliestMs = Number.POSITIVE_INFINITY;
    for (const { dueMs } of this.#waiting) earliestMs = Math.min(earliestMs, dueMs);
    this.#timer = this.#environment.timers.after(
      Math.max(0, earliestMs - nowMs),
      () => void this.#removeDue(),
    );
  }

  async #removeDue(): Promise<void> {
    const nowMs = this.#environment.clock.monotonicMs();
    const due = this.#waiting.filter(({ dueMs }) => dueMs <= nowMs);
    this.#waiting = this.#waiting.filter(({ dueMs }) => dueMs > nowMs);
    for (const { path } of due) {
      if (this.#isClosed) break;
      try {
        await this.#environment.disk.removeDirectoryInBackground(path);
      } catch (error) {
        // The folder only takes space; the next start tries again.
        this.#logger.warn('a deleted log could not be removed', { path, reason: messageOf(error) });
      }
    }
  }
}
