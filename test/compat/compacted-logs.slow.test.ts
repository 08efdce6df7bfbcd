import fs from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { formatApacheKafka, launchApacheKafka } from '../../bench/harness/brokers.ts';
import type { RunningProcess } from '../../bench/harness/processes.ts';
import { DEFAULT_LOG_CONFIG } from '../../broker/log/log-config.ts';
import { Log } from '../../broker/log/log.ts';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { Admin, Consumer, Producer } from '../../src/client/index.ts';
import { batchesOf } from '../../src/protocol/records/batch-view.ts';
import { decodeBatch } from '../../src/protocol/records/decode-batch.ts';
import { makeMarker } from '../broker/log/batches.ts';
import { cleanerOf, looseLogs } from '../broker/log/cleaner/cleaning.ts';
import { keyedBatch, type KeyedRecord } from '../broker/log/cleaner/keyed-batches.ts';
import { temporaryDirectory } from '../broker/log/temporary-directory.ts';
import { kafkaClassOutput, whyNoKafka } from './apache-kafka.ts';

const CONFIG = {
  ...DEFAULT_LOG_CONFIG,
  compact: true,
  delete: false,
  segmentBytes: 30_000,
  indexIntervalBytes: 500,
  minCleanableDirtyRatio: 0,
  deleteRetentionMs: 0,
  verifyTransactions: false,
};
const EPOCH = { leaderEpoch: 0 };
const TOPIC = 'table';
const PARTITION = { topic: TOPIC, partition: 0 };

/** Each key's last committed value. */
type Contents = ReadonlyMap<string, string>;

/** Writes a log of ours with codecs, tombstones, transactions and an idempotent producer, and compacts it. */
async function writeCompacted(
  root: string,
): Promise<{ readonly directory: string; readonly last: Contents }> {
  const directory = `${root}/${TOPIC}-0`;
  const log = Log.open({ environment: nodeEnvironment, directory, config: CONFIG, isNew: false });
  const last = new Map<string, string>();
  const sequences = new Map<number, number>();
  const put = (records: readonly KeyedRecord[], producerId: number, isTransactional: boolean): void => {
    const baseSequence = sequences.get(producerId) ?? 0;
    sequences.set(producerId, baseSequence + records.length);
    const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
    const batch = keyedBatch(records, {
      timestamp: Date.now(),
      compression: codecs[baseSequence % codecs.length] ?? 'none',
      ...(producerId < 0 ? {} : { producerId, producerEpoch: 3, baseSequence, isTransactional }),
    });
    expect(log.appendAsLeader(batch, EPOCH).errorCode).toBe(0);
  };
  for (let round = 0; round < 120; round++) {
    const records = Array.from({ length: 10 }, (_, index) => ({
      key: `key ${(round + index * 3) % 25}`,
      value: (round + index) % 11 === 0 ? null : `round ${round} ${'x'.repeat(60)}`,
    }));
    const producerId = [-1, 7, 8][round % 3] ?? -1;
    const isTransactional = producerId === 8;
    put(records, producerId, isTransactional);
    const isAborted = isTransactional && round % 2 === 0;
    if (isTransactional) {
      const marker = makeMarker({ producerId, producerEpoch: 3, isAbort: isAborted, coordinatorEpoch: 2 });
      expect(log.appendAsLeader(marker, { ...EPOCH, origin: 'coordinator' }).errorCode).toBe(0);
    }
    if (isAborted) continue;
    for (const { key, value } of records) {
      if (value === null) last.delete(key);
      else last.set(key, value);
    }
  }
  log.setHighWatermark(log.logEndOffset);
  await log.flush();
  const before = log.sizeInBytes;
  const cleaner = cleanerOf(looseLogs(log), {
    environment: nodeEnvironment,
    settings: { readBytes: 100_000 },
  });
  await cleaner.clean();
  expect(cleaner.counts).toMatchObject({ failures: 0, cleanings: 1 });
  expect(log.sizeInBytes).toBeLessThan(before / 2);
  await log.close();
  return { directory, last };
}

async function readCommitted(bootstrapServers: string): Promise<Contents> {
  const consumer = new Consumer({
    bootstrapServers,
    autoOffsetReset: 'earliest',
    isolationLevel: 'read_committed',
  });
  try {
    consumer.assign([PARTITION]);
    const [end] = await consumer.endOffsets([PARTITION]);
    const last = new Map<string, string>();
    while ((await consumer.position(PARTITION)) < (end?.offset ?? 0)) {
      for (const { records } of await consumer.poll(500)) {
        for (const { key, value } of records) {
          if (value === null) last.delete(String(key));
          else last.set(String(key), String(value));
        }
      }
    }
    return last;
  } finally {
    await consumer.close();
  }
}

/** What is in a log of which nothing was aborted. */
function contentsOf(log: Log): Contents {
  const last = new Map<string, string>();
  for (let offset = log.logStartOffset; offset < log.logEndOffset; ) {
    const { chunks, nextOffset } = log.read(offset, {
      maxBytes: 1_000_000,
      upperBoundOffset: log.logEndOffset,
      minOneBatch: true,
    });
    for (const batch of batchesOf(Buffer.concat(chunks))) {
      expect(batch.isValid()).toBe(true);
      for (const { key, value } of decodeBatch(batch)) {
        if (value === null) last.delete(String(key));
        else last.set(String(key), String(value));
      }
    }
    offset = nextOffset;
  }
  return last;
}

