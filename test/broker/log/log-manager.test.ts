import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LOG_CONFIG } from '../../../broker/log/log-config.ts';
import { LogManager } from '../../../broker/log/log-manager.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { makeBatch } from './batches.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const TOPIC_ID = 'MTIzNDU2Nzg5MDEyMzQ1Ng';
const EPOCH = { leaderEpoch: 0 };

function open(
  directory: string,
  options: { readonly nodeId?: number; readonly clusterId?: string } = {},
): LogManager {
  return LogManager.open({ environment: nodeEnvironment, directory, nodeId: 1, ...options });
}

const log = (partition: number, fileDeleteDelayMs = 0) => ({
  topic: 'orders.v1',
  partition,
  topicId: TOPIC_ID,
  config: { ...DEFAULT_LOG_CONFIG, fileDeleteDelayMs },
});

/** What a process that is killed now would find at its next start, and the errors that it would log. */
function reopenAsKilled(directory: string): {
  readonly again: LogManager;
  readonly errors: readonly string[];
} {
  const killed = `${temporaryDirectory()}/killed`;
  fs.cpSync(directory, killed, { recursive: true });
  fs.rmSync(`${killed}/.lock`);
  const errors: string[] = [];
  const logger = { ...silentLogger, error: (message: string) => void errors.push(message) };
  const again = LogManager.open({ environment: nodeEnvironment, directory: killed, nodeId: 1, logger });
  return { again, errors };
}

/** The partition `log(0)` is offline, for this reason; the folder is closed cleanly all the same. */
async function expectOffline(directory: string, reason: RegExp): Promise<void> {
  const manager = open(directory);
  expect(manager.get(log(0))).toBeUndefined();
  expect(manager.offlineLog(log(0))?.error.message).toMatch(reason);
  await manager.close();
}

