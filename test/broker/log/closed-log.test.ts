import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LOG_CONFIG } from '../../../broker/log/log-config.ts';
import type { Log } from '../../../broker/log/log.ts';
import { LogManager } from '../../../broker/log/log-manager.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { makeBatch } from './batches.ts';
import { notingDisk } from './noting-disk.ts';
import { readAll } from './open-log.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const TOPIC_ID = 'MTIzNDU2Nzg5MDEyMzQ1Ng';
const EPOCH = { leaderEpoch: 0 };
const ID = { topic: 'orders', partition: 0 };
const CONFIG = { ...DEFAULT_LOG_CONFIG, segmentBytes: 600, fileDeleteDelayMs: 0 };

/** A data folder with the calls of the disk on the files of its only partition. */
function openFolder(directory: string): {
  readonly manager: LogManager;
  readonly log: Log;
  readonly calls: () => string[];
} {
  const { environment, notes } = notingDisk();
  const manager = LogManager.open({ environment, directory, nodeId: 1, configOf: () => CONFIG });
  const log = manager.getOrCreate({ ...ID, topicId: TOPIC_ID, config: CONFIG });
  const calls = (): string[] => {
    const made = notes.filter(({ path }) => path.includes('/orders-0'));
    notes.length = 0;
    return made.map(({ call, path }) => `${call} ${path.slice(path.indexOf('orders-0') + 9)}`.trim());
  };
  return { manager, log, calls };
}

async function closedFolder(fill: (log: Log) => void): Promise<string> {
  const directory = temporaryDirectory();
  const { manager, log } = openFolder(directory);
  fill(log);
  log.setHighWatermark(log.logEndOffset);
  await manager.close();
  return directory;
}

describe('a log that was closed', () => {
  it('is opened without reading it, and closed without writing it when nothing was done', async () => {
    const directory = await closedFolder((log) => {
      for (let i = 0; i < 12; i++) log.appendAsLeader(makeBatch({ valueBytes: 200 }), EPOCH);
    });
    for (let start = 0; start < 3; start++) {
      const { manager, log, calls } = openFolder(directory);
      const opening = calls();
      expect(log.segmentCount).toBeGreaterThan(2);
      expect(opening.filter((call) => !call.startsWith('fileStat'))).toEqual(['directoryModifiedMs']);
      // One look at the folder, at what says whose it is, and at each segment.
      expect(opening).toHaveLength(log.segmentCount + 2);
      // A new leader epoch begins, as at every start of a broker.
      log.assignEpochStart(start + 1);
      await manager.close();
      expect(calls()).toEqual([]);
    }
    const { manager, log } = openFolder(directory);
    expect(log.latestEpoch).toBe(3);
    expect(readAll(log)).toHaveLength(12);
    await manager.close();
  });

  it('goes on where it ended: indexes, epochs and producers are there when they are asked for', async () => {
    const directory = await closedFolder((log) => {
      for (let i = 0; i < 6; i++) {
        const batch = makeBatch({ valueBytes: 200, producerId: 7, producerEpoch: 0, baseSequence: i });
        log.appendAsLeader(batch, { ...EPOCH, origin: 'client' });
      }
    });
    const again = openFolder(directory);
    const send = (log: Log, baseSequence: number) =>
      log.appendAsLeader(makeBatch({ valueBytes: 200, producerId: 7, producerEpoch: 0, baseSequence }), {
        leaderEpoch: 3,
        origin: 'client',
      });
    // A record without a producer first: it must not be seen twice when the producers are read.
    again.log.appendAsLeader(makeBatch({ valueBytes: 10 }), { leaderEpoch: 3 });
    expect(send(again.log, 4)).toMatchObject({ errorCode: ErrorCode.NONE, baseOffset: 4 });
    expect(send(again.log, 8).errorCode).toBe(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    expect(send(again.log, 6)).toMatchObject({ errorCode: ErrorCode.NONE, baseOffset: 7 });
    again.log.setHighWatermark(8);
    await again.manager.close();
    const third = openFolder(directory);
    expect(third.log.logEndOffset).toBe(8);
    expect(third.log.endOffsetForEpoch(0)).toMatchObject({ endOffset: 6 });
    expect([...third.log.activeProducers].map(({ lastSequence }) => lastSequence)).toEqual([6]);
    await third.manager.close();
  });

  it('writes its epochs down before a crash can lose them, though they were not when it was opened', async () => {
    const directory = await closedFolder((log) => void log.appendAsLeader(makeBatch({}), EPOCH));
    const again = openFolder(directory);
    again.log.assignEpochStart(5);
    await again.manager.close();
    const third = openFolder(directory);
    third.log.appendAsLeader(makeBatch({}), { leaderEpoch: 5 });
    await third.log.flush();
    expect(fs.readFileSync(`${directory}/orders-0/leader-epoch-checkpoint`, 'utf8')).toBe('0\n2\n0 0\n5 1\n');
    await third.manager.close();
  });

  it('is not taken for closed after a crash', async () => {
    const directory = await closedFolder((log) => void log.appendAsLeader(makeBatch({}), EPOCH));
    const crashed = openFolder(directory);
    expect(fs.existsSync(`${directory}/.closed-logs`)).toBe(false);
    crashed.log.appendAsLeader(makeBatch({}), EPOCH);
    crashed.log.closeHandles();
    const copy = `${temporaryDirectory()}/copy`;
    fs.cpSync(directory, copy, { recursive: true });
    fs.rmSync(`${copy}/.lock`, { force: true });
    const again = openFolder(copy);
    expect(again.log.logEndOffset).toBe(2);
    await again.manager.close();
    await crashed.manager.close();
  });
});
