import { describe, expect, it } from 'vitest';
import { Log } from '../../../broker/log/log.ts';
import { DEFAULT_LOG_CONFIG } from '../../../broker/log/log-config.ts';
import { LogFolder } from '../../../broker/log/log-folder.ts';
import { LogManager } from '../../../broker/log/log-manager.ts';
import type { Disk } from '../../../src/base/environment.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { makeBatch } from './batches.ts';
import { notingDisk } from './noting-disk.ts';
import { temporaryDirectory } from './temporary-directory.ts';

describe('the folder of a log', () => {
  const begin = () => {
    const directory = `${temporaryDirectory()}/events-0`;
    const { environment, notes } = notingDisk();
    const log = Log.open({ environment, directory, config: { ...DEFAULT_LOG_CONFIG, segmentBytes: 1024 } });
    const append = (valueBytes = 10): void => {
      const records = makeBatch({ records: 1, valueBytes, timestamp: Date.now() });
      expect(log.appendAsLeader(records, { leaderEpoch: 0 }).errorCode).toBe(ErrorCode.NONE);
    };
    /** What was done in the folder and to it. */
    const calls = (): string[] =>
      notes.filter(({ path }) => path.startsWith(directory)).map(({ call }) => call);
    const flush = async (): Promise<readonly string[]> => {
      notes.length = 0;
      await log.flush();
      return calls();
    };
    return { log, append, flush, calls, notes };
  };

  it('is synced by the first flush, and by no later one as long as no file comes or goes', async () => {
    const { log, append, flush } = begin();
    append();
    expect((await flush()).filter((call) => call === 'syncDirectory')).toHaveLength(1);
    for (let i = 0; i < 5; i++) {
      append();
      expect(await flush()).not.toContain('syncDirectory');
    }
    await log.close();
  });

  it('is synced after the files of a new segment were made', async () => {
    const { log, append, flush, calls, notes } = begin();
    append(700);
    await flush();
    notes.length = 0;
    append(700);
    expect(log.segmentCount).toBe(2);
    // The roll has begun a flush, which this one is or follows.
    await log.flush();
    expect(calls()).toContain('writeFile');
    expect(calls().lastIndexOf('syncDirectory')).toBeGreaterThan(calls().lastIndexOf('writeFile'));
    append();
    expect(await flush()).not.toContain('syncDirectory');
    await log.close();
  });

  it.each<readonly [string, (disk: Disk, path: string) => void | Promise<void>]>([
    ['a file is made', (disk, path) => disk.open(`${path}/b`, 'create').close()],
    ['a file is written', (disk, path) => disk.writeFile(`${path}/b`, Buffer.from('b'))],
    ['a file is replaced', (disk, path) => disk.replaceFile(`${path}/a`, Buffer.from('b'))],
    ['a file gets another name', (disk, path) => disk.rename(`${path}/a`, `${path}/b`)],
    ['a file is removed', (disk, path) => disk.remove(`${path}/a`)],
    ['a file is removed off the event loop', (disk, path) => disk.removeInBackground(`${path}/a`)],
  ])('is synced once after %s', async (_what, change) => {
    const path = temporaryDirectory();
    const { environment, notes } = notingDisk();
    const folder = new LogFolder(environment.disk, path);
    folder.writeFile(`${path}/a`, Buffer.from('a'));
    const syncs = async (): Promise<number> => {
      notes.length = 0;
      await folder.syncDirectory(path);
      return notes.length;
    };
    expect([await syncs(), await syncs()]).toEqual([1, 0]);
    folder.open(`${path}/a`, 'write').close();
    expect(await syncs()).toBe(0);
    await change(folder, path);
    expect([await syncs(), await syncs()]).toEqual([1, 0]);
  });

  it('stays to be synced where a file came while it was, or where that failed', async () => {
    const path = temporaryDirectory();
    let isFailing = true;
    let syncs = 0;
    const disk: Disk = {
      ...nodeEnvironment.disk,
      openFilesMax: 100,
      syncDirectory: async () => {
        syncs++;
        if (isFailing) throw new Error('the disk does not');
      },
    };
    const folder = new LogFolder(disk, path);
    await expect(folder.syncDirectory(path)).rejects.toThrow('the disk does not');
    isFailing = false;
    const first = folder.syncDirectory(path);
    folder.writeFile(`${path}/a`, Buffer.from('a'));
    await first;
    await folder.syncDirectory(path);
    await folder.syncDirectory(path);
    expect(syncs).toBe(3);
  });
});

describe('the folder of a partition of a broker', () => {
  it('is synced once for a hundred flushes', async () => {
    const { environment, notes } = notingDisk();
    const manager = LogManager.open({ environment, directory: temporaryDirectory(), nodeId: 1 });
    const topicId = 'AAAAAAAAAAAAAAAAAAAAAQ';
    const log = manager.getOrCreate({ topic: 't', partition: 0, topicId, config: DEFAULT_LOG_CONFIG });
    for (let i = 0; i < 100; i++) {
      log.appendAsLeader(makeBatch({ records: 1, timestamp: Date.now() }), { leaderEpoch: 0 });
      await log.flush();
    }
    const syncs = notes.filter(({ call, path }) => call === 'syncDirectory' && path === log.directory);
    expect(syncs).toHaveLength(1);
    await manager.close();
  });
});