describe('LogManager', () => {
  it('formats a new folder, keeps its identity, logs and high watermarks over a clean stop', async () => {
    const directory = `${temporaryDirectory()}/data`;
    const first = open(directory);
    expect(first.hadCleanShutdown).toBe(false);
    const events = first.getOrCreate(log(0));
    events.appendAsLeader(makeBatch({ records: 5 }), EPOCH);
    events.setHighWatermark(3);
    expect(first.getOrCreate(log(0))).toBe(events);
    await first.close({ brokerEpoch: 77 });
    const properties = fs.readFileSync(`${directory}/meta.properties`, 'utf8');
    expect(properties).toContain(`cluster.id=${first.clusterId}\n`);
    expect(properties).toContain('node.id=1\nversion=1\n');

    const second = open(directory);
    expect(second).toMatchObject({
      hadCleanShutdown: true,
      previousBrokerEpoch: 77,
      clusterId: first.clusterId,
      directoryId: first.directoryId,
    });
    expect(fs.existsSync(`${directory}/.kafka_cleanshutdown`)).toBe(false);
    expect(second.topicIdOf({ topic: 'orders.v1', partition: 0 })).toBe(TOPIC_ID);
    expect(second.get({ topic: 'orders.v1', partition: 0 })).toMatchObject({
      logEndOffset: 5,
      highWatermark: 3,
    });
    await second.close();
  });

  it('recovers what a process left that did not close the folder', async () => {
    const directory = temporaryDirectory();
    const first = open(directory);
    first.getOrCreate(log(2)).appendAsLeader(makeBatch({ records: 5 }), EPOCH);
    await first.checkpoint();
    fs.rmSync(`${directory}/.lock`);
    const second = open(directory);
    expect(second.hadCleanShutdown).toBe(false);
    expect(second.get({ topic: 'orders.v1', partition: 2 })?.logEndOffset).toBe(5);
  });

  it('refuses a folder in use, of another node or cluster, of a newer version, broken or foreign', async () => {
    const directory = temporaryDirectory();
    const first = open(directory, { clusterId: 'MkU3OEVBNTcwNTJENDM2Qg' });
    expect(() => open(directory)).toThrow(/is in use by process \d+/);
    await first.close();
    expect(() => open(directory, { nodeId: 2 })).toThrow(/belongs to node 1, this is node 2/);
    expect(() => open(directory, { clusterId: 'other' })).toThrow(/belongs to cluster MkU3/);
    const path = `${directory}/meta.properties`;
    const good = fs.readFileSync(path, 'utf8');
    fs.writeFileSync(path, good.replace('version=1', 'version=2'));
    expect(() => open(directory)).toThrow(/version 2, written by a newer release/);
    fs.writeFileSync(path, 'garbage');
    expect(() => open(directory)).toThrow(
      /is not "key=value".*restore the file or choose another data folder/,
    );
    fs.writeFileSync(path, good);
    const checkpoint = `${directory}/recovery-point-offset-checkpoint`;
    fs.writeFileSync(checkpoint, '0\n2\na 0 1\n');
    // What a checkpoint said can be derived again.
    await open(directory).close();
    expect(fs.readFileSync(checkpoint, 'utf8')).toBe('0\n0\n');
    // An id that only follows from the voters is for new folders: voters may move.
    const moved = LogManager.open({
      environment: nodeEnvironment,
      directory,
      nodeId: 1,
      newClusterId: 'other',
    });
    expect(moved.clusterId).toBe('MkU3OEVBNTcwNTJENDM2Qg');
    await moved.close();

    const foreign = temporaryDirectory();
    fs.writeFileSync(`${foreign}/thesis.doc`, 'x');
    expect(() => open(foreign)).toThrow(/is not empty \(there is "thesis.doc"\)/);
  });

  it('lets a flush of a log that is deleted meanwhile come to nothing', async () => {
    const manager = open(`${temporaryDirectory()}/data`);
    const deleted = manager.getOrCreate(log(0));
    deleted.appendAsLeader(makeBatch({ records: 5 }), EPOCH);
    const flushed = deleted.flush();
    manager.delete(log(0));
    await expect(flushed).resolves.toBeUndefined();
    await manager.close({ brokerEpoch: 1 });
  });

  it('deletes a log at once and its files later, at the next start if need be', async () => {
    const directory = temporaryDirectory();
    const aside = (): readonly string[] =>
      fs.readdirSync(directory).filter((name) => name.endsWith('-delete'));
    const manager = open(directory);
    manager.getOrCreate(log(0, 60_000)).appendAsLeader(makeBatch(), EPOCH);
    manager.delete(log(0));
    expect(manager.get(log(0))).toBeUndefined();
    await manager.whenFree(log(0));
    expect(manager.getOrCreate(log(0)).logEndOffset).toBe(0);
    expect(aside()).toHaveLength(1);
    await manager.close();
    expect(aside()).toHaveLength(1);
    const again = open(directory);
    await expect.poll(aside).toHaveLength(0);
    await again.close();
  });

  it('does not take the checkpoint of a deleted log for that of a new one of its name', async () => {
    const directory = temporaryDirectory();
    const read = (name: string): string => fs.readFileSync(`${directory}/${name}`, 'utf8');
    const manager = open(directory);
    const first = manager.getOrCreate(log(0));
    first.appendAsLeader(makeBatch({ records: 5 }), EPOCH);
    first.setHighWatermark(5);
    await first.flush();
    await manager.checkpoint();
    expect(read('replication-offset-checkpoint')).toContain('orders.v1 0 5');
    manager.delete(log(0));
    // A crash now, with a new log made, would make that start at offset 5, or be refused.
    const free = manager.whenFree(log(0));
    expect(free).toBeInstanceOf(Promise);
    await free;
    expect(manager.whenFree(log(0))).toBeUndefined();
    for (const name of ['recovery-point', 'replication', 'log-start']) {
      expect(read(`${name}-offset-checkpoint`)).toBe('0\n0\n');
    }
    await manager.close();
  });

  it('writes the checkpoints once for all that is deleted together, and a lowered recovery point at once', async () => {
    const directory = temporaryDirectory();
    const writings: string[] = [];
    const { disk } = nodeEnvironment;
    const environment = {
      ...nodeEnvironment,
      disk: {
        ...disk,
        rename: (from: string, to: string) => {
          if (to.endsWith('-checkpoint')) writings.push(to);
          disk.rename(from, to);
        },
        replaceFile: (path: string, content: Uint8Array) => {
          writings.push(`${path} at once`);
          disk.replaceFile(path, content);
        },
      },
    };
    const manager = LogManager.open({ environment, directory, nodeId: 1 });
    for (let partition = 0; partition < 50; partition++)
      manager.getOrCreate(log(partition)).appendAsLeader(makeBatch({ records: 5 }), EPOCH);
    const kept = manager.getOrCreate(log(50));
    kept.appendAsLeader(makeBatch({ records: 5 }), EPOCH);
    kept.appendAsLeader(makeBatch({ records: 5 }), EPOCH);
    await kept.flush();
    writings.length = 0;
    for (let partition = 0; partition < 50; partition++) manager.delete(log(partition));
    expect(writings).toEqual([]);
    const written = manager.checkpoint();
    kept.truncateTo(5);
    expect(writings).toEqual([`${directory}/recovery-point-offset-checkpoint at once`]);
    await written;
    expect(writings).toHaveLength(4);
    const recoveryPoints = fs.readFileSync(`${directory}/recovery-point-offset-checkpoint`, 'utf8');
    expect(recoveryPoints).toBe('0\n1\norders.v1 50 0\n');
    await manager.close();
  });

  it('writes the start of a log that begins anew at once: after a kill nothing seems to be missing', async () => {
    const directory = temporaryDirectory();
    const manager = open(directory);
    const replica = manager.getOrCreate(log(0));
    replica.appendAsLeader(makeBatch({ records: 5 }), EPOCH);
    await manager.checkpoint();
    // One pass is under way and has begun with another file.
    const written = manager.checkpoint();
    await Promise.resolve();
    replica.truncateFullyAndStartAt(50);
    replica.appendAsLeader(makeBatch({ records: 5 }), EPOCH);
    await written;
    const { again, errors } = reopenAsKilled(directory);
    await manager.close();
    expect(again.get(log(0))).toMatchObject({ logStartOffset: 50, logEndOffset: 55 });
    expect(errors).toEqual([]);
    await again.close();
  });

  it('writes that start too where the log had begun later, and that was not written yet', async () => {
    const directory = temporaryDirectory();
    const manager = open(directory);
    const replica = manager.getOrCreate(log(0));
    replica.appendAsLeader(makeBatch({ records: 10 }), EPOCH);
    replica.setHighWatermark(10);
    await manager.checkpoint();
    replica.deleteRecordsBefore(10);
    // The new leader has less, and begins before that.
    replica.truncateFullyAndStartAt(7);
    const { again, errors } = reopenAsKilled(directory);
    await manager.close();
    expect(again.get(log(0))).toMatchObject({ logStartOffset: 7, logEndOffset: 7 });
    expect(errors).toEqual([]);
    await again.close();
  });

  it('gives the folder of a deleted log a name that file systems take', async () => {
    const directory = temporaryDirectory();
    const manager = open(directory);
    const long = { ...log(0, 60_000), topic: 'x'.repeat(249) };
    manager.getOrCreate(long);
    manager.delete(long);
    const [aside = ''] = fs.readdirSync(directory).filter((name) => name.endsWith('-delete'));
    expect(aside).toHaveLength(255);
    await manager.close();
  });

  it('refuses a folder that was made for another topic of the same name', async () => {
    const manager = open(temporaryDirectory());
    manager.getOrCreate(log(0));
    expect(() => manager.getOrCreate({ ...log(0), topicId: 'AAAAAAAAAAAAAAAAAAAAAQ' })).toThrow(
      expect.objectContaining({ code: 'INCONSISTENT_TOPIC_ID' }),
    );
    await manager.close();
  });

  it('writes the checkpoints that Kafka writes', async () => {
    const directory = temporaryDirectory();
    const manager = open(directory);
    const events = manager.getOrCreate(log(3));
    events.appendAsLeader(makeBatch({ records: 4 }), EPOCH);
    events.setHighWatermark(4);
    await events.flush();
    expect(events.deleteRecordsBefore(2)).toBe(0);
    await manager.checkpoint();
    const read = (name: string): string => fs.readFileSync(`${directory}/${name}`, 'utf8');
    expect(read('replication-offset-checkpoint')).toBe('0\n1\norders.v1 3 4\n');
    expect(read('log-start-offset-checkpoint')).toBe('0\n1\norders.v1 3 2\n');
    expect(read('orders.v1-3/partition.metadata')).toBe(`version: 0\ntopic_id: ${TOPIC_ID}`);
    await manager.close();
    expect(read('orders.v1-3/leader-epoch-checkpoint')).toBe('0\n1\n0 2\n');
    expect(read('recovery-point-offset-checkpoint')).toBe('0\n1\norders.v1 3 4\n');
    const again = open(directory);
    expect(again.get(log(3))).toMatchObject({ logStartOffset: 2, logEndOffset: 4, latestEpoch: 0 });
    await again.close();
  });

  it.each([true, false])(
    'cuts no record away that had been flushed, whoever damaged it (closed: %s)',
    async (isClosed) => {
      const directory = temporaryDirectory();
      const first = open(directory);
      const events = first.getOrCreate(log(0));
      events.appendAsLeader(makeBatch({ records: 5 }), EPOCH);
      events.appendAsLeader(makeBatch({ records: 5 }), EPOCH);
      await events.flush();
      events.appendAsLeader(makeBatch({ records: 5 }), EPOCH);
      if (isClosed) {
        await first.close();
      } else {
        await first.checkpoint();
        fs.rmSync(`${directory}/.lock`);
      }
      const file = `${directory}/orders.v1-0/00000000000000000000.log`;
      const good = fs.readFileSync(file);
      // Not a log at all, and after a crash also a log that is damaged somewhere in what was flushed.
      const damaged = [Buffer.from('thesis'.repeat(100))];
      if (!isClosed) damaged.push(Buffer.from(good).fill(0, 70, 75));
      for (const bytes of damaged) {
        fs.writeFileSync(file, bytes);
        await expectOffline(
          directory,
          /orders.v1-0\/0+.log is damaged at byte 0 \(offset 0\).*restore the file from a copy, or delete the topic, or.*begin-anew/,
        );
        expect(fs.readFileSync(file)).toEqual(bytes);
      }
      fs.renameSync(file, `${file}.aside`);
      await expectOffline(directory, /ends at offset 0, though records up to \d+ had been written/);
      // The files are back: nothing has got lost, and the end that was not flushed may still be torn.
      fs.writeFileSync(file, isClosed ? good : good.subarray(0, -1));
      const again = open(directory);
      expect(again.get(log(0))?.logEndOffset).toBe(isClosed ? 15 : 10);
      await again.close();
    },
  );

  it('checks the metadata log at each start, and does not take a lost one for an empty one', async () => {
    const directory = temporaryDirectory();
    const metadata = { topicId: TOPIC_ID, config: DEFAULT_LOG_CONFIG };
    const first = open(directory);
    first.openMetadataLog(metadata).appendAsLeader(makeBatch({ records: 5 }), EPOCH);
    first.getOrCreate(log(0));
    await first.close();
    const file = `${directory}/__cluster_metadata-0/00000000000000000000.log`;
    const good = fs.readFileSync(file);
    for (const bytes of [Buffer.from(good).fill(0, 70, 75), Buffer.alloc(0)]) {
      fs.writeFileSync(file, bytes);
      // Also the second time: that the log could not be opened is not forgotten.
      for (let attempt = 0; attempt < 2; attempt++) {
        const manager = open(directory);
        expect(() => manager.openMetadataLog(metadata)).toThrow(/or begin anew with an empty data folder/);
        await manager.close();
      }
    }
    const folder = `${directory}/__cluster_metadata-0`;
    const copy = `${temporaryDirectory()}/metadata`;
    fs.cpSync(folder, copy, { recursive: true });
    for (const isYoung of [false, true]) {
      fs.rmSync(folder, { recursive: true });
      // The process was killed before it had written its first checkpoint.
      if (isYoung) fs.rmSync(`${directory}/recovery-point-offset-checkpoint`);
      const manager = open(directory);
      expect(() => manager.openMetadataLog(metadata)).toThrow(/or begin anew with an empty data folder/);
      await manager.close();
    }
    fs.rmSync(folder, { recursive: true, force: true });
    fs.cpSync(copy, folder, { recursive: true });
    fs.writeFileSync(file, good);
    const again = open(directory);
    expect(again.openMetadataLog(metadata).logEndOffset).toBe(5);
    await again.close();
  });
});
