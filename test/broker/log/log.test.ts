import fs from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchesOf } from '../../../src/protocol/records/batch-view.ts';
import { anyBatch, makeBatch } from './batches.ts';
import { openLog as open, READ_ALL as ALL, readAll } from './open-log.ts';
import { temporaryDirectory } from './temporary-directory.ts';

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

  it('answers any read with whole batches, from memory as from the disk, over any segments', () => {
    fc.assert(
      fc.property(
        fc.array(anyBatch, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 300, max: 5_000 }),
        fc.integer({ min: 1, max: 4_000 }),
        fc.nat(),
        (batches, segmentBytes, maxBytes, bound) => {
          const root = temporaryDirectory();
          const log = open(root, { segmentBytes, indexIntervalBytes: 100 });
          const expected = batches.map((options) => {
            const result = log.appendAsLeader(makeBatch(options), { leaderEpoch: 0 });
            return { baseOffset: result.baseOffset, lastOffset: result.lastOffset };
          });
          const read = { maxBytes, upperBoundOffset: Number.MAX_SAFE_INTEGER, minOneBatch: true };
          expect(readAll(log, read)).toEqual(expected);
          // What one reader sees from any offset on, bounded by any high watermark.
          const upperBoundOffset = bound % (log.logEndOffset + 1);
          const fromMemory = [...Array(log.logEndOffset + 1).keys()].map((offset) =>
            firstAndNext(log.read(offset, { ...read, upperBoundOffset })),
          );
          log.closeHandles();
          const again = open(root, { indexIntervalBytes: 100 });
          expect(readAll(again, read)).toEqual(expected);
          for (const [offset, seen] of fromMemory.entries()) {
            const fromDisk = firstAndNext(again.read(offset, { ...read, upperBoundOffset }));
            expect(fromDisk.first).toEqual(seen.first);
            if (seen.first !== undefined) {
              expect(seen.first.lastOffset).toBeGreaterThanOrEqual(offset);
              expect(seen.first.baseOffset).toBeLessThan(upperBoundOffset);
            }
          }
          again.closeHandles();
        },
      ),
      { numRuns: 40 },
    );
  });

  it('answers nothing rather than part of a batch when the limit is hard', () => {
    const log = open(temporaryDirectory());
    log.appendAsLeader(makeBatch({ valueBytes: 500 }), { leaderEpoch: 0 });
    log.appendAsLeader(makeBatch({ valueBytes: 500 }), { leaderEpoch: 0 });
    const hard = { ...ALL, maxBytes: 100, minOneBatch: false };
    expect(log.read(0, hard)).toMatchObject({ sizeInBytes: 0, nextOffset: 0 });
    expect(log.read(0, { ...hard, minOneBatch: true })).toMatchObject({ nextOffset: 1 });
    expect(log.read(2, ALL)).toMatchObject({ errorCode: 0, sizeInBytes: 0 });
    expect(log.read(3, ALL)).toMatchObject({ errorCode: 1 });
    log.closeHandles();
  });

  it('rebuilds indexes that are missing or corrupt', async () => {
    const root = temporaryDirectory();
    const log = open(root, { segmentBytes: 2_000, indexIntervalBytes: 100 });
    for (let i = 0; i < 40; i++) {
      log.appendAsLeader(makeBatch({ records: 2, timestamp: 1_000 * i }), { leaderEpoch: 0 });
    }
    const before = readAll(log);
    await log.close();
    const [first = '', second = '', third = ''] = fs
      .readdirSync(`${root}/events-0`)
      .filter((name) => name.endsWith('.index'))
      .map((name) => `${root}/events-0/${name}`);
    const good = fs.readFileSync(first);
    fs.rmSync(first);
    fs.writeFileSync(second, Buffer.alloc(24, 0xff));
    fs.appendFileSync(third, 'xyz');
    fs.writeFileSync(third.replace('.index', '.timeindex'), Buffer.alloc(24));
    const again = open(root, { indexIntervalBytes: 100 }, { hadCleanShutdown: true });
    expect(readAll(again)).toEqual(before);
    expect(again.offsetForTimestamp(20_000, again.logEndOffset)).toMatchObject({
      offset: 40,
      timestamp: 20_000,
    });
    expect(fs.readFileSync(first)).toEqual(good);
    await again.close();
  });

  it('finds offsets by time, record by record, also where timestamps go back', () => {
    const log = open(temporaryDirectory(), { segmentBytes: 1_000, indexIntervalBytes: 100 });
    const timestamps = [500, 100, 900, 300, 2_000, 1_500, 1_800, 50];
    for (const timestamp of timestamps) {
      log.appendAsLeader(makeBatch({ records: 3, timestamp, valueBytes: 100 }), { leaderEpoch: 2 });
    }
    const all = timestamps.flatMap((timestamp) => [timestamp, timestamp + 1, timestamp + 2]);
    for (const target of [0, 50, 51, 501, 502, 503, 902, 903, 2_001, 2_002, 2_003]) {
      const offset = all.findIndex((timestamp) => timestamp >= target);
      const found = log.offsetForTimestamp(target, log.logEndOffset);
      expect(found).toEqual(offset < 0 ? null : { offset, timestamp: all[offset], leaderEpoch: 2 });
    }
    expect(log.offsetForTimestamp(2_000, 12)).toBeNull();
    for (const end of [15, log.logEndOffset]) {
      expect(log.offsetOfMaxTimestamp(end)).toEqual({ offset: 14, timestamp: 2_002, leaderEpoch: 2 });
    }
    // The newest of all counts, and not the newest of those before the end.
    for (const end of [0, 12, 14]) expect(log.offsetOfMaxTimestamp(end)).toBeNull();
    log.closeHandles();
  });

  it('truncates, and answers for leader epochs as KIP-101 says', () => {
    const root = temporaryDirectory();
    const log = open(root, { segmentBytes: 600 });
    for (const leaderEpoch of [1, 1, 3, 3, 4]) {
      for (let i = 0; i < 4; i++) log.appendAsLeader(makeBatch({ records: 2 }), { leaderEpoch });
    }
    expect(log.logEndOffset).toBe(40);
    expect(log.endOffsetForEpoch(-1)).toEqual({ epoch: -1, endOffset: -1 });
    expect(log.endOffsetForEpoch(0)).toEqual({ epoch: 0, endOffset: 0 });
    expect(log.endOffsetForEpoch(1)).toEqual({ epoch: 1, endOffset: 16 });
    expect(log.endOffsetForEpoch(2)).toEqual({ epoch: 1, endOffset: 16 });
    expect(log.endOffsetForEpoch(3)).toEqual({ epoch: 3, endOffset: 32 });
    expect(log.endOffsetForEpoch(4)).toEqual({ epoch: 4, endOffset: 40 });
    expect(log.endOffsetForEpoch(5)).toEqual({ epoch: -1, endOffset: -1 });
    log.setHighWatermark(40);
    log.truncateTo(20);
    expect(log).toMatchObject({ logEndOffset: 20, highWatermark: 20, latestEpoch: 3 });
    expect(readAll(log).at(-1)).toEqual({ baseOffset: 18, lastOffset: 19 });
    expect(log.appendAsLeader(makeBatch(), { leaderEpoch: 5 }).baseOffset).toBe(20);
    expect(log.endOffsetForEpoch(3)).toEqual({ epoch: 3, endOffset: 20 });
    log.truncateFullyAndStartAt(1_000);
    expect(log).toMatchObject({
      logStartOffset: 1_000,
      logEndOffset: 1_000,
      latestEpoch: -1,
      segmentCount: 1,
    });
    expect(log.appendAsLeader(makeBatch(), { leaderEpoch: 6 }).baseOffset).toBe(1_000);
    log.closeHandles();
    const again = open(root, {}, { logStartOffset: 1_000 });
    expect(again).toMatchObject({ logStartOffset: 1_000, logEndOffset: 1_001, latestEpoch: 6 });
    again.closeHandles();
  });

  it('forgets an epoch without records when it is truncated at its very end', () => {
    const log = open(temporaryDirectory());
    log.appendAsLeader(makeBatch({ records: 2 }), { leaderEpoch: 1 });
    // Led for a moment, wrote nothing; meanwhile another replica was elected that never heard of epoch 2.
    log.assignEpochStart(2);
    expect(log.latestEpoch).toBe(2);
    log.truncateTo(2);
    expect(log).toMatchObject({ logEndOffset: 2, latestEpoch: 1 });
    expect(log.endOffsetForEpoch(1)).toEqual({ epoch: 1, endOffset: 2 });
    log.closeHandles();
  });

  it("takes a leader's batches as a follower and refuses what does not fit", () => {
    const leader = open(temporaryDirectory());
    for (let i = 0; i < 5; i++) leader.appendAsLeader(makeBatch({ records: 2 }), { leaderEpoch: i });
    const bytes = Buffer.concat(leader.read(0, ALL).chunks);
    const follower = open(temporaryDirectory());
    // The last batch is cut off, as at the end of a Fetch response.
    const cut = follower.appendAsFollower(Buffer.from(bytes.subarray(0, bytes.length - 3)));
    expect(cut).toMatchObject({ errorCode: 0, baseOffset: 0, lastOffset: 7 });
    expect(follower.appendAsFollower(Buffer.from(bytes))).toMatchObject({ errorCode: 1 });
    const rest = Buffer.concat(leader.read(8, ALL).chunks);
    const broken = Buffer.from(rest);
    broken[rest.length - 1] = (broken[rest.length - 1] ?? 0) ^ 1;
    expect(follower.appendAsFollower(broken)).toMatchObject({ errorCode: 2 });
    expect(follower.logEndOffset).toBe(8);
    expect(follower.appendAsFollower(rest)).toMatchObject({ errorCode: 0, baseOffset: 8, lastOffset: 9 });
    expect(Buffer.concat(follower.read(0, ALL).chunks)).toEqual(bytes);
    expect(follower.endOffsetForEpoch(2)).toEqual(leader.endOffsetForEpoch(2));
    leader.closeHandles();
    follower.closeHandles();
  });

  it('begins an empty follower around a log start that lies within a batch of the leader', async () => {
    const leader = open(temporaryDirectory());
    for (const records of [10, 2]) leader.appendAsLeader(makeBatch({ records }), { leaderEpoch: 3 });
    leader.setHighWatermark(12);
    expect(leader.deleteRecordsBefore(5)).toBe(0);
    const bytes = Buffer.concat(leader.read(5, ALL).chunks);
    const root = temporaryDirectory();
    const follower = open(root);
    follower.truncateFullyAndStartAt(5);
    expect(follower.appendAsFollower(Buffer.from(bytes))).toMatchObject({
      errorCode: 0,
      baseOffset: 0,
      lastOffset: 11,
    });
    const expected = { logStartOffset: 5, highWatermark: 5, logEndOffset: 12, latestEpoch: 3 };
    expect(follower).toMatchObject(expected);
    expect(Buffer.concat(follower.read(5, ALL).chunks)).toEqual(bytes);
    expect(follower.read(4, ALL).errorCode).toBe(1);
    follower.closeHandles();
    const again = open(root, {}, { logStartOffset: 5, hadCleanShutdown: false });
    expect(again).toMatchObject(expected);
    expect(Buffer.concat(again.read(5, ALL).chunks)).toEqual(bytes);
    again.closeHandles();
    leader.closeHandles();
  });

  it('knows that a power loss has taken committed records, until they are copied back', () => {
    const leader = open(temporaryDirectory());
    for (const records of [10, 2]) leader.appendAsLeader(makeBatch({ records }), { leaderEpoch: 3 });
    leader.setHighWatermark(12);
    const bytes = Buffer.concat(leader.read(0, ALL).chunks);
    const [first] = batchesOf(bytes);
    const end = first?.end ?? 0;
    const root = temporaryDirectory();
    const before = open(root);
    before.appendAsFollower(Buffer.from(bytes.subarray(0, end)));
    expect(before.hasLostItsEnd).toBe(false);
    before.closeHandles();
    const after = open(root, {}, { highWatermark: 12, hadCleanShutdown: false });
    expect(after).toMatchObject({ logEndOffset: 10, hasLostItsEnd: true });
    after.appendAsFollower(Buffer.from(bytes.subarray(end)));
    expect(after).toMatchObject({ logEndOffset: 12, hasLostItsEnd: false });
    after.closeHandles();
    leader.closeHandles();
  });

  it('refuses a batch around its end where it has records, and one below it', () => {
    const leader = open(temporaryDirectory());
    leader.appendAsLeader(makeBatch({ records: 10 }), { leaderEpoch: 3 });
    const bytes = Buffer.concat(leader.read(0, ALL).chunks);
    const filled = open(temporaryDirectory());
    filled.appendAsLeader(makeBatch({ records: 5 }), { leaderEpoch: 3 });
    expect(filled.appendAsFollower(Buffer.from(bytes))).toMatchObject({ errorCode: 1 });
    const beyond = open(temporaryDirectory());
    beyond.truncateFullyAndStartAt(10);
    expect(beyond.appendAsFollower(Buffer.from(bytes))).toMatchObject({ errorCode: 1 });
    expect(beyond).toMatchObject({ logStartOffset: 10, logEndOffset: 10 });
    for (const log of [leader, filled, beyond]) log.closeHandles();
  });
});

function firstAndNext(result: { readonly chunks: readonly Buffer[] }): {
  readonly first: { readonly baseOffset: number; readonly lastOffset: number } | undefined;
} {
  const [batch] = batchesOf(Buffer.concat(result.chunks));
  return { first: batch && { baseOffset: batch.baseOffset, lastOffset: batch.lastOffset } };
}
