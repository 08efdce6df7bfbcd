import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Log } from '../../../broker/log/log.ts';
import { batchesOf } from '../../../src/protocol/records/batch-view.ts';
import { makeBatch } from './batches.ts';
import { openLog, readAll } from './open-log.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** Each of two records. */
const BATCHES = 10;
const VICTIM = 5;
const BASE_OFFSET_AT = 0;
const LEADER_EPOCH_AT = 12;
const EPOCH = 3;

interface Stopped {
  readonly root: string;
  readonly file: string;
  readonly bytes: Buffer;
  /** Where each batch begins in its file. */
  readonly positions: readonly number[];
}

/** A log of which the power has gone, all in one segment, with the checkpoint of epochs that it had by then. */
function stopped(checkpoint?: string): Stopped {
  const root = temporaryDirectory();
  const log = openLog(root);
  for (let i = 0; i < BATCHES; i++) log.appendAsLeader(makeBatch({ records: 2 }), { leaderEpoch: EPOCH });
  log.closeHandles();
  if (checkpoint !== undefined) fs.writeFileSync(`${root}/events-0/leader-epoch-checkpoint`, checkpoint);
  const file = `${root}/events-0/00000000000000000000.log`;
  const bytes = fs.readFileSync(file);
  return { root, file, bytes, positions: [...batchesOf(bytes)].map(({ start }) => start) };
}

/** The beginning of a log up to a batch, as it was. */
function isBeginning(log: Log, { file, bytes, positions }: Stopped, batches: number): void {
  const size = positions[batches] ?? bytes.length;
  expect(fs.readFileSync(file)).toEqual(bytes.subarray(0, size));
  expect(log).toMatchObject({ logEndOffset: 2 * batches, latestEpoch: batches === 0 ? -1 : EPOCH });
  expect(readAll(log)).toHaveLength(batches);
}

/** Where a checksum does not reach: each bit of an offset and of an epoch. */
const BITS = [
  ...Array.from({ length: 64 }, (_, bit) => [BASE_OFFSET_AT + (bit >> 3), bit & 7] as const),
  ...Array.from({ length: 32 }, (_, bit) => [LEADER_EPOCH_AT + (bit >> 3), bit & 7] as const),
];

describe('a batch whose offset or epoch is damaged', () => {
  it('is cut out of a log after a power loss, whichever bit it is', () => {
    const before = stopped();
    const at = before.positions[VICTIM] ?? 0;
    for (const [byte, bit] of BITS) {
      const damaged = Buffer.from(before.bytes);
      damaged.writeUInt8(damaged.readUInt8(at + byte) ^ (1 << bit), at + byte);
      fs.writeFileSync(before.file, damaged);
      const log = openLog(before.root);
      isBeginning(log, before, VICTIM);
      expect(log.appendAsLeader(makeBatch({ records: 2 }), { leaderEpoch: EPOCH }).baseOffset).toBe(
        2 * VICTIM,
      );
      log.closeHandles();
    }
  });

  it('is cut out where it reaches into the segment that follows', () => {
    const root = temporaryDirectory();
    const log = openLog(root, { segmentBytes: 600 });
    for (let i = 0; i < 4 * BATCHES; i++)
      log.appendAsLeader(makeBatch({ records: 2 }), { leaderEpoch: EPOCH });
    expect(log.segmentCount).toBeGreaterThan(2);
    log.closeHandles();
    const file = `${root}/events-0/00000000000000000000.log`;
    const bytes = fs.readFileSync(file);
    const last = [...batchesOf(bytes)].at(-1);
    bytes.writeUInt8(bytes.readUInt8((last?.start ?? 0) + 5) ^ 1, (last?.start ?? 0) + 5);
    fs.writeFileSync(file, bytes);
    const again = openLog(root, { segmentBytes: 600 });
    expect(again.logEndOffset).toBe((last?.baseOffset ?? 0) & 0xffff);
    expect(again.segmentCount).toBe(1);
    again.closeHandles();
  });

  it('stays where the checkpoint knows its epoch: what comes after it had been truncated once', () => {
    const before = stopped('0\n2\n3 0\n7 10\n');
    const damaged = Buffer.from(before.bytes);
    damaged.writeInt32BE(7, (before.positions[VICTIM] ?? 0) + LEADER_EPOCH_AT);
    fs.writeFileSync(before.file, damaged);
    const log = openLog(before.root);
    expect(log).toMatchObject({ logEndOffset: 2 * VICTIM + 2, latestEpoch: 7 });
    log.closeHandles();
  });

  it('is refused in a log that had been written completely', () => {
    const before = stopped();
    const damaged = Buffer.from(before.bytes);
    damaged.writeUInt8(1, (before.positions[VICTIM] ?? 0) + 5);
    fs.writeFileSync(before.file, damaged);
    const bytes = before.positions[VICTIM];
    expect(() => openLog(before.root, {}, { recoveryPoint: 2 * BATCHES })).toThrow(
      `is damaged at byte ${bytes}`,
    );
    expect(fs.readFileSync(before.file)).toEqual(damaged);
  });
});

describe('a truncation', () => {
  it('ends a log where its last batch ends, when the one after it was said to be elsewhere', () => {
    const before = stopped();
    const cut = before.bytes.subarray(0, before.positions[VICTIM + 1]);
    const damaged = Buffer.from(cut);
    damaged.writeUInt8(1, (before.positions[VICTIM] ?? 0) + 4);
    fs.writeFileSync(before.file, damaged);
    const log = openLog(before.root);
    expect(log.logEndOffset).toBeGreaterThan(1_000_000);
    log.setHighWatermark(2 * VICTIM + 1);
    // To the end of a leader that has all of it.
    log.truncateTo(2 * BATCHES);
    isBeginning(log, before, VICTIM);
    expect(log.highWatermark).toBe(2 * VICTIM);
    log.closeHandles();
    const again = openLog(before.root);
    isBeginning(again, before, VICTIM);
    again.closeHandles();
  });

  it('takes the batch out that it is within, and what was before it stays', () => {
    const before = stopped();
    const log = openLog(before.root);
    log.truncateTo(2 * VICTIM + 1);
    isBeginning(log, before, VICTIM);
    log.closeHandles();
  });

  it('does not go below the log start', () => {
    const { root } = stopped();
    const log = openLog(root);
    log.setHighWatermark(2 * BATCHES);
    log.deleteRecordsBefore(2 * VICTIM + 1);
    log.truncateTo(2 * VICTIM + 1);
    expect(log).toMatchObject({ logStartOffset: 2 * VICTIM + 1, logEndOffset: 2 * VICTIM + 1 });
    log.closeHandles();
  });
});
