import { expect } from 'vitest';
import { Log, type LogOptions } from '../../../broker/log/log.ts';
import { DEFAULT_LOG_CONFIG, type LogConfig } from '../../../broker/log/log-config.ts';
import type { ReadOptions } from '../../../broker/log/read-result.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { batchesOf } from '../../../src/protocol/records/batch-view.ts';

/** Opens the log `events-0` under a folder. */
export function openLog(
  root: string,
  config: Partial<LogConfig> = {},
  options: Partial<LogOptions> = {},
): Log {
  return Log.open({
    environment: nodeEnvironment,
    directory: `${root}/events-0`,
    config: { ...DEFAULT_LOG_CONFIG, ...config },
    ...options,
  });
}

export const READ_ALL: ReadOptions = {
  maxBytes: 1_000_000,
  upperBoundOffset: Number.MAX_SAFE_INTEGER,
  minOneBatch: true,
};

export interface Extent {
  readonly baseOffset: number;
  readonly lastOffset: number;
}

/** All batches of a log, read as a follower would, each checked. */
export function readAll(log: Log, options: ReadOptions = READ_ALL): Extent[] {
  const found: Extent[] = [];
  let offset = log.logStartOffset;
  while (offset < log.logEndOffset) {
    const result = log.read(offset, options);
    expect(result.errorCode).toBe(ErrorCode.NONE);
    expect(result.nextOffset).toBeGreaterThan(offset);
    for (const batch of batchesOf(Buffer.concat(result.chunks))) {
      expect(batch.isValid()).toBe(true);
      if (batch.lastOffset >= offset) {
        found.push({ baseOffset: batch.baseOffset, lastOffset: batch.lastOffset });
      }
    }
    offset = result.nextOffset;
  }
  return found;
}
