import type { Disk, Environment, Timer } from '../../src/base/environment.ts';
import { messageOf } from '../../src/base/errors.ts';
import type { Logger } from '../../src/base/logger.ts';
import type { Segment } from './segment.ts';
import { DELETED_SUFFIX, type SegmentFileKind } from './segment-files.ts';

/** What lies beside a segment's `.log`. */
const BESIDE_LOG: readonly SegmentFileKind[] = ['index', 'timeindex', 'txnindex', 'snapshot'];

/**
 * Takes old segments off the disk: their files are renamed at once and removed after `file.delete.delay.ms`.
 */
export class SegmentRemoval {
  readonly #environment: Environment;
  readonly #logger: Logger;
  readonly #waiting = new Map<string, Timer>();

  constructor(environment: Environment, logger: Logger) {
    this.#environment = environment;
    this.#logger = logger;
  }

  /**
   * The `.log` decides: when it has been renamed the segment has left the log, and what remains beside it is cleared away
   * by the next start at the latest.
   * @throws {OperationalError} when the `.log` cannot be renamed: the segment is as it was.
   */
  schedule(segment: Segment, delayMs: number): void {
    this.#setAside(segment.pathOf('log'), delayMs);
    segment.leave();
    for (const kind of BESIDE_LOG) {
      const path = segment.pathOf(kind);
      try {
        if (this.#environment.disk.exists(path)) this.#setAside(path, delayMs);
      } catch (error) {
        this.#logger.warn('a file of a deleted segment could not be renamed', {
          path,
          reason: messageOf(error),
        });
      }
    }
  }

  /** Removes what is waiting now. */
  close(): void {
    for (const [path, timer] of this.#waiting) {
      timer.cancel();
      this.#remove(path);
    }
  }

  #setAside(path: string, delayMs: number): void {
    const { disk, timers } = this.#environment;
    const aside = path + DELETED_SUFFIX;
    disk.rename(path, aside);
    this.#waiting.get(aside)?.cancel();
    this.#waiting.set(
      aside,
      timers.after(delayMs, () => void this.#removeInBackground(aside)),
    );
  }

  #remove(path: string): void {
    this.#waiting.delete(path);
    try {
      this.#environment.disk.remove(path);
    } catch (error) {
      this.#complain(path, error);
    }
  }

  /** Where a later segment has been given the name meanwhile, that one goes a little early. */
  async #removeInBackground(path: string): Promise<void> {
    this.#waiting.delete(path);
    try {
      await this.#environment.disk.removeInBackground(path);
    } catch (error) {
      this.#complain(path, error);
    }
  }

  /** The file only takes space; the next start tries again. */
  #complain(path: string, error: unknown): void {
    this.#logger.warn('a deleted segment could not be removed', { path, reason: messageOf(error) });
  }
}

/**
 * Removes a segment's files: the log last, so that none is left without it. The producer snapshot at its base offset
 * stays, it belongs to what comes before.
 */
export function removeSegment(disk: Disk, segment: Segment): void {
  segment.leave();
  for (const kind of ['index', 'timeindex', 'txnindex', 'log'] as const) {
    disk.remove(segment.pathOf(kind));
  }
}
