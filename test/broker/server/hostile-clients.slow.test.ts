import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';
import { apis } from '../../../src/protocol/apis.ts';
import { encodeStruct } from '../../../src/protocol/codec.ts';
import { encodeRequest } from '../../../src/protocol/framing.ts';
import { produce } from '../../../src/protocol/messages/00-produce.ts';
import { fetch } from '../../../src/protocol/messages/01-fetch.ts';
import { metadata } from '../../../src/protocol/messages/03-metadata.ts';
import { apiVersions } from '../../../src/protocol/messages/18-api-versions.ts';
import { createTopics } from '../../../src/protocol/messages/19-create-topics.ts';
import { SeededRandom } from '../../sim/seeded-random.ts';
import { BrokerProcess } from '../../compat/broker-process.ts';
import { batchOf, TestBrokers, type TestClient } from '../running-broker.ts';

const MIB = 1024 * 1024;
/** Node's heap, and memory that waits to be collected. */
const SLACK_BYTES = 250 * MIB;
const RESPONSE_BUDGET_BYTES = 128 * MIB;
const REQUEST_BUDGET_BYTES = 256 * MIB;
const TOPIC = 'events';
const header = { correlationId: 1, clientId: 'hostile' };

const tell = (what: string, bytes: number): void =>
  console.log(`${what} took ${Math.round(bytes / MIB)} MiB`);

