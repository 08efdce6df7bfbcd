import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { Log } from '../../../broker/log/log.ts';
import { DEFAULT_LOG_CONFIG } from '../../../broker/log/log-config.ts';
import { ReplicaFetcher } from '../../../broker/replication/replica-fetcher.ts';
import type { PeerChannel } from '../../../broker/server/peer-channel.ts';
import type { DiskFile, Environment } from '../../../src/base/environment.ts';
import { OperationalError } from '../../../src/base/errors.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { silentLogger } from '../../../src/base/logger.ts';
import { ErrorCode } from '../../../src/protocol/error-codes.ts';
import { decodeStruct, encodeStruct } from '../../../src/protocol/codec.ts';
import type { RequestOf, ResponseInput } from '../../../src/protocol/message.ts';
import { fetch } from '../../../src/protocol/messages/01-fetch.ts';
import { batchOf } from '../running-broker.ts';
import { partitionOf, registrationOf } from './test-partition.ts';

type Request = RequestOf<typeof fetch>;
type Data = NonNullable<NonNullable<ResponseInput<typeof fetch>['responses']>[number]['partitions']>[number];

const FETCH_VERSION = 18;
/** A leader epoch that no leader has had. */
const NEVER = 999;
const TOPIC_IDS = ['AAAAAAAAAAAAAAAAAAAAAQ', 'AAAAAAAAAAAAAAAAAAAAAg', 'AAAAAAAAAAAAAAAAAAAAAw'] as const;

/** Partition 0 of three topics, followed from a leader whose answers the test gives, through the wire's codecs. */
class Follower {
  readonly directory = mkdtempSync(path.join(tmpdir(), 'millrace-fetcher-'));
  readonly logs: Log[] = [];
  readonly requests: Request[] = [];
  readonly #fetcher: ReplicaFetcher;

