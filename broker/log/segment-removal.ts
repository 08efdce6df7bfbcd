import type { Environment, Timer } from '../../src/base/environment.ts';
import { messageOf } from '../../src/base/errors.ts';
import type { Logger } from '../../src/base/logger.ts';
import type { Segment } from './segment.ts';
import { DELETED_SUFFIX, type SegmentFileKind } from './segment-files.ts';

const KINDS: readonly SegmentFileKind[] = ['log', 'index', 'timeindex', 'txnindex', 'snapshot'];

/**
 * Takes old segments off the disk: their files are renamed at once, oldest segment first, so that a crash leaves no
 * hole in the log, and removed after `file.delete.delay.ms`.
 */
export class SegmentRemoval {
  readonly #environment: Environment;
  readonly #logger: Logger;
  readonly #waiting = new Map<string, Timer>();

  constructor(environment: Environment, logger: Logger) {
    this.#environment = environment;
    this.#logger = logger;
  }

  schedule(segment: Segment, delayMs: number): void {
    const { disk, timers } = this.#environment;
    segment.close();
    for (const kind of KINDS) {
      const path = segment.pathOf(kind);
      if (!disk.exists(path)) continue;
      const aside = path + DELETED_SUFFIX;
      disk.rename(path, aside);
      this.#waiting.get(aside)?.cancel();
      this.#waiting.set(
        aside,
        timers.after(delayMs, () => this.#remove(aside)),
      );
    }
  }

  /** Removes what is waiting now. */
  close(): void {
    for (const [path, timer] of this.#waiting) {
      timer.cancel();
      this.#remove(path);
    }
  }

  #remove(path: string): void {
    this.#waiting.delete(path);
    try {
      this.#environment.disk.remove(path);
    } catch (error) {
      // The file only takes space; the next start tries again.
      this.#logger.warn('a deleted segment could not be removed', { path, reason: messageOf(error) });
    }
  }
}
