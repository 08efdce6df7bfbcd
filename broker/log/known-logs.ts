import type { Disk } from '../../src/base/environment.ts';
import type { Logger } from '../../src/base/logger.ts';
import {
  type ClosedLog,
  type ClosedLogs,
  looksClosed,
  NO_CLOSED_LOGS,
  readClosedLogs,
  sealsOf,
} from './closed-log.ts';
import type { LogOptions } from './log-options.ts';
import {
  CLEANER_CHECKPOINT,
  HIGH_WATERMARK_CHECKPOINT,
  LOG_START_CHECKPOINT,
  type OffsetsByLog,
  readOffsetCheckpoint,
  RECOVERY_POINT_CHECKPOINT,
} from './offset-checkpoint.ts';

/** What the files beside the partitions' folders say of a log. */
export type KnownOffsets = Required<
  Pick<LogOptions, 'recoveryPoint' | 'highWatermark' | 'hadCleanShutdown'>
> &
  Pick<LogOptions, 'logStartOffset' | 'cleanedTo' | 'aborted'>;

interface KnownLogsOptions {
  readonly disk: Disk;
  readonly logger: Logger;
  readonly directory: string;
  readonly hadCleanShutdown: boolean;
  /** Of the clean-shutdown marker. */
  readonly brokerEpoch: number;
}

/** The offset checkpoints and the list of closed logs, as a start finds them. Logs are named by their folders. */
export class KnownLogs {
  readonly #disk: Disk;
  readonly #hadCleanShutdown: boolean;
  readonly #recoveryPoints: OffsetsByLog;
  readonly #highWatermarks: OffsetsByLog;
  readonly #logStarts: OffsetsByLog;
  readonly #cleaned: OffsetsByLog;
  readonly #closed: ClosedLogs;

  constructor({ disk, logger, directory, hadCleanShutdown, brokerEpoch }: KnownLogsOptions) {
    const read = (name: string): OffsetsByLog => readOffsetCheckpoint(disk, `${directory}/${name}`, logger);
    this.#disk = disk;
    this.#hadCleanShutdown = hadCleanShutdown;
    this.#recoveryPoints = read(RECOVERY_POINT_CHECKPOINT);
    this.#highWatermarks = read(HIGH_WATERMARK_CHECKPOINT);
    this.#logStarts = read(LOG_START_CHECKPOINT);
    this.#cleaned = read(CLEANER_CHECKPOINT);
    this.#closed = hadCleanShutdown
      ? readClosedLogs(disk, directory, { brokerEpoch, logger })
      : NO_CLOSED_LOGS;
  }

  /** Whether the last stop closed a log of that name: then there is a folder, and not a file. */
  wasClosed(name: string): boolean {
    return this.#closed.logs.has(name);
  }

  /** Names of logs that had records, by what is said of them. */
  namesWithRecords(): ReadonlySet<string> {
    const names = new Set<string>();
    for (const offsets of [this.#recoveryPoints, this.#highWatermarks, this.#logStarts])
      for (const [name, offset] of offsets) if (offset > 0) names.add(name);
    for (const [name, { logEndOffset }] of this.#closed.logs) if (logEndOffset > 0) names.add(name);
    return names;
  }

  offsetsOf(name: string): KnownOffsets {
    const logStartOffset = this.#logStarts.get(name);
    const cleanedTo = this.#cleaned.get(name);
    const closed = this.#closed.logs.get(name);
    return {
      recoveryPoint: this.#recoveryPoints.get(name) ?? 0,
      highWatermark: this.#highWatermarks.get(name) ?? 0,
      // A log that could not be opened was not closed by the stop that closed the others.
      hadCleanShutdown: this.#hadCleanShutdown && !this.#closed.unclean.has(name),
      ...(logStartOffset === undefined ? {} : { logStartOffset }),
      ...(cleanedTo === undefined ? {} : { cleanedTo }),
      ...(closed === undefined ? {} : { aborted: sealsOf(closed) }),
    };
  }

  /** What the log was when it was closed, where its files (in `path`) still look so. */
  closedLog(name: string, path: string): ClosedLog | undefined {
    const log = this.#closed.logs.get(name);
    if (log === undefined) return undefined;
    const isAsClosed =
      log.logStartOffset === this.#logStarts.get(name) &&
      log.logEndOffset === this.#recoveryPoints.get(name) &&
      looksClosed(this.#disk, path, log);
    return isAsClosed ? log : undefined;
  }
}
