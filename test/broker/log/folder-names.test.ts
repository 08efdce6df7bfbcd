import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LOG_CONFIG } from '../../../broker/log/log-config.ts';
import { LogManager } from '../../../broker/log/log-manager.ts';
import {
  asideDirectoryName,
  asideKindOf,
  DELETE_SUFFIX,
  parseDirectoryName,
  STRAY_SUFFIX,
} from '../../../broker/log/partition-directory.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import type { Logger } from '../../../src/base/logger.ts';
import { makeBatch } from './batches.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const TOPIC_ID = 'MTIzNDU2Nzg5MDEyMzQ1Ng';
const CONFIG = { ...DEFAULT_LOG_CONFIG, fileDeleteDelayMs: 60_000 };

function open(directory: string, logger?: Logger): LogManager {
  return LogManager.open({
    environment: nodeEnvironment,
    directory,
    nodeId: 1,
    foreignFolders: ['a-neighbour'],
    ...(logger === undefined ? {} : { logger }),
  });
}

describe('names of folders', () => {
  it.each(['t', 'x'.repeat(213), 'x'.repeat(214), 'x'.repeat(249)])(
    'a topic with a name of any length is deleted and set aside (%#)',
    async (topic) => {
      const directory = temporaryDirectory();
      const manager = open(directory);
      for (const partition of [0, 99_999]) {
        const id = { topic, partition };
        manager.getOrCreate({ ...id, topicId: TOPIC_ID, config: CONFIG });
        if (partition === 0) manager.delete(id);
        else manager.setAside(id);
        expect(manager.get(id)).toBeUndefined();
      }
      const kinds = fs.readdirSync(directory).map(asideKindOf);
      expect(kinds.filter((kind) => kind !== undefined).toSorted()).toEqual(['delete', 'stray']);
      await manager.close();
      const again = open(directory);
      expect([...again.logs()]).toEqual([]);
      await again.close();
    },
  );

  it('a stray folder keeps its records over any number of starts', async () => {
    const directory = temporaryDirectory();
    const id = { topic: 'orders', partition: 3 };
    const first = open(directory);
    const log = first.getOrCreate({ ...id, topicId: TOPIC_ID, config: CONFIG });
    log.appendAsLeader(makeBatch({ records: 5 }), { leaderEpoch: 0 });
    const aside = first.setAside(id);
    await first.close();
    await open(directory).close();
    const segment = `${aside}/00000000000000000000.log`;
    expect(fs.statSync(segment).size).toBeGreaterThan(0);
    // Under its old name it is a partition again.
    fs.renameSync(aside, `${directory}/orders-3`);
    const again = open(directory);
    expect(again.get(id)?.logEndOffset).toBe(5);
    expect(again.topicIdOf(id)).toBe(TOPIC_ID);
    await again.close();
  });

  it.each(['__cluster_metadata', '__CLUSTER_METADATA', '__Cluster_Metadata'])(
    'no partition lies over the folder of the metadata: %s',
    async (topic) => {
      const directory = temporaryDirectory();
      const manager = open(directory);
      const metadata = manager.openMetadataLog({ topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', config: CONFIG });
      metadata.appendAsLeader(makeBatch({ records: 3 }), { leaderEpoch: 0, origin: 'raft' });
      for (const partition of [0, 1]) {
        expect(() => manager.getOrCreate({ topic, partition, topicId: TOPIC_ID, config: CONFIG })).toThrow(
          expect.objectContaining({ code: 'RESERVED_NAME' }),
        );
      }
      if (topic === '__cluster_metadata') {
        for (const away of ['delete', 'setAside'] as const) {
          expect(() => manager[away]({ topic, partition: 0 })).toThrow(/keeps its own metadata/);
        }
      }
      expect(metadata.logEndOffset).toBe(3);
      await manager.close();
      expect(fs.readdirSync(directory).filter((name) => /metadata/i.test(name))).toEqual([
        '__cluster_metadata-0',
      ]);
    },
  );

  it('what is no partition is left alone and named, but for known neighbours', async () => {
    const directory = temporaryDirectory();
    await open(directory).close();
    const foreign = [
      'photos-2024',
      'please-delete',
      'notes.0-delete',
      'orders-007',
      'orders-4294967296',
      '__cluster_metadata-7',
      `${'x'.repeat(250)}-0`,
      'plain',
    ];
    for (const name of [...foreign, 'a-neighbour']) {
      fs.mkdirSync(`${directory}/${name}`);
      fs.writeFileSync(`${directory}/${name}/thesis.txt`, 'x');
    }
    for (const name of ['orders-007', 'orders-4294967296', '__cluster_metadata-7', `${'x'.repeat(250)}-0`]) {
      fs.writeFileSync(`${directory}/${name}/00000000000000000000.log`, '');
    }
    const named: unknown[] = [];
    const logger: Logger = {
      debug: () => {},
      info: () => {},
      warn: (_message, fields) => void named.push(fields?.['folders']),
      error: () => {},
      child: () => logger,
    };
    const manager = open(directory, logger);
    expect([...manager.logs()]).toEqual([]);
    await manager.close();
    expect(named).toEqual([foreign.toSorted()]);
    for (const name of foreign) expect(fs.readdirSync(`${directory}/${name}`)).toContain('thesis.txt');
  });

  it('a folder of the right name belongs to the topic whose id is in it, opened or not', async () => {
    const directory = temporaryDirectory();
    const first = open(directory);
    first.getOrCreate({ topic: 'orders', partition: 0, topicId: TOPIC_ID, config: CONFIG });
    // As on a file system where upper and lower case are one: the folder is there under a name that was not opened.
    fs.cpSync(`${directory}/orders-0`, `${directory}/Orders-0`, { recursive: true });
    expect(() =>
      first.getOrCreate({
        topic: 'Orders',
        partition: 0,
        topicId: 'AAAAAAAAAAAAAAAAAAAAAg',
        config: CONFIG,
      }),
    ).toThrow(expect.objectContaining({ code: 'INCONSISTENT_TOPIC_ID' }));
    await first.close();
  });

  it('names parse back to what they were made of, and to nothing else', () => {
    for (const id of [
      { topic: 'a', partition: 0 },
      { topic: 'a-1', partition: 2 },
      { topic: 'x-delete', partition: 10 },
    ]) {
      expect(parseDirectoryName(`${id.topic}-${id.partition}`)).toEqual(id);
      for (const suffix of [DELETE_SUFFIX, STRAY_SUFFIX] as const) {
        const aside = asideDirectoryName(id, suffix, Buffer.alloc(16));
        expect(parseDirectoryName(aside)).toBeUndefined();
        expect(asideKindOf(aside)).toBe(suffix.slice(1));
      }
    }
    for (const name of ['a-', 'a-01', '-1', 'a b-1', 'a-2147483648', 'a-1x']) {
      expect(parseDirectoryName(name)).toBeUndefined();
    }
  });
});
