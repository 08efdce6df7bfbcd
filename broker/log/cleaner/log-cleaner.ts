import { mustStop } from '../../../src/base/assert.ts';
import type { Environment, Timer } from '../../../src/base/environment.ts';
import { messageOf, OperationalError } from '../../../src/base/errors.ts';
import type { Logger } from '../../../src/base/logger.ts';
import { TimeSlice } from '../../../src/base/time-slice.ts';
import type { Log } from '../log.ts';
import type { LogManager } from '../log-manager.ts';
import type { Segment } from '../segment.ts';
import { type CleanablePart, cleanablePart, isDue } from './cleanable-part.ts';
import type { CleanerSettings } from './cleaner-settings.ts';
import type { JobRunner } from './job-runner.ts';
import { type CleaningOutcome, type CleaningStats, LogCleaning } from './log-cleaning.ts';

interface LogCleanerOptions {
  readonly environment: Environment;
  readonly logger: Logger;
  readonly logManager: Pick<LogManager, 'logs' | 'writeCleanerCheckpoint' | 'applyRetention'>;
  /** Asked for each cleaning: they may change. */
  readonly settings: () => CleanerSettings;
  readonly createRunner: () => JobRunner;
  /** Called with an invariant that does not hold, and that nobody has stopped for. */
  readonly onAssertion: (error: unknown) => void;
}

/** A log that is worth cleaning. */
interface Candidate {
  readonly log: Log;
  readonly part: CleanablePart<Segment>;
}

/** What the cleaner has counted. Times are milliseconds, shares 0 to 1. */
interface CleanerCounts {
  cleanings: number;
  failures: number;
  bytesRead: number;
  bytesWritten: number;
  /** Of the last choice, the dirtiest log. */
  dirtyRatioMax: number;
  /** Of the last cleaning. */
  mapUtilization: number;
  lastCleaningMs: number;
}

/**
 * Compacts the logs whose `cleanup.policy` says so, the one with the largest share of dirty bytes first, as long as there is one
 * that is due. The event loop chooses and puts new segments in the place of old ones; files are read and written beside it.
 */
export class LogCleaner {
  readonly counts: CleanerCounts = {
    cleanings: 0,
    failures: 0,
    bytesRead: 0,
    bytesWritten: 0,
    dirtyRatioMax: 0,
    mapUtilization: 0,
    lastCleaningMs: 0,
  };
  readonly #options: LogCleanerOptions;
  /** What works on one log at a time, by its number from 0 on. */
  readonly #lanes: JobRunner[] = [];
  /** The lanes that are at work. */
  readonly #running = new Map<number, Promise<void>>();
  /** Folders of logs that are cleaned: one may have been deleted, and another log have its name, while its cleaning ends. */
  readonly #claimed = new Set<string>();
  readonly #cleanings = new Set<LogCleaning>();
  /** Logs that cannot be cleaned until somebody mends them. */
  readonly #uncleanable = new Set<Log>();
  /** Logs whose cleaning did not succeed, until the next round. */
  readonly #deferred = new Set<Log>();
  /** Why the last cleaning of a log did not succeed: that is said once, however often it is tried. */
  readonly #failureCodes = new WeakMap<Log, string>();
  #timer: Timer | undefined;
  #isClosing = false;

  constructor(options: LogCleanerOptions) {
    this.#options = options;
  }

  /** Begins a round now and after each `log.cleaner.backoff.ms`. */
  start(): void {
    const { environment, settings } = this.#options;
    this.#timer = environment.timers.after(Math.max(1, settings().backoffMs), () => this.start());
    void this.clean();
  }

