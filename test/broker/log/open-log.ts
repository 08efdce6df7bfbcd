import { expect } from 'vitest';
import type { Log } from '../../../broker/log/log.ts';
import type { ReadOptions } from '../../../broker/log/read-result.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { batchesOf } from '../../../src/protocol/records/batch-view.ts';

export { openLog } from './open-log-plain.ts';

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
