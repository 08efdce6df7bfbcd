import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LOG_CONFIG } from '../../../broker/log/log-config.ts';
import { LogManager } from '../../../broker/log/log-manager.ts';
import type { Environment } from '../../../src/base/environment.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { makeBatch } from './batches.ts';
import { notingDisk } from './noting-disk.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const TOPIC_ID = 'MTIzNDU2Nzg5MDEyMzQ1Ng';
const EPOCH = { leaderEpoch: 0 };
const ID = { topic: 'orders', partition: 0 };
const NEW = { ...ID, topicId: TOPIC_ID, config: DEFAULT_LOG_CONFIG };

function open(directory: string, environment: Environment = nodeEnvironment): LogManager {
  return LogManager.open({ environment, directory, nodeId: 1 });
}

describe('the log of a new partition', () => {
  it('is made with two calls of the disk, and gets its first segment with its first batch', async () => {
    const directory = temporaryDirectory();
    const { environment, notes } = notingDisk();
    const manager = open(directory, environment);
    notes.length = 0;
    const log = manager.getOrCreate(NEW);
    expect(notes.map(({ call }) => call)).toEqual(['createDirectory', 'writeFile']);
    expect(fs.readdirSync(log.directory)).toEqual(['partition.metadata']);
    expect(log).toMatchObject({ logStartOffset: 0, logEndOffset: 0, sizeInBytes: 0, segmentCount: 1 });
    await log.flush();
    log.appendAsLeader(makeBatch({ records: 3 }), EPOCH);
    expect(fs.readdirSync(log.directory)).toContain('00000000000000000000.log');
    await manager.close();
    const again = open(directory);
    expect(again.get(ID)?.logEndOffset).toBe(3);
    await again.close();
  });

  it('is an empty log after a stop and after a crash, as often as it is opened', async () => {
    const directory = temporaryDirectory();
    const first = open(directory);
    first.getOrCreate(NEW);
    await first.close();
    const second = open(directory);
    expect(second.topicIdOf(ID)).toBe(TOPIC_ID);
    expect(second.getOrCreate(NEW).logEndOffset).toBe(0);
    // What a crash leaves of a partition that was made a moment ago.
    await second.close();
    fs.rmSync(`${directory}/.kafka_cleanshutdown`);
    const third = open(directory);
    third.getOrCreate(NEW).appendAsLeader(makeBatch({ records: 2 }), EPOCH);
    expect(third.get(ID)?.logEndOffset).toBe(2);
    await third.close();
  });

  it.each([
    ['no file', undefined],
    ['half a file', 'version: 0\ntopic'],
    ['a file without content', ''],
  ])('takes over the folder of which a crash left %s', async (_what, content) => {
    const directory = temporaryDirectory();
    await open(directory).close();
    fs.mkdirSync(`${directory}/orders-0`);
    if (content !== undefined) fs.writeFileSync(`${directory}/orders-0/partition.metadata`, content);
    const manager = open(directory);
    manager.getOrCreate(NEW).appendAsLeader(makeBatch({ records: 2 }), EPOCH);
    expect(manager.topicIdOf(ID)).toBe(TOPIC_ID);
    await manager.close();
    const again = open(directory);
    expect(again.topicIdOf(ID)).toBe(TOPIC_ID);
    expect(again.get(ID)?.logEndOffset).toBe(2);
    await again.close();
  });
});
