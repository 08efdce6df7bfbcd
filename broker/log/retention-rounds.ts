import type { Environment } from '../../src/base/environment.ts';
import type { Logger } from '../../src/base/logger.ts';
import { TimeSlice } from '../../src/base/time-slice.ts';
import type { Log } from './log.ts';

interface RetentionRoundsOptions {
  readonly environment: Environment;
  readonly logger: Logger;
  readonly logs: () => Iterable<Log>;
  /** Resolves when the checkpoints say where the logs begin now. */
  readonly writeLogStarts: () => Promise<void>;
}

/**
 * Retention of all logs of a data folder. In a round the log starts move first and are written down once for all, then the
 * segments below them go: a crash in between leaves no hole that nobody can explain. Other work goes on between some logs
 * and the next.
 */
export class RetentionRounds {
  readonly #options: RetentionRoundsOptions;
  #running: Promise<void> | undefined;
  #isClosing = false;

  constructor(options: RetentionRoundsOptions) {
    this.#options = options;
  }

  /** Begins a round, unless one is under way; resolves at its end. */
  run(): Promise<void> {
    this.#running ??= this.#retain().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Ends a round between two logs; resolves when none is under way. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#running;
  }

  async #retain(): Promise<void> {
    const { logger } = this.#options;
    const starts = new Map<Log, number>();
    await this.#forEachLog([...this.#options.logs()], (log) => {
      log.expireProducers();
      if (log.applyRetention() > 0) starts.set(log, log.logStartOffset);
    });
    if (starts.size === 0) return;
    try {
      await this.#options.writeLogStarts();
    } catch (error) {
      // Without its new start on the disk a log whose first segments are gone would be taken for a damaged one.
      logger.warn('old segments stay: the log starts could not be written', { error });
      return;
    }
    await this.#forEachLog([...starts.keys()], (log) => {
      const count = log.removeOldSegments(starts.get(log));
      if (count > 0) logger.info('old segments were deleted', { directory: log.directory, count });
    });
  }

  /** A log that fails does not keep the others from their turn; a bug in it has stopped it by then. */
  async #forEachLog(logs: readonly Log[], work: (log: Log) => void): Promise<void> {
    const slice = new TimeSlice(this.#options.environment);
    for (const log of logs) {
      if (this.#isClosing) return;
      try {
        work(log);
      } catch (error) {
        this.#options.logger.error('retention failed', { directory: log.directory, error });
      }
      if (slice.isOver) await slice.next();
    }
  }
}
