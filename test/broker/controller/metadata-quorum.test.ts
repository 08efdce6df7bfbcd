import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { assertDefined } from '../../../src/base/assert.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { type Logger, silentLogger } from '../../../src/base/logger.ts';
import { decodeStruct, encodeStruct } from '../../../src/protocol/codec.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import type { Api, RequestInput, RequestOf, ResponseOf } from '../../../src/protocol/message.ts';
import { fetch } from '../../../src/protocol/messages/01-fetch.ts';
import { createTopics } from '../../../src/protocol/messages/19-create-topics.ts';
import { describeQuorum } from '../../../src/protocol/messages/55-describe-quorum.ts';
import { brokerRegistration } from '../../../src/protocol/messages/62-broker-registration.ts';
import { brokerHeartbeat } from '../../../src/protocol/messages/63-broker-heartbeat.ts';
import { MetadataQuorum } from '../../../broker/controller/metadata-quorum.ts';
import { Log } from '../../../broker/log/log.ts';
import { METADATA_LOG_CONFIG, METADATA_TOPIC_ID } from '../../../broker/quorum/raft-log.ts';

let folder: string;
let opened: MetadataQuorum | undefined;
let openedLog: Log | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-quorum-'));
});

afterEach(async () => {
  await opened?.close();
  await openedLog?.close();
  rmSync(folder, { recursive: true });
});

/** A quorum of one on a real disk. */
async function open(logger: Logger = silentLogger): Promise<MetadataQuorum> {
  const directory = join(folder, '__cluster_metadata-0');
  openedLog = Log.open({ environment: nodeEnvironment, directory, config: METADATA_LOG_CONFIG });
  opened = new MetadataQuorum({
    environment: nodeEnvironment,
    logger,
    nodeId: 1,
    directoryId: 'AAAAAAAAAAAAAAAAAAAAAQ',
    endpoints: () => [{ name: 'CONTROLLER', host: '127.0.0.1', port: 45_678 }],
    clusterId: 'real',
    voters: [{ id: 1, address: { host: 'localhost', port: 9093 } }],
    log: openedLog,
    directory,
    peers: { to: () => ({ send: () => Promise.reject(new Error('no peers')), close: () => {} }) },
  });
  await opened.start();
  return opened;
}

/** The first one of a quorum, unless a busy machine kept it from writing its vote down in time. */
function epochOf({ leader }: MetadataQuorum): number {
  return assertDefined(leader, 'it leads itself').epoch;
}

async function close(): Promise<void> {
  await opened?.close();
  await openedLog?.close();
  opened = undefined;
  openedLog = undefined;
}

async function send<A extends Api>(
  quorum: MetadataQuorum,
  api: A,
  request: RequestInput<A>,
): Promise<ResponseOf<A>> {
  const version = api.versions.max;
  const decoded = decodeStruct(
    api.request,
    version,
    encodeStruct(api.request, version, request),
  ) as RequestOf<A>;
  const response = await quorum.answer(api, version, decoded);
  return decodeStruct(api.response, version, encodeStruct(api.response, version, response)) as ResponseOf<A>;
}

async function join1(quorum: MetadataQuorum): Promise<void> {
  const { brokerEpoch } = await send(quorum, brokerRegistration, {
    brokerId: 1,
    clusterId: 'real',
    incarnationId: 'AAAAAAAAAAAAAAAAAAAAAw',
    listeners: [{ name: 'PLAINTEXT', host: 'localhost', port: 9092 }],
    features: [],
    rack: null,
    logDirs: ['AAAAAAAAAAAAAAAAAAAAAQ'],
  });
  await send(quorum, brokerHeartbeat, {
    brokerId: 1,
    brokerEpoch,
    currentMetadataOffset: quorum.image.offset,
  });
}

test('a quorum of one is active when start resolves, and keeps what it answered', async () => {
  const quorum = await open();
  expect(quorum.controller.isActive).toBe(true);
  expect(quorum.leader?.leaderId).toBe(1);
  const before = epochOf(quorum);
  await join1(quorum);
  const topics = [{ name: 'flights', numPartitions: 3, replicationFactor: 1 }];
  const created = await send(quorum, createTopics, { topics, timeoutMs: 1000 });
  expect(created.topics[0]?.errorCode).toBe(ErrorCode.NONE);
  await close();

  const again = await open();
  expect(again.leader?.leaderId).toBe(1);
  const leaderEpoch = epochOf(again);
  expect(leaderEpoch).toBeGreaterThan(before);
  const topic = again.image.topicsByName.get('flights');
  expect(topic?.id).toBe(created.topics[0]?.topicId);
  expect(topic?.partitions.size).toBe(3);
  expect(again.image.features.get('metadata.version')).toBe(25);
  const state: unknown = JSON.parse(readFileSync(join(folder, '__cluster_metadata-0/quorum-state'), 'utf8'));
  expect(state).toEqual({
    clusterId: 'real',
    leaderId: 1,
    leaderEpoch,
    votedId: 1,
    votedDirectoryId: 'AAAAAAAAAAAAAAAAAAAAAQ',
    data_version: 1,
  });
});

