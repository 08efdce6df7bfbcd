import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatApacheKafka, launchApacheKafka } from '../../bench/harness/brokers.ts';
import { Log } from '../../broker/log/log.ts';
import { DEFAULT_LOG_CONFIG } from '../../broker/log/log-config.ts';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { fetch } from '../../src/protocol/messages/01-fetch.ts';
import { describeProducers } from '../../src/protocol/messages/61-describe-producers.ts';
import { batchesOf } from '../../src/protocol/records/batch-view.ts';
import { abortedOf, appendVerified, makeBatch, makeMarker } from '../broker/log/batches.ts';
import { whyNoKafka } from './apache-kafka.ts';
import { Peer } from './same-answers/peer.ts';
import { begun } from './same-answers/transaction-log-cases.ts';
import { prepare } from './same-answers/world.ts';

const TOPIC = 'folders';
const PARTITION = `${TOPIC}-0`;

interface Batch {
  readonly offsets: readonly number[];
  readonly attributes: number;
  readonly producerId: number;
  readonly producerEpoch: number;
}

/** What a reader of committed records is given from a partition's start on, and what is known of its producers. */
interface Contents {
  readonly lastStableOffset: number;
  readonly aborted: readonly (readonly number[])[];
  readonly batches: readonly Batch[];
  readonly producers: readonly (readonly number[])[];
}

function batchesIn(records: Buffer): readonly Batch[] {
  return batchesOf(records).map(({ baseOffset, lastOffset, attributes, producerId, producerEpoch }) => ({
    offsets: [baseOffset, lastOffset],
    attributes,
    producerId,
    producerEpoch,
  }));
}

const byFirst = (rows: readonly (readonly number[])[]) =>
  rows.toSorted((a, b) => Number(a[0]) - Number(b[0]));

async function ofKafka(peer: Peer): Promise<Contents> {
  const answer = await peer.send(fetch, 11, {
    replicaId: -1,
    maxWaitMs: 0,
    minBytes: 0,
    maxBytes: 1_000_000,
    isolationLevel: 1,
    topics: [{ topic: TOPIC, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000_000 }] }],
  });
  const [read] = answer.responses[0]?.partitions ?? [];
  const described = await peer.send(describeProducers, 0, {
    topics: [{ name: TOPIC, partitionIndexes: [0] }],
  });
  const producers = described.topics[0]?.partitions[0]?.activeProducers ?? [];
  return {
    lastStableOffset: read?.lastStableOffset ?? -1,
    aborted: (read?.abortedTransactions ?? []).map(({ producerId, firstOffset }) => [
      producerId,
      firstOffset,
    ]),
    batches: batchesIn(read?.records ?? Buffer.alloc(0)),
    producers: byFirst(
      producers.map((each) => [
        each.producerId,
        each.producerEpoch,
        each.lastSequence,
        each.lastTimestamp,
        each.coordinatorEpoch,
        each.currentTxnStartOffset,
      ]),
    ),
  };
}

function ofLog(log: Log): Contents {
  const { lastStableOffset } = log;
  const read = log.read(0, { maxBytes: 1_000_000, upperBoundOffset: lastStableOffset, minOneBatch: true });
  const aborted = abortedOf(log, 0, read.nextOffset);
  return {
    lastStableOffset,
    aborted: aborted.map(({ producerId, firstOffset }) => [producerId, firstOffset]),
    batches: batchesIn(Buffer.concat(read.chunks)),
    producers: byFirst(
      Array.from(log.activeProducers, (each) => [
        each.producerId,
        each.producerEpoch,
        each.lastSequence,
        each.lastTimestamp,
        each.coordinatorEpoch,
        each.currentTxnFirstOffset,
      ]),
    ),
  };
}

function openFolder(root: string, hadCleanShutdown: boolean): Log {
  const log = Log.open({
    environment: nodeEnvironment,
    directory: `${root}/${PARTITION}`,
    config: DEFAULT_LOG_CONFIG,
    hadCleanShutdown,
  });
  log.setHighWatermark(log.logEndOffset);
  return log;
}