/** A broker as users start it, in a process of its own, and clients of all kinds. */
describe('hostile clients', () => {
  const brokers = new TestBrokers();
  const sockets: net.Socket[] = [];
  let broker: BrokerProcess;
  let client: TestClient;

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await broker.kill();
    await brokers.close();
  });

  async function start(options: { readonly openFilesMax?: number } = {}): Promise<void> {
    const config = { listeners: 'PLAINTEXT://127.0.0.1:0', 'log.dirs': brokers.newDirectory() };
    broker = await BrokerProcess.start(config, options);
    client = brokers.to(broker.address);
  }

  async function createTopic(name: string, numPartitions = 1): Promise<void> {
    const { topics } = await client.send(createTopics, 5, {
      topics: [{ name, numPartitions, replicationFactor: 1 }],
      timeoutMs: 30_000,
    });
    expect(topics[0]?.errorCode).toBe(0);
  }

  async function append(topic: string, value: string, index = 0): Promise<void> {
    const answer = await client.send(produce, 9, {
      acks: -1,
      timeoutMs: 10_000,
      topicData: [{ name: topic, partitionData: [{ index, records: batchOf(value) }] }],
    });
    expect(answer.responses[0]?.partitionResponses[0]?.errorCode).toBe(0);
  }

  function connect(): net.Socket {
    const socket = net.connect(broker.address.port, broker.address.host);
    socket.on('error', () => {}).pause();
    sockets.push(socket);
    return socket;
  }

  const closed = (socket: net.Socket): Promise<void> =>
    socket.destroyed ? Promise.resolve() : new Promise((resolve) => socket.once('close', () => resolve()));

  it.each([
    ['20 that pipeline fetches', 20, 100],
    ['50 consumers that have stalled', 50, 1],
  ])('%s and do not read cost no more than the budget, and others go on', async (_who, count, fetches) => {
    await start();
    await createTopic(TOPIC);
    for (let i = 0; i < 80; i++) await append(TOPIC, `${i}`.padEnd(MIB - 1000, 'x'));
    const beforeBytes = broker.peakBytes();
    const request = Buffer.concat(
      encodeRequest(fetch, 12, header, {
        maxWaitMs: 30_000,
        minBytes: 1,
        maxBytes: 50 * MIB,
        topics: [
          { topic: TOPIC, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 50 * MIB }] },
        ],
      }),
    );
    for (let i = 0; i < count; i++) {
      connect().write(Buffer.concat(Array.from({ length: fetches }, () => request)));
    }
    for (let i = 0; i < 200; i++) await append(TOPIC, `${i}`);
    tell('responses', broker.peakBytes() - beforeBytes);
    expect(broker.peakBytes() - beforeBytes).toBeLessThan(RESPONSE_BUDGET_BYTES + SLACK_BYTES);
  });

  it('20 that send large requests and do not end them cost no more than the budget', async () => {
    await start();
    await createTopic(TOPIC);
    const beforeBytes = broker.peakBytes();
    const size = Buffer.alloc(4);
    size.writeInt32BE(100 * MIB);
    const piece = Buffer.alloc(60 * MIB);
    for (let i = 0; i < 20; i++) {
      const socket = connect();
      socket.write(size);
      socket.write(piece);
    }
    for (let i = 0; i < 200; i++) await append(TOPIC, `${i}`);
    // Those that keep others waiting are disconnected: the large requests of honest clients come through.
    for (let i = 0; i < 5; i++) await append(TOPIC, 'x'.repeat(MIB - 1000));
    tell('requests', broker.peakBytes() - beforeBytes);
    expect(broker.peakBytes() - beforeBytes).toBeLessThan(REQUEST_BUDGET_BYTES + SLACK_BYTES);
  });

  it('2,000 connections leave the disk the files that it needs', async () => {
    await start({ openFilesMax: 1024 });
    await createTopic(TOPIC, 10);
    const crowd = Array.from({ length: 2000 }, () => connect());
    for (const socket of crowd) socket.resume();
    await expect
      .poll(() => crowd.filter((socket) => socket.destroyed).length, { timeout: 60_000 })
      .toBeGreaterThan(1000);
    expect(crowd.filter((socket) => !socket.destroyed).length).toBeGreaterThan(100);
    await createTopic('later', 100);
    for (let i = 0; i < 100; i++) await append('later', `${i}`, i);
    for (const socket of crowd) socket.destroy();
    const { topics } = await client.send(metadata, 9, { topics: [{ name: 'later' }] });
    expect(topics[0]?.partitions.filter(({ errorCode }) => errorCode === 0)).toHaveLength(100);
  });

  it('thousands that send random and mutated requests neither end it nor make it grow', async () => {
    await start();
    await createTopic(TOPIC);
    const { apiKeys } = await client.send(apiVersions, 0, {});
    const seed = Number(process.env['FUZZ_SEED'] ?? nodeEnvironment.random.int(2 ** 31));
    console.log(`FUZZ_SEED=${seed}`);
    const random = new SeededRandom(seed);
    const frame = (): Buffer => {
      const { apiKey, maxVersion } = apiKeys[random.int(apiKeys.length)] ?? { apiKey: 18, maxVersion: 0 };
      const api = apis[apiKey as keyof typeof apis];
      const version = api.versions.min + random.int(maxVersion - api.versions.min + 1);
      const body = random.chance(0.3)
        ? Buffer.from(random.bytes(random.int(300)))
        : Buffer.from(encodeStruct(api.request as never, version, {} as never));
      for (let i = random.int(6); i > 0 && body.length > 0; i--)
        body[random.int(body.length)] = random.int(256);
      const head = Buffer.alloc(version >= api.flexible.min && version <= api.flexible.max ? 15 : 14);
      head.writeInt32BE(random.chance(0.05) ? random.int(2 ** 31) : head.length - 4 + body.length, 0);
      head.writeInt16BE(apiKey, 4);
      head.writeInt16BE(version, 6);
      return Buffer.concat([head, random.chance(0.1) ? body.subarray(0, random.int(body.length + 1)) : body]);
    };
    const crowd = async (count: number): Promise<void> => {
      for (let done = 0; done < count; done += 50) {
        const some = Array.from({ length: 50 }, () => connect());
        for (const socket of some) {
          socket.resume();
          for (let i = random.int(8); i >= 0; i--) socket.write(frame());
          setTimeout(() => socket.destroy(), random.int(100));
        }
        await Promise.all(some.map(closed));
        sockets.length = 0;
      }
    };
    // The heap of Node 24 takes 12,000 of them to its full size (134 MiB here), and stays there.
    await crowd(12_000);
    const warmBytes = broker.residentBytes();
    await crowd(6000);
    const { brokers: alive } = await client.send(metadata, 9, { topics: [] });
    expect(alive).toHaveLength(1);
    tell('random requests', broker.residentBytes() - warmBytes);
    expect(broker.residentBytes() - warmBytes).toBeLessThan(60 * MIB);
  });
});
