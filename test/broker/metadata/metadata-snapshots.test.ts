import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MetadataQuorum } from '../../../broker/controller/metadata-quorum.ts';
import { Log } from '../../../broker/log/log.ts';
import { SNAPSHOT_SETTINGS, type SnapshotSettings } from '../../../broker/metadata/metadata-snapshots.ts';
import type { MetadataRecord } from '../../../broker/metadata/metadata-record.ts';
import { encodeMetadataRecord } from '../../../broker/metadata/metadata-record-codec.ts';
import { METADATA_LOG_CONFIG } from '../../../broker/quorum/raft-log.ts';
import { SnapshotFiles } from '../../../broker/quorum/snapshot-files.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { type Logger, silentLogger } from '../../../src/base/logger.ts';
import { imageContent } from './image-content.ts';

const DIRECTORY_ID = 'AAAAAAAAAAAAAAAAAAAAbQ';

let folder: string;
/** Of `__cluster_metadata-0`. */
let directory: string;
let log: Log;
let quorum: MetadataQuorum;
let lines: string[];

const logger: Logger = {
  ...silentLogger,
  info: (message) => void lines.push(message),
  warn: (message, fields) => void lines.push(`${message} ${String(fields?.['error'])}`),
  child: () => logger,
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-snapshots-'));
  directory = join(folder, '__cluster_metadata-0');
  lines = [];
});

afterEach(async () => {
  await close();
  rmSync(folder, { recursive: true });
});

/** A quorum of one on a real disk. */
async function open(snapshots: Partial<SnapshotSettings> = {}): Promise<void> {
  log = Log.open({ environment: nodeEnvironment, directory, config: METADATA_LOG_CONFIG });
  quorum = new MetadataQuorum({
    environment: nodeEnvironment,
    logger,
    nodeId: 1,
    directoryId: DIRECTORY_ID,
    endpoints: () => [],
    clusterId: 'real',
    voters: [{ id: 1, address: { host: 'localhost', port: 9093 } }],
    log,
    directory,
    peers: { to: () => ({ send: () => Promise.reject(new Error('no peers')), close: () => {} }) },
    snapshots,
  });
  await quorum.start();
}

async function close(): Promise<void> {
  await quorum.close();
  await log.close();
}

async function reopen(snapshots: Partial<SnapshotSettings> = {}): Promise<void> {
  await close();
  lines = [];
  await open(snapshots);
}

const snapshotNames = (): string[] => readdirSync(directory).filter((name) => name.includes('.checkpoint'));
const hasBegunWithSnapshot = (): boolean => lines.some((line) => line.includes('begins with a snapshot'));

/** Appends records as the leader, and waits for the commit. */
async function append(records: readonly MetadataRecord[]): Promise<void> {
  const { raft } = quorum;
  const offset = raft.append(records.map(encodeMetadataRecord), raft.epoch);
  expect(offset).not.toBeNull();
  while (quorum.image.offset < (offset ?? 0)) await nodeEnvironment.timers.sleep(1);
}

const topicId = (n: number): string =>
  Buffer.from([...Buffer.alloc(13), 1, n >> 8, n & 255]).toString('base64url');

function makeTopics(count: number, from = 0): Promise<void> {
  const numbers = Array.from({ length: count }, (_, i) => from + i);
  return append(
    numbers.flatMap((n): MetadataRecord[] => [
      { type: 'TopicRecord', data: { name: `topic-${n}`, topicId: topicId(n) } },
      {
        type: 'PartitionRecord',
        data: {
          partitionId: 0,
          topicId: topicId(n),
          replicas: [1],
          isr: [1],
          removingReplicas: [],
          addingReplicas: [],
          leader: 1,
          leaderRecoveryState: 0,
          leaderEpoch: 0,
          partitionEpoch: 0,
          directories: [DIRECTORY_ID],
          eligibleLeaderReplicas: null,
          lastKnownElr: null,
        },
      },
    ]),
  );
}

test('a stop after many changes writes a snapshot, and the next start reads it and what follows', async () => {
  await open();
  await makeTopics(400);
  const before = imageContent(quorum.image);
  await reopen();
  expect(snapshotNames()).toHaveLength(1);
  expect(hasBegunWithSnapshot()).toBe(true);
  expect(imageContent(quorum.image)).toEqual(before);
  await makeTopics(3, 1_000);
  const after = { ...imageContent(quorum.image), offset: quorum.image.offset };
  await reopen();
  expect(hasBegunWithSnapshot()).toBe(true);
  expect({ ...imageContent(quorum.image), offset: quorum.image.offset }).toEqual(after);
});

test('a small change is no reason for a snapshot', async () => {
  await open();
  await makeTopics(5);
  await reopen();
  expect(snapshotNames()).toEqual([]);
  expect(hasBegunWithSnapshot()).toBe(false);
});

test('topics that were removed before the snapshot are known to have been', async () => {
  await open({ bytesBetweenSnapshots: 1 });
  await makeTopics(2);
  const id = quorum.image.topicsByName.get('topic-1')?.id ?? '';
  await append([{ type: 'RemoveTopicRecord', data: { topicId: id } }]);
  await makeTopics(3, 1_000);
  await reopen({ bytesBetweenSnapshots: 1 });
  expect(hasBegunWithSnapshot()).toBe(true);
  expect(quorum.image.topicsById.has(id)).toBe(false);
  const removed = quorum.loader.takeRemovedTopics();
  expect([...removed.ids]).toEqual([id]);
  expect([...removed.names]).toEqual(['topic-1']);
});

test('a snapshot that is ahead of the log, or of another history, is passed over', async () => {
  await open();
  await makeTopics(2);
  const { offset, epoch } = quorum.image;
  const files = new SnapshotFiles({ environment: nodeEnvironment, logger, directory });
  const content = { values: [Buffer.from('of somebody else')], timestampMs: 0 };
  await files.write({ endOffset: offset + 1, epoch: epoch + 1 }, content);
  await files.write({ endOffset: offset + 1_000, epoch }, content);
  // Another cluster counts its offsets and epochs alike.
  await files.write({ endOffset: offset + 1, epoch }, content);
  const before = imageContent(quorum.image);
  await reopen();
  expect(hasBegunWithSnapshot()).toBe(false);
  expect(lines.filter((line) => line.includes('cannot be used'))).toHaveLength(3);
  expect(imageContent(quorum.image)).toEqual(before);
});

test('Kafka`s settings are its defaults', () => {
  expect(SNAPSHOT_SETTINGS).toEqual({ bytesBetweenSnapshots: 20_971_520, snapshotIntervalMs: 3_600_000 });
});

test('time alone is a reason for one', async () => {
  await open({ snapshotIntervalMs: 1 });
  await makeTopics(1);
  for (let i = 0; i < 2_000 && !snapshotNames().some((name) => name.endsWith('.checkpoint')); i++)
    await new Promise((resolve) => setTimeout(resolve, 5));
  expect(snapshotNames().filter((name) => name.endsWith('.checkpoint'))).not.toEqual([]);
});