describe.skipIf(whyNoKafka !== undefined)('a folder of a log with transactions', () => {
  let root = '';
  let folders = '';
  let settings: Awaited<ReturnType<typeof formatApacheKafka>>;

  beforeAll(async () => {
    root = mkdtempSync(path.join(tmpdir(), 'millrace-folders-'));
    settings = await formatApacheKafka();
    folders = path.join(settings.data, 'logs');
  });

  afterAll(() => {
    for (const folder of [root, settings.data]) rmSync(folder, { recursive: true, force: true });
  });

  async function withKafka<T>(work: (peer: Peer) => Promise<T>): Promise<T> {
    const { configFile, port } = settings;
    const kafka = await launchApacheKafka(configFile, port);
    try {
      return await work(new Peer(`127.0.0.1:${port}`));
    } finally {
      await kafka.stop('SIGTERM');
    }
  }

  it('of Apache Kafka is opened here, and one that was written here is opened there', async () => {
    const written = await withKafka(async (peer) => {
      await prepare(peer);
      const first = await begun(peer, TOPIC);
      for (const isCommit of [true, false, true, false]) {
        await first.send(12, 0, ['a', 'b']);
        await first.send(12, 0, ['c']);
        await first.end(isCommit, 5);
      }
      await first.addPartition(0);
      await first.send(11, 0, ['open']);
      return ofKafka(peer);
    });
    expect(written.aborted).toHaveLength(2);
    cpSync(`${folders}/${PARTITION}`, `${root}/${PARTITION}`, { recursive: true });
    for (const hadCleanShutdown of [true, false]) {
      const log = openFolder(root, hadCleanShutdown);
      expect(ofLog(log)).toEqual(written);
      log.closeHandles();
    }

    const log = openFolder(root, true);
    const [open] = [...log.activeProducers].filter((each) => each.currentTxnFirstOffset >= 0);
    const producerId = open?.producerId ?? -1;
    const producerEpoch = open?.producerEpoch ?? -1;
    const coordinatorEpoch = Math.max(0, open?.coordinatorEpoch ?? 0);
    const nowMs = Date.now();
    const leaderEpoch = log.latestEpoch;
    const mark = (isAbort: boolean, id = producerId) => {
      const marker = makeMarker({
        producerId: id,
        producerEpoch: id === producerId ? producerEpoch : 0,
        isAbort,
        coordinatorEpoch,
        // Producers of long ago are forgotten by a broker that starts.
        timestamp: nowMs,
      });
      expect(log.appendAsLeader(marker, { leaderEpoch, origin: 'coordinator' }).errorCode).toBe(0);
    };
    mark(true);
    for (const isAbort of [false, true]) {
      for (const id of [producerId + 50, producerId + 51]) {
        const batch = makeBatch({
          producerId: id,
          producerEpoch: 0,
          baseSequence: isAbort ? 2 : 0,
          records: 2,
          timestamp: nowMs,
          isTransactional: true,
        });
        expect(appendVerified(log, batch, { leaderEpoch }).errorCode).toBe(0);
      }
      mark(isAbort, producerId + 51);
      mark(!isAbort, producerId + 50);
    }
    log.setHighWatermark(log.logEndOffset);
    const ours = ofLog(log);
    expect(ours.aborted).toHaveLength(5);
    await log.close();
    rmSync(`${folders}/${PARTITION}`, { recursive: true });
    cpSync(`${root}/${PARTITION}`, `${folders}/${PARTITION}`, { recursive: true });
    expect(await withKafka((peer) => ofKafkaWhenLed(peer))).toEqual(ours);
  });
});

/** A broker that has just begun knows its partitions a moment later. */
async function ofKafkaWhenLed(peer: Peer): Promise<Contents> {
  await peer.learn(TOPIC);
  return ofKafka(peer);
}
