import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Broker } from '../../../broker/broker.ts';
import type { Logger } from '../../../src/base/logger.ts';
import { encodeRequest } from '../../../src/protocol/framing.ts';
import { produce } from '../../../src/protocol/messages/00-produce.ts';
import { fetch } from '../../../src/protocol/messages/01-fetch.ts';
import { metadata } from '../../../src/protocol/messages/03-metadata.ts';
import { createTopics } from '../../../src/protocol/messages/19-create-topics.ts';
import { batchOf, TestBrokers, type TestClient } from '../running-broker.ts';
import { PATIENCE_MS } from '../../setup/patience.ts';

const TOPIC = 'events';
const BATCH_BYTES = 500_000;
const BATCH_COUNT = 40;
const RESPONSE_BYTES_MAX = 6_000_000;
const header = { correlationId: 1, clientId: 'sleeper' };

/** A fetch of everything, as consumers send it by default. */
function fetchOf(fetchOffset: number) {
  return {
    maxWaitMs: 30_000,
    minBytes: 1,
    maxBytes: 50_000_000,
    topics: [{ topic: TOPIC, partitions: [{ partition: 0, fetchOffset, partitionMaxBytes: 50_000_000 }] }],
  };
}

/** On a machine that does much else. */
const PATIENCE = { timeout: PATIENCE_MS };

describe('clients that ask and do not read', () => {
  const brokers = new TestBrokers();
  const sockets: net.Socket[] = [];
  const warnings: Readonly<Record<string, unknown>>[] = [];
  /** That the machine is busy is not what these are about. */
  const note = (message: string, fields?: object): void => {
    if (message !== 'the event loop was held') warnings.push({ message, ...fields });
  };
  const logger: Logger = {
    debug: () => {},
    info: () => {},
    warn: note,
    error: note,
    child: () => logger,
  };

  afterEach(async () => {
    warnings.length = 0;
    for (const socket of sockets.splice(0)) socket.destroy();
    await brokers.close();
  });

  async function start(stallMs: number): Promise<{ broker: Broker; client: TestClient }> {
    const broker = await brokers.start(
      {
        'millrace.queued.max.response.bytes': RESPONSE_BYTES_MAX,
        'millrace.stalled.client.timeout.ms': stallMs,
      },
      { logger },
    );
    const client = brokers.to(broker);
    await client.send(createTopics, 5, {
      topics: [{ name: TOPIC, numPartitions: 1, replicationFactor: 1 }],
      timeoutMs: 5000,
    });
    for (let i = 0; i < BATCH_COUNT; i++) await append(client, `${i}`.padEnd(BATCH_BYTES, 'x'));
    return { broker, client };
  }

  async function append(client: TestClient, value: string): Promise<void> {
    const answer = await client.send(produce, 9, {
      acks: -1,
      timeoutMs: 5000,
      topicData: [{ name: TOPIC, partitionData: [{ index: 0, records: batchOf(value) }] }],
    });
    expect(answer.responses[0]?.partitionResponses[0]?.errorCode).toBe(0);
  }

  /** Connects clients that pipeline fetches and read none of the responses. */
  async function stall(broker: Broker, count: number, fetches: number): Promise<void> {
    const request = Buffer.concat(encodeRequest(fetch, 12, header, fetchOf(0)));
    const asked = Array.from({ length: count }, () => {
      const socket = net.connect(broker.address.port, broker.address.host);
      socket.on('error', () => {}).pause();
      sockets.push(socket);
      return new Promise<void>((resolve) =>
        socket.write(Buffer.concat(Array.from({ length: fetches }, () => request)), () => resolve()),
      );
    });
    await Promise.all(asked);
  }

  it('hold no more than the budget together, and others go on', async () => {
    const { broker, client } = await start(1000);
    await stall(broker, 20, 50);
    let mostBytes = 0;
    const watch = setInterval(() => (mostBytes = Math.max(mostBytes, broker.metrics.queuedResponseBytes)), 1);
    await expect
      .poll(() => broker.metrics.queuedResponseBytes, PATIENCE)
      .toBeGreaterThan(RESPONSE_BYTES_MAX / 2);
    for (let i = 0; i < 20; i++) await append(client, `more ${i}`);

    // A consumer that reads gets everything, though it has to wait for memory now and then.
    const reader = brokers.to(broker);
    let bytes = 0;
    for (let rounds = 0; bytes < BATCH_COUNT * BATCH_BYTES; rounds++) {
      const from = Math.min(BATCH_COUNT - 1, Math.floor(bytes / BATCH_BYTES));
      const { responses } = await reader.send(fetch, 12, fetchOf(from));
      const read = responses[0]?.partitions[0];
      expect(read?.errorCode).toBe(0);
      bytes += read?.records?.length ?? 0;
      expect(rounds).toBeLessThan(BATCH_COUNT * 2);
    }
    clearInterval(watch);
    // What is over is the first batch of a response, which is given whole.
    expect(mostBytes).toBeLessThan(RESPONSE_BYTES_MAX + 2 * BATCH_BYTES);
  });

  it('are disconnected when others wait for the memory, and named', async () => {
    const { broker, client } = await start(100);
    // None of them reads: they wait for each other until the oldest are gone.
    await stall(broker, 40, 50);
    await expect.poll(() => warnings.length, PATIENCE).toBeGreaterThan(0);
    expect(warnings[0]).toMatchObject({
      message: 'a client is disconnected, because others wait for the memory that it holds',
      clientId: 'sleeper',
      reason: 'does not read its responses',
    });
    const { topics } = await client.send(metadata, 9, { topics: [{ name: TOPIC }] });
    expect(topics[0]?.errorCode).toBe(0);
    for (const socket of sockets) socket.destroy();
    await expect.poll(() => broker.metrics.queuedResponseBytes, PATIENCE).toBe(0);
    await expect.poll(() => broker.metrics.connectionCount, PATIENCE).toBe(1);
  });

  it('are left alone while nobody waits', async () => {
    const { broker, client } = await start(20);
    await stall(broker, 3, 50);
    await expect.poll(() => broker.metrics.queuedResponseBytes, PATIENCE).toBeGreaterThan(0);
    await append(client, 'one');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(warnings).toEqual([]);
    expect(broker.metrics.connectionCount).toBe(4);
  });
});
