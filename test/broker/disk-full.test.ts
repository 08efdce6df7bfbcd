import { existsSync, rmSync, statSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { Disk, DiskFile, Environment } from '../../src/base/environment.ts';
import { OperationalError } from '../../src/base/errors.ts';
import { type Logger, silentLogger } from '../../src/base/logger.ts';
import { freePorts } from '../../src/base/io/free-ports.ts';
import { nodeEnvironment } from '../../src/base/io/node-environment.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { produce } from '../../src/protocol/messages/00-produce.ts';
import { fetch } from '../../src/protocol/messages/01-fetch.ts';
import { metadata } from '../../src/protocol/messages/03-metadata.ts';
import { createTopics } from '../../src/protocol/messages/19-create-topics.ts';
import { deleteTopics } from '../../src/protocol/messages/20-delete-topics.ts';
import { describeQuorum } from '../../src/protocol/messages/55-describe-quorum.ts';
import { PATIENCE_MS } from '../setup/patience.ts';
import { diskThatFills } from './disk-that-fills.ts';
import { batchOf, TestBrokers } from './running-broker.ts';

describe('a full disk', () => {
  const brokers = new TestBrokers();

  afterEach(() => brokers.close());

  it('is told as KAFKA_STORAGE_ERROR; reading goes on, and writing when there is space again', async () => {
    const { environment, setFull } = diskThatFills('filling');
    const broker = await brokers.start({}, { environment });
    const client = brokers.to(broker);
    await client.send(metadata, 9, { topics: [{ name: 'filling' }, { name: 'other' }] });
    const append = async (topic: string, value: string) => {
      const response = await client.send(produce, 9, {
        acks: -1,
        timeoutMs: 1000,
        topicData: [{ name: topic, partitionData: [{ index: 0, records: batchOf(value) }] }],
      });
      return response.responses[0]?.partitionResponses[0];
    };
    expect(await append('filling', 'before')).toMatchObject({ errorCode: 0, baseOffset: 0 });
    setFull(true);
    expect((await append('filling', 'lost'))?.errorCode).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
    expect(await append('other', 'elsewhere')).toMatchObject({ errorCode: 0, baseOffset: 0 });
    setFull(false);
    expect(await append('filling', 'after')).toMatchObject({ errorCode: 0, baseOffset: 1 });
    const response = await client.send(fetch, 12, {
      maxWaitMs: 0,
      minBytes: 1,
      topics: [
        { topic: 'filling', partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 100_000 }] },
      ],
    });
    const text = response.responses[0]?.partitions[0]?.records?.toString('latin1') ?? '';
    expect([text.includes('before'), text.includes('lost'), text.includes('after')]).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('is outlived by the metadata quorum, however long it is full', async () => {
    const { environment, setFull } = diskThatFills('__cluster_metadata-0');
    const broker = await brokers.start(
      { 'controller.quorum.election.timeout.ms': 20, 'broker.heartbeat.interval.ms': 100 },
      { environment },
    );
    const client = brokers.to(broker);
    const create = async (name: string): Promise<number | undefined> => {
      const { topics } = await client.send(createTopics, 7, {
        topics: [{ name, numPartitions: 1, replicationFactor: 1 }],
        timeoutMs: 300,
      });
      return topics[0]?.errorCode;
    };
    setFull(true);
    for (let i = 0; i < 3; i++) expect(await create(`full-${i}`)).not.toBe(ErrorCode.NONE);
    setFull(false);
    await expect.poll(() => create('after'), { timeout: PATIENCE_MS }).toBe(ErrorCode.NONE);
  });

  it('lets a follower of the metadata quorum go on where it was, once there is space again', async () => {
    const disks = [1, 2, 3].map(() => diskThatFills('__cluster_metadata-0'));
    const settings = [...(await brokers.clusterSettings(3)).values()];
    const cluster = await Promise.all(
      settings.map((own, i) => brokers.start(own, { environment: disks[i]?.environment ?? nodeEnvironment })),
    );
    const [first] = cluster;
    if (first === undefined) throw new Error('three brokers have been started');
    const quorum = await brokers.to(first).send(describeQuorum, 2, {
      topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }],
    });
    const leaderId = quorum.topics[0]?.partitions[0]?.leaderId;
    const leader = cluster.find(({ nodeId }) => nodeId === leaderId);
    const last = cluster.find(({ nodeId }) => nodeId !== leaderId);
    if (leader === undefined || last === undefined) throw new Error('one of the three leads');
    const setFull = (full: boolean): void => disks[last.nodeId - 1]?.setFull(full);
    setFull(true);
    const { topics } = await brokers.to(leader).send(createTopics, 7, {
      topics: [{ name: 'meanwhile', numPartitions: 1, replicationFactor: 1 }],
      timeoutMs: 5_000,
    });
    expect(topics[0]?.errorCode).toBe(ErrorCode.NONE);
    expect(last.image.topicsByName.has('meanwhile')).toBe(false);
    setFull(false);
    await expect.poll(() => last.image.topicsByName.has('meanwhile'), { timeout: PATIENCE_MS }).toBe(true);
    expect(last.failure).toBeUndefined();
  });
});