function dump(directory: string, kind: string, ...options: readonly string[]): string {
  const files = fs
    .readdirSync(directory)
    .filter((name) => name.endsWith(kind))
    .map((name) => `${directory}/${name}`);
  return kafkaClassOutput('org.apache.kafka.tools.DumpLogSegments', ['--files', files.join(), ...options]);
}

describe.skipIf(whyNoKafka !== undefined)('compacted logs of both brokers', () => {
  const running = new Set<RunningProcess>();
  const folders: string[] = [];
  afterAll(async () => {
    for (const process of running) await process.stop('SIGKILL');
    for (const folder of folders) fs.rmSync(folder, { recursive: true, force: true });
  });

  async function launch(configFile: string, port: number): Promise<RunningProcess> {
    const process = await launchApacheKafka(configFile, port);
    running.add(process);
    return process;
  }

  async function stop(process: RunningProcess): Promise<void> {
    running.delete(process);
    await process.stop('SIGTERM');
  }

  async function format() {
    const formatted = await formatApacheKafka();
    folders.push(formatted.data);
    fs.appendFileSync(formatted.configFile, 'log.cleaner.backoff.ms=100\nlog.segment.delete.delay.ms=100\n');
    return {
      ...formatted,
      bootstrap: `127.0.0.1:${formatted.port}`,
      logs: path.join(formatted.data, 'logs'),
    };
  }

  async function createTopic(
    bootstrapServers: string,
    configs: Readonly<Record<string, string>>,
  ): Promise<void> {
    const admin = new Admin({ bootstrapServers });
    await admin.createTopics([{ name: TOPIC, partitions: 1, replicationFactor: 1, configs }]);
    await admin.close();
  }

  it('DumpLogSegments reads what our cleaner has written without a complaint', async () => {
    const { directory } = await writeCompacted(temporaryDirectory());
    const log = dump(directory, '.log', '--deep-iteration', '--print-data-log');
    expect(log).not.toMatch(/isvalid: false|Exception|corrupt|invalid bytes/i);
    expect(log).toMatch(/endTxnMarker: COMMIT coordinatorEpoch: 2/);
    for (const kind of ['.index', '.timeindex']) {
      const index = dump(directory, kind);
      expect(index).not.toMatch(/mismatch|out of order|Exception|corrupt/i);
      dump(directory, kind, '--index-sanity-check');
    }
    if (fs.readdirSync(directory).some((name) => name.endsWith('.txnindex')))
      expect(dump(directory, '.txnindex')).not.toMatch(/Exception|corrupt/i);
  });

  it('Apache Kafka serves a log of ours, and goes on compacting it', async () => {
    const { directory, last } = await writeCompacted(temporaryDirectory());
    const { configFile, port, bootstrap, logs } = await format();
    const first = await launch(configFile, port);
    await createTopic(bootstrap, { 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': '0.01' });
    await stop(first);
    for (const name of fs.readdirSync(directory)) {
      if (name !== 'partition.metadata')
        fs.copyFileSync(`${directory}/${name}`, `${logs}/${TOPIC}-0/${name}`);
    }
    const second = await launch(configFile, port);
    expect(await readCommitted(bootstrap)).toEqual(last);
    const cleaned = (): string | undefined => {
      const checkpoint = `${logs}/cleaner-offset-checkpoint`;
      return fs.existsSync(checkpoint) ? fs.readFileSync(checkpoint, 'utf8') : undefined;
    };
    await expect.poll(cleaned, { timeout: 60_000 }).toMatch(/^table 0 \d+$/m);
    expect(await readCommitted(bootstrap)).toEqual(last);
    await stop(second);
  });

  it('a log that Apache Kafka has compacted is read, and compacted further, by us', async () => {
    const { configFile, port, bootstrap, logs } = await format();
    const kafka = await launch(configFile, port);
    await createTopic(bootstrap, {
      'cleanup.policy': 'compact',
      'min.cleanable.dirty.ratio': '0.01',
      'segment.bytes': '1048576',
      'delete.retention.ms': '0',
    });
    const producer = new Producer({
      bootstrapServers: bootstrap,
      acks: 'all',
      idempotent: true,
    });
    const last = new Map<string, string>();
    for (let round = 0; round < 60; round++) {
      for (let index = 0; index < 200; index++) {
        const key = `key ${index}`;
        const value = (round + index) % 13 === 0 ? null : `${round} ${String(Math.random()).repeat(25)}`;
        if (value === null) last.delete(key);
        else last.set(key, value);
        producer.send({ topic: TOPIC, key, value });
      }
      await producer.flush();
    }
    await producer.close();
    const checkpoint = `${logs}/cleaner-offset-checkpoint`;
    await expect
      .poll(() => fs.existsSync(checkpoint) && fs.readFileSync(checkpoint, 'utf8'), { timeout: 60_000 })
      .toMatch(/^table 0 \d+$/m);
    await stop(kafka);
    const [, , line = ''] = fs.readFileSync(checkpoint, 'utf8').split('\n');
    const log = Log.open({
      environment: nodeEnvironment,
      directory: `${logs}/${TOPIC}-0`,
      config: { ...CONFIG, segmentBytes: 100_000_000 },
      hadCleanShutdown: true,
      cleanedTo: Number(line.split(' ')[2]),
    });
    expect(contentsOf(log)).toEqual(last);
    log.setHighWatermark(log.logEndOffset);
    await log.flush();
    const cleaner = cleanerOf(looseLogs(log), {
      environment: nodeEnvironment,
      settings: { readBytes: 100_000, mapBytesMax: 10_000_000 },
    });
    await cleaner.clean();
    expect(cleaner.counts.failures).toBe(0);
    expect(contentsOf(log)).toEqual(last);
    await log.close();
  });
});