  /** Logs that were set aside because they cannot be cleaned. */
  get uncleanable(): readonly Log[] {
    return [...this.#options.logManager.logs()].filter((log) => this.#uncleanable.has(log));
  }

  /** Cleans what is due; resolves when nothing is. The timer does it, tests may. */
  async clean(): Promise<void> {
    this.#deferred.clear();
    const { threads } = this.#options.settings();
    for (let number = 0; number < threads; number++) {
      if (this.#isClosing || this.#running.has(number)) continue;
      const run = this.#work(number)
        .catch(this.#options.onAssertion)
        .finally(() => this.#running.delete(number));
      this.#running.set(number, run);
    }
    await Promise.all(this.#running.values());
  }

  /** Ends what is under way and begins nothing more. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#timer?.cancel();
    for (const cleaning of this.#cleanings) cleaning.interrupt();
    await Promise.all(this.#running.values());
  }

  async #work(number: number): Promise<void> {
    let lane: JobRunner | undefined;
    while (number < this.#options.settings().threads) {
      const candidate = await this.#choose();
      if (candidate === undefined) break;
      lane = this.#lanes[number] ??= this.#options.createRunner();
      await this.#clean(candidate, lane);
    }
    await lane?.rest();
  }

  /** Returns the dirtiest of the logs that are due. */
  async #choose(): Promise<Candidate | undefined> {
    const { environment, logManager } = this.#options;
    const slice = new TimeSlice(environment);
    const nowMs = environment.clock.nowMs();
    let chosen: Candidate | undefined;
    let dirtyRatioMax = 0;
    for (const log of logManager.logs()) {
      if (this.#isClosing) return undefined;
      if (!this.#mayClean(log)) continue;
      log.compaction.flushSealed();
      const part = this.#partOf(log, nowMs);
      if (part !== undefined) {
        dirtyRatioMax = Math.max(dirtyRatioMax, part.dirtyRatio);
        if (isDue(part, log.config) && part.dirtyRatio > (chosen?.part.dirtyRatio ?? 0))
          chosen = { log, part };
      }
      if (slice.isOver) await slice.next();
    }
    this.counts.dirtyRatioMax = dirtyRatioMax;
    if (chosen === undefined) return undefined;
    // Others have had their turn, and the log may have changed.
    if (!this.#mayClean(chosen.log)) return this.#choose();
    const { log } = chosen;
    const part = this.#partOf(log, nowMs);
    if (part === undefined) return this.#choose();
    this.#claimed.add(log.directory);
    return { log, part };
  }

  #mayClean(log: Log): boolean {
    return (
      log.config.compact &&
      log.compaction.isFree &&
      !this.#claimed.has(log.directory) &&
      !this.#uncleanable.has(log) &&
      !this.#deferred.has(log)
    );
  }

  #partOf(log: Log, nowMs: number): CleanablePart<Segment> | undefined {
    try {
      return cleanablePart(log.compaction, nowMs);
    } catch (error) {
      this.#onFailure(log, error);
      return undefined;
    }
  }

  async #clean({ log, part }: Candidate, runner: JobRunner): Promise<void> {
    const { environment, settings, logManager } = this.#options;
    const { clock, disk } = environment;
    const startMs = clock.monotonicMs();
    const cleaning = new LogCleaning({
      log,
      part,
      runner,
      disk,
      settings: settings(),
      nowMs: clock.nowMs(),
    });
    this.#cleanings.add(cleaning);
    try {
      const outcome = await cleaning.run();
      if (outcome.kind === 'done') {
        this.#failureCodes.delete(log);
        this.#count(outcome, clock.monotonicMs() - startMs);
        await this.#writeCheckpoint();
      } else this.#onEnd(log, outcome);
    } catch (error) {
      this.#onFailure(log, error);
    } finally {
      this.#cleanings.delete(cleaning);
      this.#claimed.delete(log.directory);
    }
    // What it had to leave alone meanwhile.
    if (log.config.delete && !this.#isClosing) await logManager.applyRetention();
  }

  /** One that is late lets some work be done again after a crash. */
  async #writeCheckpoint(): Promise<void> {
    try {
      await this.#options.logManager.writeCleanerCheckpoint();
    } catch (error) {
      if (!(error instanceof OperationalError)) throw error;
      this.#options.logger.warn('the checkpoint of the log cleaner could not be written', {
        reason: error.message,
      });
    }
  }

  #count({ bytesRead, bytesWritten, mapUtilization }: CleaningStats, elapsedMs: number): void {
    const { counts } = this;
    counts.cleanings++;
    counts.bytesRead += bytesRead;
    counts.bytesWritten += bytesWritten;
    counts.mapUtilization = mapUtilization;
    counts.lastCleaningMs = elapsedMs;
  }

  #onEnd(log: Log, outcome: Exclude<CleaningOutcome, { readonly kind: 'done' }>): void {
    switch (outcome.kind) {
      case 'interrupted':
        this.#deferred.add(log);
        return;
      case 'damaged':
        this.#setAside(log, outcome.reason);
        return;
      case 'failed':
        if (mayPass(outcome)) this.#defer(log, outcome.code, outcome.reason);
        else this.#setAside(log, outcome.reason);
    }
  }

  #onFailure(log: Log, error: unknown): void {
    if (mustStop(error)) error.stopped = `the cleaning of ${log.directory}`;
    if (error instanceof OperationalError && mayPass(error)) this.#defer(log, error.code, error.message);
    else this.#setAside(log, messageOf(error));
  }

  /** It will be tried again. */
  #defer(log: Log, code: string, reason: string): void {
    if (!log.compaction.isOpen) return;
    this.counts.failures++;
    this.#deferred.add(log);
    if (this.#failureCodes.get(log) === code) return;
    this.#failureCodes.set(log, code);
    this.#options.logger.warn('a log could not be compacted, it is tried again', {
      topic: log.topic,
      partition: log.partition,
      reason,
    });
  }

  #setAside(log: Log, reason: string): void {
    // Closed, or stopped for the same reason: that has been said.
    if (!log.compaction.isOpen) return;
    this.counts.failures++;
    this.#uncleanable.add(log);
    this.#options.logger.error('a log cannot be compacted and is left as it is until the next start', {
      topic: log.topic,
      partition: log.partition,
      reason,
    });
  }
}

/** Whether it may succeed without a restart: there is space again, or somebody has given the rights back. */
function mayPass({ code, retriable }: { readonly code: string; readonly retriable: boolean }): boolean {
  return retriable || code === 'NOT_PERMITTED';
}
