import type { Disk } from '../../src/base/environment.ts';
import { OperationalError } from '../../src/base/errors.ts';
import type { KnownOffsets } from './known-logs.ts';
import {
  CLEANER_CHECKPOINT,
  HIGH_WATERMARK_CHECKPOINT,
  LOG_START_CHECKPOINT,
  type LogOffset,
  RECOVERY_POINT_CHECKPOINT,
} from './offset-checkpoint.ts';
import type { TopicPartition } from '../../src/protocol/topic-partition.ts';
import { partitionDirectoryName } from './partition-directory.ts';
import { parseSegmentFileName } from './segment-files.ts';

/** A partition's folder that could not be opened as a log. It stays as it is until somebody decides what becomes of it. */
export interface OfflineLog extends TopicPartition {
  readonly directory: string;
  /** Why it could not be opened, with the file and what may be done. */
  readonly error: OperationalError;
  /** Bytes in its segments, -1 where the folder cannot be listed. */
  readonly sizeInBytes: number;
  /** What is known for another attempt, in this process or after it. */
  readonly known: KnownOffsets;
  /** There is no folder, or an empty one, of a log that had records. */
  readonly isMissing: boolean;
}

/** Trying again helps when a disk is full or did not answer; it does not when it answered, and not with what was written. */
const CODES_OF_DAMAGE: ReadonlySet<string> = new Set(['CORRUPT_LOG', 'FOREIGN_DATA', 'UNKNOWN_OWNER']);

export function isDamage(error: unknown): boolean {
  return error instanceof OperationalError && CODES_OF_DAMAGE.has(error.code);
}

/**
 * The partitions of a data folder that could not be opened. What the checkpoints say of them is kept: without their recovery
 * points a later start would take the damage for the torn end of a crash, and cut it off.
 */
export class OfflineLogs {
  readonly #logs = new Map<string, OfflineLog>();

  get size(): number {
    return this.#logs.size;
  }

  add(log: OfflineLog): void {
    this.#logs.set(partitionDirectoryName(log), log);
  }

  get(id: TopicPartition): OfflineLog | undefined {
    return this.#logs.get(partitionDirectoryName(id));
  }

  delete(id: TopicPartition): boolean {
    return this.#logs.delete(partitionDirectoryName(id));
  }

  values(): IterableIterator<OfflineLog> {
    return this.#logs.values();
  }

  /** What a checkpoint file goes on to say of them. */
  *checkpointEntries(file: string): IterableIterator<LogOffset> {
    for (const { topic, partition, known } of this.#logs.values()) {
      const offset = checkpointOffset(file, known);
      if (offset !== undefined) yield { topic, partition, offset };
    }
  }

  /** The names of those whose end is as a crash left it. */
  uncleanNames(): string[] {
    return [...this.#logs].filter(([, { known }]) => !known.hadCleanShutdown).map(([name]) => name);
  }
}

function checkpointOffset(file: string, known: KnownOffsets): number | undefined {
  switch (file) {
    case RECOVERY_POINT_CHECKPOINT:
      return known.recoveryPoint;
    case HIGH_WATERMARK_CHECKPOINT:
      return known.highWatermark;
    case LOG_START_CHECKPOINT:
      return known.logStartOffset;
    case CLEANER_CHECKPOINT:
      return known.cleanedTo;
    default:
      return undefined;
  }
}

/** Bytes in the segments of a folder that is no open log; -1 where the disk does not say. */
export function segmentBytes(disk: Disk, directory: string): number {
  try {
    return disk
      .list(directory)
      .filter((name) => parseSegmentFileName(name)?.kind === 'log')
      .reduce((bytes, name) => bytes + (disk.fileStat(`${directory}/${name}`)?.sizeInBytes ?? 0), 0);
  } catch (error) {
    if (!(error instanceof OperationalError)) throw error;
    return -1;
  }
}
