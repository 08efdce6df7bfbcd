import net from 'node:net';
import { afterEach, expect, it } from 'vitest';
import type { Broker } from '../../../broker/broker.ts';
import { encodeRequest, decodeResponse } from '../../../src/protocol/framing.ts';
import { produce } from '../../../src/protocol/messages/00-produce.ts';
import { fetch } from '../../../src/protocol/messages/01-fetch.ts';
import { createTopics } from '../../../src/protocol/messages/19-create-topics.ts';
import { batchesOf } from '../../../src/protocol/records/batch-view.ts';
import { decodeBatch } from '../../../src/protocol/records/decode-batch.ts';
import { batchOf, TestBrokers } from '../running-broker.ts';
import { FrameCollector } from './frame-collector.ts';

/**
 * Fetches read from disk into buffers that are used again once a response is sent, and that are overwritten then in these
 * tests: whoever releases one too early sends garbage.
 */

const VERSION = 12;
const VALUE_BYTES = 120_000;
const COUNT = 24;
const READERS = 8;

const brokers = new TestBrokers();
afterEach(() => brokers.close());

const valueOf = (offset: number): string => `${offset}:`.padEnd(VALUE_BYTES, `${offset}.`);

/** A broker that has the records on disk and, having been started again, not in memory. */
async function startWithRecordsOnDisk(): Promise<Broker> {
  const directory = brokers.newDirectory();
  const before = await brokers.start({ 'log.dirs': directory });
  const client = brokers.to(before);
  const topic = { name: 'events', numPartitions: 1, replicationFactor: 1 };
  await client.send(createTopics, 5, { topics: [topic], timeoutMs: 5000 });
  for (let i = 0; i < COUNT; i++) {
    const partitionData = [{ index: 0, records: batchOf(valueOf(i)) }];
    const answer = await client.send(produce, 9, {
      acks: 1,
      timeoutMs: 5000,
      topicData: [{ name: 'events', partitionData }],
    });
    expect(answer.responses[0]?.partitionResponses[0]?.errorCode).toBe(0);
  }
  client.close();
  await brokers.stop(before);
  return brokers.start({ 'log.dirs': directory });
}

function fetchFrom(fetchOffset: number): Buffer {
  const partitions = [{ partition: 0, fetchOffset, partitionMaxBytes: 1_000_000 }];
  const header = { correlationId: fetchOffset, clientId: 'reader' };
  return Buffer.concat(
    encodeRequest(fetch, VERSION, header, {
      maxWaitMs: 1000,
      minBytes: 1,
      maxBytes: 50_000_000,
      topics: [{ topic: 'events', partitions }],
    }),
  );
}

function expectRecordsFrom(offset: number, frame: Buffer): void {
  const { responses } = decodeResponse(fetch, VERSION, frame);
  const partition = responses[0]?.partitions[0];
  expect(partition?.errorCode).toBe(0);
  const records = batchesOf(partition?.records ?? Buffer.alloc(0)).flatMap((batch) => decodeBatch(batch));
  expect(records.length).toBe(Math.min(8, COUNT - offset));
  for (const [i, record] of records.entries()) {
    expect(record.offset).toBe(offset + i);
    // Not toEqual: its message would be megabytes long.
    expect(record.value?.toString() === valueOf(offset + i)).toBe(true);
  }
}

it('answers of many readers, slow ones among them, hold what lies on the disk', async () => {
  const { address } = await startWithRecordsOnDisk();
  const readers = Array.from({ length: READERS }, (_, i) => {
    const reader = new FrameCollector(net.connect(address.port, address.host));
    if (i % 2 === 0) reader.socket.pause();
    return reader;
  });
  for (const reader of readers) {
    for (let offset = 0; offset < COUNT; offset++) reader.write(fetchFrom(offset));
  }
  // The even ones leave their answers in the broker's queue while the odd ones are served from the same pool.
  const odd = readers.filter((_, i) => i % 2 === 1);
  for (const reader of odd) (await reader.frames(COUNT)).forEach((frame, i) => expectRecordsFrom(i, frame));
  // Some leave in the middle of an answer.
  const [gone, ...even] = readers.filter((_, i) => i % 2 === 0);
  gone?.socket.destroy();
  for (const reader of even) reader.socket.resume();
  for (const reader of even) (await reader.frames(COUNT)).forEach((frame, i) => expectRecordsFrom(i, frame));
  for (const reader of readers) reader.socket.destroy();
});
