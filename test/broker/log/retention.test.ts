import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Log } from '../../../broker/log/log.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';
import { makeBatch } from './batches.ts';
import { notingDisk } from './noting-disk.ts';
import { openLog, readAll } from './open-log.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const HOUR_MS = 3_600_000;

/** Ten batches of two records, two batches to a segment, one hour apart; the last is of now. */
function fill(log: Log): void {
  const nowMs = Date.now();
  for (let i = 0; i < 10; i++) {
    const timestamp = nowMs - (9 - i) * HOUR_MS;
    log.appendAsLeader(makeBatch({ records: 2, valueBytes: 200, timestamp }), { leaderEpoch: 0 });
  }
}

/** Both halves of a round of retention. */
function deleteOldSegments(log: Log): number {
  log.applyRetention();
  return log.removeOldSegments();
}

const TWO_BATCHES = { segmentBytes: 1_100 };

describe('retention', () => {
  it('deletes by time, whole segments, and no record beyond the high watermark', () => {
    const log = openLog(temporaryDirectory(), { ...TWO_BATCHES, retentionMs: 3.5 * HOUR_MS });
    fill(log);
    expect(log.segmentCount).toBe(5);
    expect(deleteOldSegments(log)).toBe(0);
    log.setHighWatermark(5);
    expect(deleteOldSegments(log)).toBe(1);
    log.setHighWatermark(20);
    expect(deleteOldSegments(log)).toBe(2);
    expect(log).toMatchObject({ logStartOffset: 12, segmentCount: 2 });
    expect(log.read(11, { maxBytes: 1, upperBoundOffset: 20, minOneBatch: true }).errorCode).toBe(1);
    expect(readAll(log).length).toBe(4);
    log.closeHandles();
  });

  it('rolls the active segment when all of it is old, and goes on at the same offset', async () => {
    const root = temporaryDirectory();
    const log = openLog(root, { ...TWO_BATCHES, retentionMs: 0, fileDeleteDelayMs: 60_000 });
    log.appendAsLeader(makeBatch({ records: 3, timestamp: 1_000 }), { leaderEpoch: 0 });
    log.setHighWatermark(3);
    expect(deleteOldSegments(log)).toBe(1);
    expect(log).toMatchObject({ logStartOffset: 3, logEndOffset: 3, segmentCount: 1, sizeInBytes: 0 });
    expect(fs.readdirSync(`${root}/events-0`).some((name) => name.endsWith('.log.deleted'))).toBe(true);
    expect(log.appendAsLeader(makeBatch(), { leaderEpoch: 0 }).baseOffset).toBe(3);
    await log.close();
    expect(fs.readdirSync(`${root}/events-0`).some((name) => name.endsWith('.deleted'))).toBe(false);
  });

  it('has files removed off the event loop when their time has come', async () => {
    const { environment, notes } = notingDisk();
    const config = { ...TWO_BATCHES, retentionMs: 3.5 * HOUR_MS, fileDeleteDelayMs: 1 };
    const root = temporaryDirectory();
    const log = openLog(root, config, { environment });
    fill(log);
    log.setHighWatermark(20);
    expect(deleteOldSegments(log)).toBe(3);
    const left = (): string[] =>
      fs.readdirSync(`${root}/events-0`).filter((name) => name.endsWith('.deleted'));
    expect(left()).not.toEqual([]);
    await expect.poll(left, { timeout: PATIENCE_MS }).toEqual([]);
    const removals = notes.filter(({ path }) => path.endsWith('.log.deleted')).map(({ call }) => call);
    expect(removals).toEqual(Array.from({ length: 3 }, () => 'removeInBackground'));
    await log.close();
  });

  it('deletes by size, never below retention.bytes', () => {
    const log = openLog(temporaryDirectory(), { ...TWO_BATCHES, retentionMs: -1, retentionBytes: 2_500 });
    fill(log);
    log.setHighWatermark(20);
    const before = log.sizeInBytes;
    expect(deleteOldSegments(log)).toBeGreaterThan(0);
    expect(log.sizeInBytes).toBeGreaterThanOrEqual(2_500);
    expect(log.sizeInBytes).toBeLessThan(before);
    log.closeHandles();
  });

  it('deletes what DeleteRecords has given up, also of a compacted topic, and nothing else there', () => {
    const log = openLog(temporaryDirectory(), {
      ...TWO_BATCHES,
      delete: false,
      compact: true,
      retentionMs: 0,
    });
    fill(log);
    log.setHighWatermark(20);
    expect(deleteOldSegments(log)).toBe(0);
    expect(log.deleteRecordsBefore(21)).toBe(1);
    expect(log.deleteRecordsBefore(9)).toBe(0);
    expect(log.logStartOffset).toBe(9);
    expect(deleteOldSegments(log)).toBe(2);
    expect(readAll(log)[0]).toEqual({ baseOffset: 8, lastOffset: 9 });
    log.closeHandles();
  });

  it('rolls by time between records', () => {
    const log = openLog(temporaryDirectory(), { segmentMs: HOUR_MS });
    for (const timestamp of [0, HOUR_MS, HOUR_MS + 1, 2 * HOUR_MS]) {
      log.appendAsLeader(makeBatch({ timestamp }), { leaderEpoch: 0 });
    }
    expect(log.segmentCount).toBe(2);
    expect(log.activeSegmentBaseOffset).toBe(2);
    log.closeHandles();
  });
});