describe('a disk that fails under the metadata log', () => {
  const brokers = new TestBrokers();

  afterEach(() => brokers.close());

  /** The real disk, on which the metadata log cannot be synced any more from some time on. */
  function diskThatBreaks(): { environment: Environment; breakDown: () => void } {
    let isBroken = false;
    const { disk: real } = nodeEnvironment;
    const breaking = (file: DiskFile): DiskFile => ({
      path: file.path,
      size: () => file.size(),
      read: (target, offset, length, position) => file.read(target, offset, length, position),
      write: (chunks, position) => file.write(chunks, position),
      truncate: (size) => file.truncate(size),
      sync: () =>
        isBroken
          ? Promise.reject(
              new OperationalError('DISK_ERROR', `cannot sync ${file.path}`, { retriable: false }),
            )
          : file.sync(),
      close: () => file.close(),
    });
    const open: Disk['open'] = (path, mode) => {
      const file = real.open(path, mode);
      return path.includes('__cluster_metadata-0') && path.endsWith('.log') ? breaking(file) : file;
    };
    return {
      environment: { ...nodeEnvironment, disk: { ...real, open } },
      breakDown: () => {
        isBroken = true;
      },
    };
  }

  it('stops the broker, which says why and gives its folder and its port back', async () => {
    const { environment, breakDown } = diskThatBreaks();
    let tell: (error: unknown) => void = () => {};
    const failed = new Promise<unknown>((resolve) => {
      tell = resolve;
    });
    // Of its own: one that the system gives out is anybody's when it is given back.
    const [port] = await freePorts(1);
    const listeners = `PLAINTEXT://127.0.0.1:${port}`;
    const broker = await brokers.start({ listeners }, { environment, onFailure: (error) => tell(error) });
    const { directory } = broker;
    breakDown();
    // The request is lost with the broker.
    const client = brokers.to(broker);
    const asked = client.send(metadata, 9, { topics: [{ name: 'new' }] }).catch((error: unknown) => error);
    expect(await failed).toMatchObject({ code: 'DISK_ERROR' });
    expect(broker.failure).toBe(await failed);
    await asked;
    const second = await brokers.start({ 'log.dirs': directory, listeners });
    expect(second.clusterId).toBe(broker.clusterId);
  });

  it('lets a broker start with its reserve, delete what is to go, and take records when there is room', async () => {
    const first = await brokers.start();
    const { directory } = first;
    const bytes = 1024 * 1024;
    await expect.poll(() => statSync(`${directory}/.reserve`).size).toBe(bytes);
    await brokers.to(first).send(metadata, 9, { topics: [{ name: 'gone' }, { name: 'kept' }] });
    await brokers.stop(first, { handOver: false });
    rmSync(`${directory}/.kafka_cleanshutdown`, { force: true });

    let usableBytes = 0;
    const real = nodeEnvironment.disk;
    const room = (path: string): void => {
      if (usableBytes > 0 || !existsSync(`${directory}/.reserve`)) return;
      throw new OperationalError('DISK_FULL', `no space left to write ${path}`, { retriable: true });
    };
    const disk: Disk = {
      ...real,
      space: (path) => ({ ...real.space(path), usableBytes }),
      lock: (path) => (room(path), real.lock(path)),
      replaceFile: (path, content) => (room(path), real.replaceFile(path, content)),
    };
    const errors: string[] = [];
    const logger: Logger = {
      ...silentLogger,
      error: (message) => void errors.push(message),
      child: () => logger,
    };
    const second = await brokers.start(
      { 'log.dirs': directory },
      { environment: { ...nodeEnvironment, disk }, logger },
    );
    expect(existsSync(`${directory}/.reserve`)).toBe(false);
    expect(errors[0]).toMatch(/disk is full: the broker works with its reserve.*Delete topics or records/s);
    const client = brokers.to(second);
    const append = async (topic: string): Promise<number | undefined> => {
      const { responses } = await client.send(produce, 9, {
        acks: -1,
        timeoutMs: 1000,
        topicData: [{ name: topic, partitionData: [{ index: 0, records: batchOf('x') }] }],
      });
      return responses[0]?.partitionResponses[0]?.errorCode;
    };
    await expect.poll(() => append('kept'), { timeout: PATIENCE_MS }).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
    const { responses } = await client.send(deleteTopics, 5, { topicNames: ['gone'], timeoutMs: 5000 });
    expect(responses[0]?.errorCode).toBe(ErrorCode.NONE);
    await expect.poll(() => existsSync(`${directory}/gone-0`), { timeout: PATIENCE_MS }).toBe(false);
    usableBytes = 8 * bytes;
    await expect.poll(() => append('kept'), { timeout: PATIENCE_MS }).toBe(ErrorCode.NONE);
    expect(statSync(`${directory}/.reserve`).size).toBe(bytes);
  });
});
