import { mustStop } from '../../../src/base/assert.ts';
import type { Environment, Timer } from '../../../src/base/environment.ts';
import { messageOf, OperationalError } from '../../../src/base/errors.ts';
import type { Logger } from '../../../src/base/logger.ts';
import { TimeSlice } from '../../../src/base/time-slice.ts';
import type { Log } from '../log.ts';
import type { LogManager } from '../log-manager.ts';
import { SegmentDamage } from '../segment-damage.ts';
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
 * Compacts the logs whose `cleanup.policy` says so, as long as there is one that is due. A look at all logs finds those that are,
 * and they are cleaned in the order of their shares of dirty bytes before the next look: with ten thousand logs a look, a checkpoint
 * or a round of retention for each of them would be more work than the cleaning. The event loop chooses and puts new segments in
 * the place of old ones; files are read and written beside it.
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
  /** What the last look has found and nobody has taken yet, the dirtiest last. */
  #due: Log[] = [];
  #looking: Promise<void> | undefined;
  /** What is to be done for what was cleaned since it was done last. */
  #outstanding = { checkpoint: false, retention: false };
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
    await this.#finishRound();
  }

  /** Returns the dirtiest of the logs that were due at the last look and still are; looks again where there is none. */
  async #choose(): Promise<Candidate | undefined> {
    const waiting = this.#takeDue();
    if (waiting !== undefined) return waiting;
    await this.#finishRound();
    await (this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    }));
    return this.#takeDue();
  }

  #takeDue(): Candidate | undefined {
    const nowMs = this.#options.environment.clock.nowMs();
    for (let log = this.#due.pop(); log !== undefined && !this.#isClosing; log = this.#due.pop()) {
      if (!this.#mayClean(log)) continue;
      const part = this.#partOf(log, nowMs);
      if (part === undefined || !isDue(part, log.config)) continue;
      this.#claimed.add(log.directory);
      return { log, part };
    }
    return undefined;
  }

  async #look(): Promise<void> {
    const { environment, logManager } = this.#options;
    const slice = new TimeSlice(environment);
    const nowMs = environment.clock.nowMs();
    const due: { readonly log: Log; readonly dirtyRatio: number }[] = [];
    let dirtyRatioMax = 0;
    for (const log of logManager.logs()) {
      if (this.#isClosing) return;
      if (!this.#mayClean(log)) continue;
      log.compaction.flushSealed();
      const part = this.#partOf(log, nowMs);
      if (part !== undefined) {
        const { dirtyRatio } = part;
        dirtyRatioMax = Math.max(dirtyRatioMax, dirtyRatio);
        if (isDue(part, log.config)) due.push({ log, dirtyRatio });
      }
      if (slice.isOver) await slice.next();
    }
    this.counts.dirtyRatioMax = dirtyRatioMax;
    this.#due = due.sort((a, b) => a.dirtyRatio - b.dirtyRatio).map(({ log }) => log);
  }

  /** Does for all logs that were cleaned what looks at all logs. */
  async #finishRound(): Promise<void> {
    const { checkpoint, retention } = this.#outstanding;
    this.#outstanding = { checkpoint: false, retention: false };
    if (checkpoint) await this.#writeCheckpoint();
    // What it had to leave alone meanwhile.
    if (retention && !this.#isClosing) await this.#options.logManager.applyRetention();
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
    const { environment, settings } = this.#options;
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
        this.#outstanding.checkpoint = true;
      } else this.#onEnd(log, outcome);
    } catch (error) {
      this.#onFailure(log, error);
    } finally {
      this.#cleanings.delete(cleaning);
      this.#claimed.delete(log.directory);
    }
    if (log.config.delete) this.#outstanding.retention = true;
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
        this.#onDamage(log, outcome);
        return;
      case 'failed':
        if (mayPass(outcome)) this.#defer(log, outcome.code, outcome.reason);
        else this.#setAside(log, outcome.reason);
    }
  }

  /** What cannot be decoded the producer may have sent so: then all replicas have it. */
  #onDamage(log: Log, { place, reason }: Extract<CleaningOutcome, { readonly kind: 'damaged' }>): void {
    const isGivenUp =
      place !== undefined && log.compaction.giveUp(new SegmentDamage(place.path, place.position));
    if (isGivenUp) this.#deferred.add(log);
    else this.#setAside(log, reason);
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
