import type { Disk } from '../../src/base/environment.ts';
import type { Logger } from '../../src/base/logger.ts';
import { showValue } from '../../src/base/show-value.ts';
import { foreign, isForeign, readCheckpoint } from './checkpoint-file.ts';

/** The offset checkpoints of a data folder: one line `topic partition offset` per log. */
export const RECOVERY_POINT_CHECKPOINT = 'recovery-point-offset-checkpoint';
export const HIGH_WATERMARK_CHECKPOINT = 'replication-offset-checkpoint';
export const LOG_START_CHECKPOINT = 'log-start-offset-checkpoint';
/** Up to where the log cleaner has compacted a log; it has no line of a log that was never compacted. */
export const CLEANER_CHECKPOINT = 'cleaner-offset-checkpoint';

/** Offsets by `topic-partition`, the name of the log's folder. */
export type OffsetsByLog = ReadonlyMap<string, number>;

/**
 * The offsets of a checkpoint. One that cannot be read says nothing, with a warning: recovery points are then those of a log
 * that was never flushed, and high watermarks and log starts follow from the logs.
 */
export function readOffsetCheckpoint(disk: Disk, path: string, logger: Logger): OffsetsByLog {
  try {
    return new Map(readCheckpoint(disk, path).map(parseLine(path)));
  } catch (error) {
    if (!isForeign(error)) throw error;
    logger.warn('a checkpoint cannot be read, and what it said is derived again', { reason: error.message });
    return new Map();
  }
}

function parseLine(path: string): (line: string) => readonly [string, number] {
  return (line) => {
    const [topic, partition, offset, ...rest] = line.split(' ');
    const value = /^\d+$/.test(offset ?? '') ? Number(offset) : Number.NaN;
    if (rest.length > 0 || !Number.isSafeInteger(value)) {
      throw foreign(path, `the line ${showValue(line)} is not "topic partition offset"`);
    }
    return [`${topic}-${partition}`, value];
  };
}

export interface LogOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export function checkpointLine({ topic, partition, offset }: LogOffset): string {
  return `${topic} ${partition} ${offset}`;
}

export function checkpointLines(offsets: Iterable<LogOffset>): readonly string[] {
  const lines: string[] = [];
  for (const each of offsets) lines.push(checkpointLine(each));
  return lines;
}