test('publishers hear of every change, late ones of all at once', async () => {
  const quorum = await open();
  const seen: string[] = [];
  quorum.addPublisher({
    onUpdate: (delta, image) => {
      expect(image).toBe(quorum.image);
      for (const topic of delta.topics.values()) seen.push(`${topic.name}:${topic.partitions.size}`);
    },
  });
  await join1(quorum);
  const topics = [{ name: 'a', numPartitions: 2, replicationFactor: 1 }];
  await send(quorum, createTopics, { topics, timeoutMs: 1000 });
  expect(seen).toEqual(['a:2']);
  const late: string[] = [];
  quorum.addPublisher({
    onUpdate: (delta) => late.push(...[...delta.topics.values()].map((topic) => topic.name)),
  });
  expect(late).toEqual(['a']);
});

test('describes itself', async () => {
  const quorum = await open();
  const topics = [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }];
  const response = await send(quorum, describeQuorum, { topics });
  const partition = response.topics[0]?.partitions[0];
  expect(partition).toMatchObject({
    errorMessage: null,
    leaderId: 1,
    leaderEpoch: epochOf(quorum),
    highWatermark: quorum.raft.highWatermark,
  });
  expect(partition?.currentVoters).toMatchObject([{ replicaId: 1, logEndOffset: quorum.raft.logEndOffset }]);
  expect(response.nodes).toMatchObject([
    { nodeId: 1, listeners: [{ name: 'CONTROLLER', host: '127.0.0.1', port: 45_678 }] },
  ]);
});

test('an observer may fetch the log; one with a foreign tail is told where to cut', async () => {
  const quorum = await open();
  const epoch = epochOf(quorum);
  const ask = (fetchOffset: number, lastFetchedEpoch: number) =>
    send(quorum, fetch, {
      clusterId: 'real',
      replicaState: { replicaId: 7 },
      maxWaitMs: 0,
      topics: [
        {
          topicId: METADATA_TOPIC_ID,
          partitions: [
            {
              partition: 0,
              currentLeaderEpoch: epoch,
              fetchOffset,
              lastFetchedEpoch,
              partitionMaxBytes: 10_000,
            },
          ],
        },
      ],
    });
  const first = (await ask(0, 0)).responses[0]?.partitions[0];
  expect(first).toMatchObject({ errorCode: 0, currentLeader: { leaderId: 1, leaderEpoch: epoch } });
  expect(first?.records?.length).toBeGreaterThan(61);
  const end = quorum.raft.logEndOffset;
  expect((await ask(end + 5, epoch)).responses[0]?.partitions[0]?.divergingEpoch).toEqual({
    epoch,
    endOffset: end,
  });
});

test('a quorum-state file that is not one is refused', async () => {
  await open();
  await close();
  nodeEnvironment.disk.replaceFile(
    join(folder, '__cluster_metadata-0/quorum-state'),
    Buffer.from('{"data_version":9}'),
  );
  await expect(open()).rejects.toMatchObject({ code: 'FOREIGN_DATA' });
});

test('a quorum-state file that is missing beside records is named, and the epoch is that of the log at least', async () => {
  const errors: string[] = [];
  const logger: Logger = {
    ...silentLogger,
    error: (message) => void errors.push(message),
    child: () => logger,
  };
  const first = await open(logger);
  await join1(first);
  const { epoch } = first.raft;
  expect(errors).toEqual([]);
  await close();
  rmSync(join(folder, '__cluster_metadata-0/quorum-state'));
  const second = await open(logger);
  expect(errors).toEqual([expect.stringMatching(/^quorum-state is missing .* could vote again/)]);
  await expect.poll(() => second.raft.epoch).toBeGreaterThan(epoch);
  await close();
  await open(logger);
  expect(errors).toHaveLength(1);
});
