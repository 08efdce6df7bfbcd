import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { DiskFile, Environment } from '../../../src/base/environment.ts';
import { OperationalError } from '../../../src/base/errors.ts';
import { OpenSegments } from '../../../broker/log/open-segments.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import type { Logger } from '../../../src/base/logger.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { makeBatch } from './batches.ts';
import { openLog, READ_ALL, readAll } from './open-log.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const EPOCH = { leaderEpoch: 0 };
const CONFIG = { segmentBytes: 600, retentionBytes: 600, fileDeleteDelayMs: 60_000 };

/** The real disk, with faults that a test switches on. */
class FaultyDisk {
  /** Opening fails with this. */
  openError: OperationalError | undefined;
  /** Syncs of files whose path contains this wait for {@link release}, then fail. */
  brokenSync: string | undefined;
  release: () => void = () => {};
  readonly #released = new Promise<void>((resolve) => {
    this.release = resolve;
  });

  get environment(): Environment {
    const { disk } = nodeEnvironment;
    const open: Environment['disk']['open'] = (path, mode) => {
      if (this.openError !== undefined) throw this.openError;
      return this.#faulty(disk.open(path, mode));
    };
    return { ...nodeEnvironment, disk: { ...disk, open } };
  }

  #faulty(file: DiskFile): DiskFile {
    return {
      path: file.path,
      size: () => file.size(),
      read: (target, offset, length, position) => file.read(target, offset, length, position),
      write: (chunks, position) => file.write(chunks, position),
      truncate: (size) => file.truncate(size),
      close: () => file.close(),
      sync: async () => {
        if (this.brokenSync === undefined || !file.path.includes(this.brokenSync)) return file.sync();
        await this.#released;
        throw new OperationalError('DISK_ERROR', `cannot sync ${file.path}`, { retriable: false });
      },
    };
  }
}

/** A logger that keeps its errors. */
function errorsOf(): { readonly logger: Logger; readonly errors: string[] } {
  const errors: string[] = [];
  const logger: Logger = {
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: (message, fields) => void errors.push(`${message}: ${String(fields?.['reason'])}`),
    child: () => logger,
  };
  return { logger, errors };
}

describe('what stops a partition', () => {
  it('is no failed sync of a segment that was deleted meanwhile', async () => {
    const disk = new FaultyDisk();
    const log = openLog(temporaryDirectory(), CONFIG, { environment: disk.environment });
    for (let i = 0; i < 12; i++) log.appendAsLeader(makeBatch({ valueBytes: 100 }), EPOCH);
    log.setHighWatermark(12);
    await log.flush();
    log.appendAsLeader(makeBatch({ valueBytes: 100 }), EPOCH);
    // The flush is syncing the last segment when the topic's records are deleted, with all segments.
    disk.brokenSync = `${String(log.activeSegmentBaseOffset).padStart(20, '0')}.log`;
    const flushed = log.flush();
    log.setHighWatermark(13);
    for (let i = 0; i < 6; i++) log.appendAsLeader(makeBatch({ valueBytes: 100 }), EPOCH);
    log.setHighWatermark(19);
    expect(log.deleteRecordsBefore(19)).toBe(ErrorCode.NONE);
    expect(log.removeOldSegments()).toBeGreaterThan(0);
    disk.release();
    await flushed;
    expect(log.failure).toBeUndefined();
    expect(log.appendAsLeader(makeBatch(), EPOCH).errorCode).toBe(ErrorCode.NONE);
    log.closeHandles();
  });

  it('is no want of descriptors: the next flush finds them', async () => {
    const disk = new FaultyDisk();
    const log = openLog(temporaryDirectory(), CONFIG, { environment: disk.environment });
    for (let i = 0; i < 12; i++) log.appendAsLeader(makeBatch({ valueBytes: 100 }), EPOCH);
    disk.openError = new OperationalError('DISK_ERROR', 'too many open files', { retriable: false });
    await expect(log.flush()).rejects.toThrow('too many open files');
    disk.openError = undefined;
    expect(log.appendAsLeader(makeBatch(), EPOCH).errorCode).toBe(ErrorCode.NONE);
    await log.flush();
    expect(log).toMatchObject({ recoveryPoint: 13, failure: undefined });
    await log.close();
  });

  it('is a failed sync, once and for all; what was written is still read', async () => {
    const { logger, errors } = errorsOf();
    const disk = new FaultyDisk();
    const log = openLog(temporaryDirectory(), CONFIG, { environment: disk.environment, logger });
    log.appendAsLeader(makeBatch(), EPOCH);
    disk.brokenSync = '.log';
    disk.release();
    await expect(log.flush()).rejects.toThrow('cannot sync');
    disk.brokenSync = undefined;
    await expect(log.flush()).rejects.toThrow('cannot sync');
    for (let i = 0; i < 3; i++) {
      expect(log.appendAsLeader(makeBatch(), EPOCH).errorCode).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
    }
    expect(readAll(log)).toHaveLength(1);
    expect(errors).toEqual([
      expect.stringMatching(/its disk cannot be trusted any more: cannot sync .*\.log/),
    ]);
    log.closeHandles();
  });

  it('is a file that somebody else removed, by name', async () => {
    const { logger, errors } = errorsOf();
    const root = temporaryDirectory();
    // Sealed segments are closed when others need the descriptor, and opened again to be synced.
    const log = openLog(root, CONFIG, { logger, openSegments: new OpenSegments(1) });
    for (let i = 0; i < 5; i++) log.appendAsLeader(makeBatch({ valueBytes: 100 }), EPOCH);
    await log.flush();
    for (let i = 0; i < 12; i++) log.appendAsLeader(makeBatch({ valueBytes: 100 }), EPOCH);
    const [, , sealed] = fs.readdirSync(`${root}/events-0`).filter((name) => name.endsWith('.log'));
    fs.rmSync(`${root}/events-0/${sealed}`);
    await expect(log.flush()).rejects.toThrow('has vanished');
    expect(errors).toEqual([expect.stringContaining(`${sealed} has vanished`)]);
    log.closeHandles();
  });

  it('is an invariant that does not hold: nothing is appended or read any more, and it is said', () => {
    const { logger, errors } = errorsOf();
    const log = openLog(temporaryDirectory(), CONFIG, { logger });
    log.appendAsLeader(makeBatch(), { leaderEpoch: 5 });
    const result = log.appendAsLeader(makeBatch(), { leaderEpoch: 4 });
    expect(result).toMatchObject({ errorCode: ErrorCode.KAFKA_STORAGE_ERROR });
    expect(log.appendAsLeader(makeBatch(), { leaderEpoch: 5 }).errorCode).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
    expect(log.read(0, READ_ALL).errorCode).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
    expect(errors).toEqual([
      'a partition is stopped: an invariant of its log does not hold, please report this: leader epochs never go down',
    ]);
    log.closeHandles();
  });
});
