import type { Environment, Timer } from '../../src/base/environment.ts';
import type { Logger } from '../../src/base/logger.ts';
import { TimeSlice } from '../../src/base/time-slice.ts';
import { checkpointHeader } from './checkpoint-file.ts';
import { CheckpointWriter } from './checkpoint-writer.ts';
import type { Log } from './log.ts';
import {
  checkpointLine,
  CLEANER_CHECKPOINT,
  HIGH_WATERMARK_CHECKPOINT,
  LOG_START_CHECKPOINT,
  type LogOffset,
  RECOVERY_POINT_CHECKPOINT,
} from './offset-checkpoint.ts';

const OFFSETS = {
  [RECOVERY_POINT_CHECKPOINT]: (log: Log) => log.recoveryPointCheckpoint,
  [HIGH_WATERMARK_CHECKPOINT]: (log: Log) => log.highWatermark,
  [LOG_START_CHECKPOINT]: (log: Log) => log.logStartCheckpoint,
  [CLEANER_CHECKPOINT]: (log: Log) => log.compaction.cleanedTo,
} as const;

export type CheckpointFile = keyof typeof OFFSETS;
const CHECKPOINT_FILES = Object.keys(OFFSETS) as readonly CheckpointFile[];

/** How often a file is written, in milliseconds, where it has changed. */
export type CheckpointIntervals = Partial<Readonly<Record<CheckpointFile, number>>>;

/**
 * How long a deleted log stays in the files unless somebody needs its name: a pass is half a dozen syncs, which everybody
 * who waits for the disk meanwhile would feel after each deletion.
 */
const FORGET_AFTER_MS = 1_000;

/** Lines that are put into bytes at a time. */
const CHUNK_LINES = 1_000;

/** Kafka's. */
const DEFAULT_INTERVALS_MS: Required<CheckpointIntervals> = {
  [RECOVERY_POINT_CHECKPOINT]: 60_000,
  [LOG_START_CHECKPOINT]: 60_000,
  [HIGH_WATERMARK_CHECKPOINT]: 5_000,
  [CLEANER_CHECKPOINT]: 60_000,
};

interface LogCheckpointsOptions {
  readonly environment: Environment;
  readonly logger: Logger;
  readonly directory: string;
  readonly logs: () => Iterable<Log>;
  /** Resolves when the folders of all logs that there are survive a power loss. */
  readonly syncFolders: () => Promise<void>;
  /** What a file says of logs that are not open: of the Raft log until its owner opens it, of those that cannot be opened. */
  readonly unopened: (file: CheckpointFile) => Iterable<LogOffset>;
}

/**
 * The four offset checkpoints of a data folder: written from time to time, each at an interval of its own, in passes over all
 * logs, in slices and off the event loop.
 *
 * That a checkpoint is late is safe. A recovery point that is too low makes the next start check more; a high watermark
 * that is too low is found again from the followers; a log start that is too low lets deleted records be seen until they
 * are deleted again; what a log cleaner has done it would do again; a log that has no entry is checked whole; an entry that
 * has no log is passed over. Three things must not be late: an offset that a truncation has lowered (where a log was flushed,
 * or compacted) and the start of a log that begins anew at a later offset (they are written at once), and the end of an entry whose log was deleted,
 * before a new log takes its name: it would be taken for the new one's ({@link whenForgotten}).
 */
