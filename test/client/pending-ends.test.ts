import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Admin, Consumer, OperationalError, Producer } from '../../src/client/index.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import { produce } from '../../src/protocol/messages/00-produce.ts';
import { metadata } from '../../src/protocol/messages/03-metadata.ts';
import { patientEnvironment } from './patient-environment.ts';
import { ScriptedBroker } from './scripted-broker.ts';

/** How long the calls of these tests may take by their own settings; every other limit is far longer. */
const TIMEOUT_MS = 300;

const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('against a peer that takes connections and never answers, each call ends by its own timeout:', () => {
  let server: Server;
  let bootstrapServers = '';
  const sockets = new Set<Socket>();

  beforeEach(async () => {
    server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    bootstrapServers = `127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`;
  });
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    server.close();
  });

  it('of an admin client', async () => {
    const admin = new Admin({ bootstrapServers, defaultApiTimeoutMs: TIMEOUT_MS, requestTimeoutMs: 600_000 });
    const calls = [
      admin.createTopics([{ name: 't' }]),
      admin.describeCluster(),
      admin.describeConfigs([{ type: 'broker', name: '1' }]),
      admin.listGroups(),
      admin.describeGroups(['g']),
      admin.listOffsets([{ topic: 't', partition: 0, spec: 'latest' }]),
      admin.deleteRecords([{ topic: 't', partition: 0, offset: 1 }]),
      admin.electLeaders('preferred'),
      admin.alterConsumerGroupOffsets('g', [{ topic: 't', partition: 0, offset: 1 }]),
    ];
    for (const failure of await Promise.all(calls.map(failureOf))) {
      expect(failure).toBeInstanceOf(OperationalError);
      expect(failure).toMatchObject({ code: 'TIMED_OUT', retriable: true });
    }
    await admin.close();
  });

  it('with what it knows of the cluster where an earlier attempt told it', async () => {
    const environment = patientEnvironment();
    // Time is up during the third attempt, and between the second and the third one.
    for (const defaultApiTimeoutMs of [250, 205]) {
      const admin = new Admin({
        environment,
        bootstrapServers,
        defaultApiTimeoutMs,
        requestTimeoutMs: 100,
        retryBackoffMs: 1,
        retryBackoffMsMax: 1,
      });
      expect(await failureOf(admin.listTopics())).toMatchObject({ code: 'CLUSTER_UNREACHABLE' });
      await admin.close();
    }
  });

  it('of closing a producer, whose records fail with it', async () => {
    const producer = new Producer({
      bootstrapServers,
      requestTimeoutMs: 600_000,
      blockMsMax: 600_000,
      deliveryTimeoutMs: 1_200_000,
    });
    const told: unknown[] = [];
    producer.send({ topic: 't', value: 'v' }, (error) => told.push(error));
    await producer.close({ timeoutMs: TIMEOUT_MS });
    expect(told).toMatchObject([{ code: 'TIMED_OUT' }]);
  });

  it('of a consumer', async () => {
    const consumer = new Consumer({
      bootstrapServers,
      groupId: 'g',
      defaultApiTimeoutMs: TIMEOUT_MS,
      requestTimeoutMs: 600_000,
    });
    const partition = { topic: 't', partition: 0 };
    consumer.assign([partition]);
    expect(await consumer.poll(TIMEOUT_MS)).toEqual([]);
    const calls = [
      consumer.position(partition),
      consumer.commit([{ ...partition, offset: 1 }]),
      consumer.committed([partition]),
      consumer.endOffsets([partition]),
      consumer.partitionsFor('t'),
    ];
    for (const failure of await Promise.all(calls.map(failureOf)))
      expect(failure).toMatchObject({ code: 'TIMED_OUT' });
    await consumer.close({ timeoutMs: TIMEOUT_MS });
  });

  it('of a producer', async () => {
    const producer = new Producer({
      bootstrapServers,
      blockMsMax: TIMEOUT_MS,
      deliveryTimeoutMs: TIMEOUT_MS,
      requestTimeoutMs: 600_000,
    });
    expect(await failureOf(producer.sendAndWait({ topic: 't', value: 'v' }))).toMatchObject({
      code: 'TIMED_OUT',
    });
    expect(await failureOf(producer.partitionsFor('t'))).toMatchObject({ code: 'TIMED_OUT' });
    producer.send({ topic: 't', value: 'v' });
    expect(await failureOf(producer.flush())).toMatchObject({ code: 'TIMED_OUT' });
    await producer.close();
  });
});

describe('a topic that is deleted and made anew with fewer partitions', () => {
  it('loses the queues of those that it has no more, and takes records for the others', async () => {
    const broker = new ScriptedBroker();
    await broker.start();
    const [host = '', port = ''] = broker.bootstrapServers.split(':');
    let topicId = 'MillraceMillraceMillrA';
    let count = 2;
    let isStuck = true;
    broker.on(metadata, () => ({
      brokers: [{ nodeId: 0, host, port: Number(port) }],
      clusterId: 'scripted',
      controllerId: 0,
      topics: [
        {
          name: 't',
          topicId,
          partitions: Array.from({ length: count }, (_, partitionIndex) => ({
            partitionIndex,
            leaderId: isStuck ? -1 : 0,
            leaderEpoch: 1,
            replicaNodes: [0],
            isrNodes: [0],
          })),
        },
      ],
    }));
    broker.on(produce, (request) => ({
      responses: request.topicData.map((topic) => ({
        topicId: topic.topicId,
        partitionResponses: topic.partitionData.map(({ index }) => ({
          index,
          errorCode: ErrorCode.NONE,
          baseOffset: 5,
        })),
      })),
    }));
    const producer = new Producer({
      bootstrapServers: broker.bootstrapServers,
      lingerMs: 0,
      retryBackoffMs: 5,
      retryBackoffMsMax: 10,
      // Nothing here ends because a time has come.
      deliveryTimeoutMs: 600_000,
      blockMsMax: 600_000,
    });
    expect(await producer.partitionsFor('t')).toBe(2);
    const lost = failureOf(producer.sendAndWait({ topic: 't', partition: 1, value: 'old' }));
    const kept = producer.sendAndWait({ topic: 't', partition: 0, value: 'old' });
    topicId = 'MillraceMillraceMillrQ';
    count = 1;
    isStuck = false;
    expect(await lost).toMatchObject({ code: 'UNKNOWN_PARTITION' });
    expect(await kept).toMatchObject({ partition: 0, offset: 5 });
    // Records without a key no longer go to the partition that is gone.
    for (let i = 0; i < 20; i++) {
      expect(await producer.sendAndWait({ topic: 't', key: `${i}`, value: 'new' })).toMatchObject({
        partition: 0,
      });
    }
    await producer.close().catch(() => {});
    await broker.stop();
  });
});
