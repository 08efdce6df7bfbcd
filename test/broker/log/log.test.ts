import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Log, type LogOptions } from '../../../broker/log/log.ts';
import { DEFAULT_LOG_CONFIG, type LogConfig } from '../../../broker/log/log-config.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { batchesOf } from '../../../src/protocol/records/batch-view.ts';
import { makeBatch } from './batches.ts';
import { temporaryDirectory } from './temporary-directory.ts';

function open(root: string, config: Partial<LogConfig> = {}, options: Partial<LogOptions> = {}): Log {
  return Log.open({
    environment: nodeEnvironment,
    directory: `${root}/events-0`,
    config: { ...DEFAULT_LOG_CONFIG, ...config },
    ...options,
  });
}

const ALL = { maxBytes: 1_000_000, upperBoundOffset: Number.MAX_SAFE_INTEGER, minOneBatch: true };

/** All batches of a log, read as a follower would. */
function readAll(log: Log): { readonly baseOffset: number; readonly lastOffset: number }[] {
  const found = [];
  let offset = log.logStartOffset;
  while (offset < log.logEndOffset) {
    const result = log.read(offset, ALL);
    expect(result.errorCode).toBe(ErrorCode.NONE);
    expect(result.nextOffset).toBeGreaterThan(offset);
    for (const batch of batchesOf(Buffer.concat(result.chunks))) {
      expect(batch.isValid()).toBe(true);
      if (batch.lastOffset >= offset)
        found.push({ baseOffset: batch.baseOffset, lastOffset: batch.lastOffset });
    }
    offset = result.nextOffset;
  }
  return found;
}

describe('Log', () => {
  it('assigns offsets and epoch in place and reads the same bytes back', async () => {
    const log = open(temporaryDirectory());
    const first = log.appendAsLeader(makeBatch({ records: 3 }), { leaderEpoch: 5 });
    expect(first).toMatchObject({ errorCode: 0, baseOffset: 0, lastOffset: 2, duplicate: false });
    const second = log.appendAsLeader(makeBatch({ records: 2 }), { leaderEpoch: 5 });
    expect(second).toMatchObject({ baseOffset: 3, lastOffset: 4 });
    expect(log.logEndOffset).toBe(5);
    expect(log.latestEpoch).toBe(5);
    const result = log.read(4, ALL);
    const [batch] = batchesOf(Buffer.concat(result.chunks));
    expect(batch).toMatchObject({ baseOffset: 3, lastOffset: 4, partitionLeaderEpoch: 5 });
    expect(result.nextOffset).toBe(5);
    await log.close();
  });

  it('survives a clean close and an unclean stop', async () => {
    for (const clean of [true, false]) {
      const root = temporaryDirectory();
      const log = open(root, { segmentBytes: 600 });
      for (let i = 0; i < 20; i++) log.appendAsLeader(makeBatch({ records: 2 }), { leaderEpoch: 1 });
      const before = readAll(log);
      expect(log.segmentCount).toBeGreaterThan(3);
      if (clean) await log.close();
      else log.closeHandles();
      const again = open(root, {}, { hadCleanShutdown: clean });
      expect(readAll(again)).toEqual(before);
      expect(again.logEndOffset).toBe(40);
      expect(again.latestEpoch).toBe(1);
      again.closeHandles();
    }
  });

  it('cuts a torn tail at every byte of the last batch', () => {
    const root = temporaryDirectory();
    const log = open(root);
    log.appendAsLeader(makeBatch({ records: 2 }), { leaderEpoch: 0 });
    const keep = log.sizeInBytes;
    log.appendAsLeader(makeBatch({ records: 3 }), { leaderEpoch: 0 });
    const whole = log.sizeInBytes;
    log.closeHandles();
    const file = `${root}/events-0/00000000000000000000.log`;
    const bytes = fs.readFileSync(file);
    for (let size = keep; size < whole; size++) {
      fs.writeFileSync(file, bytes.subarray(0, size));
      const again = open(root);
      expect(again.logEndOffset).toBe(2);
      expect(fs.statSync(file).size).toBe(keep);
      expect(again.appendAsLeader(makeBatch(), { leaderEpoch: 0 }).baseOffset).toBe(2);
      again.closeHandles();
    }
  });
});