export class LogCheckpoints {
  readonly #options: LogCheckpointsOptions;
  readonly #writer: CheckpointWriter;
  /** What the files say, in the order of the logs. */
  readonly #written = new Map<CheckpointFile, readonly number[]>();
  /** How many lines they have. */
  readonly #lines = new Map<CheckpointFile, number>();
  /** Names of logs that are gone and may still be in the files, with the pass before which they went. */
  readonly #deleted = new Map<string, number>();
  /** Grows when a log comes or goes. */
  #membership = 0;
  /** What it was when a file was written last. */
  readonly #writtenMembership = new Map<CheckpointFile, number>();
  /** Files that the next pass looks at. */
  readonly #wanted = new Set<CheckpointFile>();
  /** Begins the pass that forgets deleted logs. */
  #forgetting: Timer | undefined;
  /** Passes begun so far. */
  #passes = 0;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(options: LogCheckpointsOptions) {
    this.#options = options;
    this.#writer = new CheckpointWriter(options.environment.disk, options.directory, options.syncFolders);
  }

  /** Begins to write each file from time to time. */
  start(intervalsMs: CheckpointIntervals = {}): Timer[] {
    const { timers } = this.#options.environment;
    const intervals = { ...DEFAULT_INTERVALS_MS, ...intervalsMs };
    return CHECKPOINT_FILES.map((file) => timers.every(intervals[file], () => this.writeSoon([file])));
  }

  onLogAdded(): void {
    this.#membership++;
  }

  onLogDeleted(name: string): void {
    this.#membership++;
    this.#deleted.set(name, this.#passes);
    this.#forgetting ??= this.#options.environment.timers.after(FORGET_AFTER_MS, () => {
      this.#forgetting = undefined;
      if (this.#deleted.size > 0) this.writeSoon();
    });
  }

  /** Begins no pass by itself any more. */
  close(): void {
    this.#forgetting?.cancel();
  }

  /** Resolves when no file says anything of a deleted log of this name; undefined where none does. */
  whenForgotten(name: string): Promise<void> | undefined {
    return this.#deleted.has(name) ? this.write() : undefined;
  }

  /** Begins a pass over these files once this turn of the event loop is over, for all that happens in it. */
  writeSoon(files: readonly CheckpointFile[] = CHECKPOINT_FILES): void {
    for (const file of files) this.#wanted.add(file);
    if (this.#next !== undefined) return;
    this.write(files).catch((error: unknown) => {
      const { logger, directory } = this.#options;
      logger.error('checkpoints could not be written', { directory, error });
    });
  }

  /** Resolves when these files say what is now true; one pass serves all who ask before it begins. */
  write(files: readonly CheckpointFile[] = CHECKPOINT_FILES): Promise<void> {
    for (const file of files) this.#wanted.add(file);
    const running = this.#running ?? this.#turn();
    this.#next ??= running.then(
      () => this.#begin(),
      () => this.#begin(),
    );
    return this.#next;
  }

  /** Writes what has changed before the call returns: at a start, when nobody is served yet. */
  writeNow(): void {
    for (const file of CHECKPOINT_FILES.filter((each) => this.#isChanged(each))) this.writeFileNow(file);
    for (const file of CHECKPOINT_FILES) this.#writtenMembership.set(file, this.#membership);
  }

  /** Writes one file before the call returns. */
  writeFileNow(file: CheckpointFile): void {
    const entries = this.#entries(file);
    this.#writer.writeNow({ file, entries });
    this.#written.set(file, this.#offsets(file));
    this.#lines.set(file, entries.length);
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => this.#options.environment.timers.defer(resolve));
  }

  #begin(): Promise<void> {
    this.#next = undefined;
    const run = this.#pass().finally(() => {
      if (this.#running === run) this.#running = undefined;
    });
    this.#running = run;
    return run;
  }

  async #pass(): Promise<void> {
    const pass = this.#passes++;
    const membership = this.#membership;
    const wanted = [...this.#wanted];
    this.#wanted.clear();
    const begun: { readonly file: CheckpointFile; readonly generation: number }[] = [];
    for (const file of wanted) {
      if (this.#isChanged(file)) begun.push({ file, generation: this.#writer.begin(file) });
    }
    const changed: { file: CheckpointFile; generation: number; chunks: readonly Buffer[] }[] = [];
    for (const { file, generation } of begun) {
      const { offsets, chunks, count } = await this.#collect(file);
      if (this.#writer.isOvertaken(file, generation)) continue;
      // Before the writing: one that overtakes this one notes what it has written itself.
      this.#written.set(file, offsets);
      this.#lines.set(file, count);
      changed.push({ file, generation, chunks });
    }
    try {
      await this.#writer.write(changed);
    } catch (error) {
      for (const { file } of changed) {
        this.#written.delete(file);
        this.#lines.delete(file);
      }
      throw error;
    }
    for (const file of wanted) this.#writtenMembership.set(file, membership);
    // Only a pass over all of them leaves no file that still has the name.
    if (wanted.length < CHECKPOINT_FILES.length) return;
    for (const [name, before] of this.#deleted) if (before <= pass) this.#deleted.delete(name);
  }

  /**
   * What a file is to say, in slices: ten thousand lines take longer than others should wait. The offsets are of different
   * moments, each of which is good: what must not be late is written at once, and overtakes this.
   */
  async #collect(file: CheckpointFile): Promise<{
    readonly offsets: readonly number[];
    readonly chunks: readonly Buffer[];
    readonly count: number;
  }> {
    const offsetOf = OFFSETS[file];
    const slice = new TimeSlice(this.#options.environment);
    const offsets: number[] = [];
    const chunks: Buffer[] = [];
    let lines: string[] = [];
    const endChunk = (): void => {
      chunks.push(Buffer.from(lines.join('')));
      lines = [];
    };
    for (const log of this.#options.logs()) {
      const offset = offsetOf(log);
      offsets.push(offset);
      if (hasLine(file, offset))
        lines.push(`${checkpointLine({ topic: log.topic, partition: log.partition, offset })}\n`);
      if (lines.length >= CHUNK_LINES) endChunk();
      if (slice.isOver) await slice.next();
    }
    let count = offsets.filter((offset) => hasLine(file, offset)).length;
    for (const entry of this.#options.unopened(file)) {
      lines.push(`${checkpointLine(entry)}\n`);
      count++;
    }
    endChunk();
    return { offsets, count, chunks: [Buffer.from(checkpointHeader(count)), ...chunks] };
  }

  #isChanged(file: CheckpointFile): boolean {
    const offsets = this.#offsets(file);
    if (this.#staysEmpty(file, offsets)) return false;
    const isOther = this.#membership !== this.#writtenMembership.get(file);
    return isOther || !isSame(this.#written.get(file), offsets);
  }

  /** A file that says nothing of any log has nothing new to say when logs come or go. */
  #staysEmpty(file: CheckpointFile, offsets: readonly number[]): boolean {
    if (file !== CLEANER_CHECKPOINT || offsets.some((offset) => hasLine(file, offset))) return false;
    const { environment, directory, unopened } = this.#options;
    if (unopened(file)[Symbol.iterator]().next().done !== true) return false;
    const lines = this.#lines.get(file);
    return lines === undefined ? !environment.disk.exists(`${directory}/${file}`) : lines === 0;
  }

  #offsets(file: CheckpointFile): number[] {
    const offsetOf = OFFSETS[file];
    const offsets: number[] = [];
    for (const log of this.#options.logs()) offsets.push(offsetOf(log));
    return offsets;
  }

  #entries(file: CheckpointFile): LogOffset[] {
    const offsetOf = OFFSETS[file];
    const entries: LogOffset[] = [];
    for (const log of this.#options.logs()) {
      const offset = offsetOf(log);
      if (hasLine(file, offset)) entries.push({ topic: log.topic, partition: log.partition, offset });
    }
    entries.push(...this.#options.unopened(file));
    return entries;
  }
}

/** Most logs are never compacted, and nothing is said of them there. */
function hasLine(file: CheckpointFile, offset: number): boolean {
  return file !== CLEANER_CHECKPOINT || offset > 0;
}

function isSame(before: readonly number[] | undefined, now: readonly number[]): boolean {
  if (before?.length !== now.length) return false;
  for (let i = 0; i < now.length; i++) if (before[i] !== now[i]) return false;
  return true;
}
