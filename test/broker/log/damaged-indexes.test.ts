import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Log } from '../../../broker/log/log.ts';
import { DEFAULT_LOG_CONFIG } from '../../../broker/log/log-config.ts';
import { LogManager } from '../../../broker/log/log-manager.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { appendVerified, makeBatch, makeMarker } from './batches.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const ID = { topic: 'orders', partition: 0 };
const CONFIG = { ...DEFAULT_LOG_CONFIG, segmentBytes: 800, indexIntervalBytes: 100 };
const EPOCH = { leaderEpoch: 0 };
const COUNT = 30;

function openFolder(directory: string): { readonly manager: LogManager; readonly log: Log } {
  const manager = LogManager.open({
    environment: nodeEnvironment,
    directory,
    nodeId: 1,
    configOf: () => CONFIG,
  });
  return { manager, log: manager.getOrCreate({ ...ID, topicId: 'MTIzNDU2Nzg5MDEyMzQ1Ng', config: CONFIG }) };
}

async function closedFolder(fill: (log: Log) => void): Promise<string> {
  const directory = temporaryDirectory();
  const { manager, log } = openFolder(directory);
  fill(log);
  log.setHighWatermark(log.logEndOffset);
  await manager.close();
  return directory;
}

const files = (directory: string, ending: string): string[] =>
  fs
    .readdirSync(`${directory}/orders-0`)
    .filter((name) => name.endsWith(ending))
    .map((name) => `${directory}/orders-0/${name}`);

describe('indexes that could be right', () => {
  it('tell aborted transactions also where their index was removed', async () => {
    const producer = { producerId: 7, producerEpoch: 0 };
    const directory = await closedFolder((log) => {
      for (let i = 0; i < 6; i++) {
        const batch = makeBatch({ ...producer, baseSequence: i, isTransactional: true, valueBytes: 350 });
        appendVerified(log, batch, EPOCH);
        log.appendAsLeader(makeMarker({ ...producer, isAbort: true }), { ...EPOCH, origin: 'coordinator' });
      }
    });
    const expected = Array.from({ length: 6 }, (_, i) => ({ producerId: 7, firstOffset: 2 * i }));
    const removed = files(directory, '.txnindex');
    expect(removed.length).toBeGreaterThan(3);
    for (const path of [removed[0], removed[2]]) fs.rmSync(String(path));
    for (let start = 0; start < 2; start++) {
      const { manager, log } = openFolder(directory);
      expect(log.segmentCount).toBeGreaterThan(3);
      expect(log.abortedTransactions(0, 12)).toEqual(expected);
      await manager.close();
      expect(files(directory, '.txnindex')).toEqual(removed);
    }
  });

  it.each([
    [
      'times that are too early',
      (content: Buffer, at: number) => content.writeBigInt64BE(BigInt(at + 1), at),
    ],
    [
      'offsets of later batches',
      (content: Buffer, at: number) => content.writeInt32BE(content.readInt32BE(content.length - 4), at + 8),
    ],
  ])('find records by time where a time index has %s', async (_what, damage) => {
    const directory = await closedFolder((log) => {
      for (let i = 0; i < COUNT; i++)
        log.appendAsLeader(makeBatch({ timestamp: 1000 * (i + 1), valueBytes: 30 }), EPOCH);
    });
    for (const path of files(directory, '.timeindex')) {
      const content = fs.readFileSync(path);
      for (let at = 0; at < content.length; at += 12) damage(content, at);
      fs.writeFileSync(path, content);
    }
    const { manager, log } = openFolder(directory);
    for (let i = 0; i < COUNT; i++) {
      expect(log.offsetForTimestamp(1000 * (i + 1), COUNT)).toMatchObject({ offset: i });
    }
    expect(log.offsetOfMaxTimestamp(log.logEndOffset)).toMatchObject({ offset: COUNT - 1 });
    await manager.close();
  });

  it('read a segment again that was written to since it was closed, though it has its length', async () => {
    const directory = await closedFolder((log) => {
      for (let i = 0; i < COUNT; i++) log.appendAsLeader(makeBatch({ valueBytes: 30 }), EPOCH);
    });
    const last = files(directory, '.log').at(-1) ?? '';
    const content = fs.readFileSync(last);
    // The offset and length of its first batch: as the list of closed logs has it, the segment is as it was.
    fs.writeFileSync(last, content.fill(0, 0, 12));
    const manager = LogManager.open({ environment: nodeEnvironment, directory, nodeId: 1 });
    expect(manager.offlineLog(ID)?.error.message).toMatch(/damaged at byte 0/);
    await manager.close();
  });
});
