import { expect, it } from 'vitest';
import { DEFAULT_LOG_CONFIG } from '../../../broker/log/log-config.ts';
import { LogManager } from '../../../broker/log/log-manager.ts';
import type { Timer } from '../../../src/base/environment.ts';
import { makeBatch } from './batches.ts';
import { notingDisk } from './noting-disk.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const NEW = { topicId: 'MTIzNDU2Nzg5MDEyMzQ1Ng', config: DEFAULT_LOG_CONFIG };

/** A folder in which nothing is synced in the background before {@link later} is called. */
function begin() {
  const { environment, notes } = notingDisk();
  const waiting = new Set<() => void>();
  const after = (delayMs: number, callback: () => void): Timer => {
    if (delayMs !== 500) return environment.timers.after(delayMs, callback);
    waiting.add(callback);
    return { cancel: () => void waiting.delete(callback) };
  };
  const directory = temporaryDirectory();
  const manager = LogManager.open({
    environment: { ...environment, timers: { ...environment.timers, after } },
    directory,
    nodeId: 1,
  });
  const make = (partition: number) => manager.getOrCreate({ ...NEW, topic: 't', partition });
  notes.length = 0;
  /** Files that were opened to be synced, and folders that were. */
  const synced = (): readonly string[] =>
    notes
      .filter(({ call }) => call === 'open' || call === 'syncDirectory')
      .map(({ path }) => path.slice(directory.length + 1));
  return {
    manager,
    make,
    synced,
    waiting,
    later: () => {
      for (const callback of [...waiting]) {
        waiting.delete(callback);
        callback();
      }
    },
  };
}

it('syncs what new partitions have left after a while, and their folder once for all', async () => {
  const { manager, make, synced, later, waiting } = begin();
  for (let partition = 0; partition < 3; partition++) {
    make(partition);
    await new Promise(setImmediate);
  }
  expect([synced(), waiting.size]).toEqual([[], 1]);
  later();
  const files = [0, 1, 2].map((partition) => `t-${partition}/partition.metadata`);
  await expect.poll(synced).toEqual([...files, '']);
  make(3);
  later();
  await expect.poll(synced).toEqual([...files, '', 't-3/partition.metadata', '']);
  await manager.close();
});

it('leaves nothing to be synced later where somebody waits for the first records of a partition', async () => {
  const { manager, make, synced } = begin();
  const log = make(0);
  log.appendAsLeader(makeBatch({ records: 1 }), { leaderEpoch: 0 });
  await log.flush();
  expect(synced()).toContain('t-0/partition.metadata');
  await manager.close();
});

it('begins no sync after the folder was closed', async () => {
  const { manager, make, waiting } = begin();
  make(0);
  await manager.close();
  expect(waiting.size).toBe(0);
});
