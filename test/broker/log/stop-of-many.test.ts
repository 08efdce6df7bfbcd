import fs from 'node:fs';
import { expect, it } from 'vitest';
import { DEFAULT_LOG_CONFIG } from '../../../broker/log/log-config.ts';
import { LEADER_EPOCH_CHECKPOINT, LeaderEpochCache } from '../../../broker/log/leader-epoch-cache.ts';
import { LogManager } from '../../../broker/log/log-manager.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { makeBatch } from './batches.ts';
import { notingDisk } from './noting-disk.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const LOGS = 100;

/** Opens a folder, writes to all its partitions and closes it; answers the calls of the disk from the closing on. */
async function writeAndClose(directory: string) {
  const { environment, notes } = notingDisk();
  const manager = LogManager.open({ environment, directory, nodeId: 1 });
  for (let partition = 0; partition < LOGS; partition++) {
    const topicId = 'MTIzNDU2Nzg5MDEyMzQ1Ng';
    const log = manager.getOrCreate({ topic: 'many', partition, topicId, config: DEFAULT_LOG_CONFIG });
    log.appendAsLeader(makeBatch(), { leaderEpoch: 0 });
    log.setHighWatermark(log.logEndOffset);
  }
  notes.length = 0;
  await manager.close();
  return notes;
}

it('waits for no sync of a partition on the event loop when it stops, and syncs the folder of all of them together', async () => {
  const directory = temporaryDirectory();
  for (const start of ['first', 'second']) {
    const notes = await writeAndClose(directory);
    const inPartitions = notes.filter(({ path }) => path.includes('/many-'));
    expect(inPartitions.filter(({ call }) => call === 'replaceFile')).toEqual([]);
    // An index without an entry has nothing that a power loss could take.
    const opened = inPartitions.filter(({ call, path }) => call === 'open' && path.endsWith('.index'));
    expect(opened).toEqual([]);
    const ofFolder = notes.filter(({ call, path }) => call === 'syncDirectory' && path === directory);
    // One that is under way when the first ones ask, one for all others, and one of the checkpoints.
    expect(ofFolder.length, start).toBeLessThanOrEqual(4);
    for (let partition = 0; partition < LOGS; partition++) {
      const path = `${directory}/many-${partition}/${LEADER_EPOCH_CHECKPOINT}`;
      expect(fs.readFileSync(path, 'utf8')).toBe('0\n1\n0 0\n');
    }
  }
});

it('leaves the epochs that were saved at once while older ones were under way, and the folder of another log', async () => {
  const path = `${temporaryDirectory()}/${LEADER_EPOCH_CHECKPOINT}`;
  const { disk } = nodeEnvironment;
  const epochs = LeaderEpochCache.open(disk, path, silentLogger);
  epochs.assign(1, 0);
  const older = epochs.saveInBackground(() => false);
  epochs.assign(2, 10);
  epochs.save();
  await older;
  expect(LeaderEpochCache.open(disk, path, silentLogger).entries).toHaveLength(2);
  expect(epochs.isSaved).toBe(true);
  epochs.assign(3, 20);
  await epochs.saveInBackground(() => true);
  expect(LeaderEpochCache.open(disk, path, silentLogger).entries).toHaveLength(2);
  await epochs.saveInBackground(() => false);
  expect(LeaderEpochCache.open(disk, path, silentLogger).entries).toHaveLength(3);
});