  constructor(answer: (topicId: string, request: Request) => Omit<Data, 'partitionIndex'>, failing = 'none') {
    const environment = diskThatCannotCut(failing);
    const channel = {
      send: async (_api: unknown, version: number, body: object) => {
        expect(version).toBe(FETCH_VERSION);
        const request = decodeStruct(fetch.request, version, encodeStruct(fetch.request, version, body));
        this.requests.push(request);
        await new Promise((resolve) => setTimeout(resolve, 1));
        const responses = request.topics.map(({ topicId }) => ({
          topicId,
          partitions: [{ partitionIndex: 0, ...answer(topicId, request) }],
        }));
        return decodeStruct(fetch.response, version, encodeStruct(fetch.response, version, { responses }));
      },
      close: () => {},
    };
    this.#fetcher = new ReplicaFetcher({
      onAssertion: (failure) => {
        throw failure;
      },
      environment,
      logger: silentLogger,
      leaderId: 2,
      channel: channel as unknown as PeerChannel,
      settings: {
        nodeId: 1,
        brokerEpoch: () => 1,
        maxWaitMs: 10,
        minBytes: 1,
        responseBytesMax: 1000,
        partitionBytesMax: 1000,
        backoffMs: 10,
      },
      onBytes: () => {},
    });
    for (const [index, topicId] of TOPIC_IDS.entries()) this.#follow(environment, topicId, `t${index}`);
  }

  #follow(environment: Environment, topicId: string, topic: string): void {
    const log = Log.open({
      environment,
      directory: path.join(this.directory, `${topic}-0`),
      config: DEFAULT_LOG_CONFIG,
    });
    log.appendAsLeader(batchOf('own'), { leaderEpoch: 0 });
    log.appendAsLeader(batchOf('own'), { leaderEpoch: 0 });
    this.logs.push(log);
    const context = { clock: environment.clock, brokerEpochOf: () => -1 };
    const partition = partitionOf(log, { topic, topicId, context });
    partition.onRegistration(registrationOf({ isr: [2], leader: 2, leaderEpoch: 1 }));
    this.#fetcher.follow(partition);
  }

  /** In the order of the n-th request. */
  orderOf(n: number): readonly number[] {
    return this.requests[n]?.topics.map(({ topicId }) => TOPIC_IDS.indexOf(topicId as never)) ?? [];
  }

  async close(): Promise<void> {
    this.#fetcher.close();
    for (const log of this.logs) await log.close().catch(() => {});
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** The real disk, on which the files of one topic cannot be cut. */
function diskThatCannotCut(topic: string): Environment {
  const { disk: real } = nodeEnvironment;
  const failing = (file: DiskFile): DiskFile => ({
    path: file.path,
    size: () => file.size(),
    read: (target, offset, length, position) => file.read(target, offset, length, position),
    write: (chunks, position) => file.write(chunks, position),
    truncate: () => {
      throw new OperationalError('DISK_ERROR', `cannot cut ${file.path}`, { retriable: false });
    },
    sync: () => file.sync(),
    close: () => file.close(),
  });
  return {
    ...nodeEnvironment,
    disk: {
      ...real,
      open: (file, mode) => {
        const opened = real.open(file, mode);
        return file.includes(`/${topic}-0/`) && file.endsWith('.log') ? failing(opened) : opened;
      },
    },
  };
}

let follower: Follower | undefined;
afterEach(() => follower?.close());

it('goes on with the other partitions of a leader when the disk fails one of them', async () => {
  // The leader's logs end one record earlier.
  const diverging = { highWatermark: 0, divergingEpoch: { epoch: 0, endOffset: 1 }, records: null };
  const news = { highWatermark: 0, records: null };
  follower = new Follower((topicId, { topics }) => {
    const asked = topics.find((topic) => topic.topicId === topicId)?.partitions[0];
    return asked?.fetchOffset === 2 ? diverging : news;
  }, 't0');
  const { logs } = follower;
  await expect.poll(() => logs.map((log) => log.logEndOffset)).toEqual([2, 1, 1]);
});

it('keeps committed records that its leader does not have', async () => {
  const diverging = { highWatermark: 0, divergingEpoch: { epoch: 0, endOffset: 1 }, records: null };
  follower = new Follower((topicId, { topics }) => {
    const asked = topics.find((topic) => topic.topicId === topicId)?.partitions[0];
    return asked?.fetchOffset === 2 ? diverging : { highWatermark: 0, records: null };
  });
  const { logs, directory } = follower;
  logs[0]?.setHighWatermark(2);
  const whole = readFileSync(path.join(directory, 't0-0/00000000000000000000.log'));
  await expect.poll(() => logs.map((log) => log.logEndOffset)).toEqual([1, 1, 1]);
  const cut = readFileSync(path.join(directory, 't0-0/00000000000000000000.log'));
  const kept = (topic: string): string[] =>
    readdirSync(path.join(directory, topic)).filter((name) => name.endsWith('.unrecovered'));
  expect(kept('t0-0')).toHaveLength(1);
  expect(kept('t1-0')).toEqual([]);
  expect(Buffer.concat([cut, readFileSync(path.join(directory, 't0-0', kept('t0-0')[0] ?? ''))])).toEqual(
    whole,
  );
});

it('asks last for what it has just got something of, so that nobody is kept out of a full response', async () => {
  // What a leader does whose response has room for one partition: the first that has anything.
  follower = new Follower((topicId, { topics }) => {
    const [first] = topics;
    const offset = first?.partitions[0]?.fetchOffset ?? 0;
    if (first?.topicId !== topicId || offset >= 12) return { highWatermark: 0, records: null };
    return { highWatermark: 0, records: [batchAt(offset, 'x')] };
  });
  const { logs } = follower;
  await expect.poll(() => follower?.requests.length).toBeGreaterThan(7);
  expect([0, 1, 2, 3].map((n) => follower?.orderOf(n)[0])).toEqual([0, 1, 2, 0]);
  expect(Math.min(...logs.map((log) => log.logEndOffset))).toBeGreaterThan(2);
});

it('takes over no more of a high watermark than its leader says', async () => {
  const batch = batchAt(2, 'x');
  follower = new Follower((_topicId, { topics }) => {
    const offset = topics[0]?.partitions[0]?.fetchOffset ?? 0;
    return { highWatermark: 1, records: offset === 2 ? [batch] : null };
  });
  const { logs } = follower;
  await expect.poll(() => logs.map((log) => log.logEndOffset)).toEqual([3, 3, 3]);
  await expect.poll(() => logs.map((log) => log.highWatermark)).toEqual([1, 1, 1]);
  const asked = follower.requests.length;
  await expect.poll(() => follower?.requests.length).toBeGreaterThan(asked + 2);
  expect(logs.map((log) => log.highWatermark)).toEqual([1, 1, 1]);
});

it('begins anew around a log start that lies within a batch, where all that it has is deleted there', async () => {
  // The follower ends at 2, as far as the leader's log start; the leader has one batch from 1 on.
  const batch = batchAt(1, 'a', 'b', 'c');
  follower = new Follower((_topicId, { topics }) => {
    const offset = topics[0]?.partitions[0]?.fetchOffset ?? 0;
    return { highWatermark: 4, logStartOffset: 2, records: offset === 2 ? [batch] : null };
  });
  const { logs } = follower;
  await expect.poll(() => logs.map((log) => log.logEndOffset)).toEqual([4, 4, 4]);
  expect(logs.map((log) => log.logStartOffset)).toEqual([2, 2, 2]);
});

it('takes out what has an epoch that there has never been, and copies it again', async () => {
  follower = new Follower((topicId, { topics }) => {
    const asked = topics.find((topic) => topic.topicId === topicId)?.partitions[0];
    if (asked?.lastFetchedEpoch === NEVER)
      return { errorCode: ErrorCode.OFFSET_OUT_OF_RANGE, highWatermark: -1, records: null };
    return { highWatermark: 3, records: asked?.fetchOffset === 2 ? [batchAt(2, 'x')] : null };
  });
  const { logs } = follower;
  // The leader is in epoch 1, and nobody has been in this one: a bit of the batch has flipped.
  for (const log of logs) log.appendAsFollower(inEpoch(batchAt(2, 'y'), NEVER));
  await expect.poll(() => logs.map((log) => log.latestEpoch)).toEqual([1, 1, 1]);
  expect(logs.map((log) => log.logEndOffset)).toEqual([3, 3, 3]);
});

it('takes over nothing that is of a later epoch than its leader', async () => {
  follower = new Follower((topicId, { topics }) => {
    const offset = topics.find((topic) => topic.topicId === topicId)?.partitions[0]?.fetchOffset ?? 0;
    const damaged = inEpoch(batchAt(3, 'y'), NEVER);
    return { highWatermark: 4, records: offset === 2 ? [batchAt(2, 'x'), damaged] : [damaged] };
  });
  const { logs } = follower;
  await expect.poll(() => follower?.requests.length).toBeGreaterThan(4);
  expect(logs.map((log) => log.logEndOffset)).toEqual([3, 3, 3]);
  expect(logs.map((log) => log.latestEpoch)).toEqual([1, 1, 1]);
});

/** As a leader of epoch 1 has it. */
function batchAt(offset: number, ...values: readonly string[]): Buffer {
  const batch = batchOf(...values);
  batch.writeBigInt64BE(BigInt(offset), 0);
  batch.writeInt32BE(1, 12);
  return batch;
}

/** The checksum does not cover the epoch. */
function inEpoch(batch: Buffer, leaderEpoch: number): Buffer {
  batch.writeInt32BE(leaderEpoch, 12);
  return batch;
}
