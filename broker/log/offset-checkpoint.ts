import type { Disk } from '../../src/base/environment.ts';
import { foreign, readCheckpoint } from './checkpoint-file.ts';

/** The offset checkpoints of a data folder: one line `topic partition offset` per log. */
export const RECOVERY_POINT_CHECKPOINT = 'recovery-point-offset-checkpoint';
export const HIGH_WATERMARK_CHECKPOINT = 'replication-offset-checkpoint';
export const LOG_START_CHECKPOINT = 'log-start-offset-checkpoint';

/** Offsets by `topic-partition`, the name of the log's folder. */
export type OffsetsByLog = ReadonlyMap<string, number>;

export function readOffsetCheckpoint(disk: Disk, path: string): OffsetsByLog {
  const offsets = new Map<string, number>();
  for (const line of readCheckpoint(disk, path)) {
    const [topic, partition, offset, ...rest] = line.split(' ');
    const value = Number(offset);
    if (partition === undefined || rest.length > 0 || !Number.isSafeInteger(value) || value < 0) {
      throw foreign(path, `the line "${line}" is not "topic partition offset"`);
    }
    offsets.set(`${topic}-${partition}`, value);
  }
  return offsets;
}

export interface LogOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export function checkpointLines(offsets: Iterable<LogOffset>): readonly string[] {
  const lines: string[] = [];
  for (const { topic, partition, offset } of offsets) lines.push(`${topic} ${partition} ${offset}`);
  return lines;
}
