import net from 'node:net';
import { afterEach, expect, it } from 'vitest';
import type { Broker } from '../../../broker/broker.ts';
import { decodeResponse, encodeRequest } from '../../../src/protocol/framing.ts';
import { produce } from '../../../src/protocol/messages/00-produce.ts';
import { fetch } from '../../../src/protocol/messages/01-fetch.ts';
import { createTopics } from '../../../src/protocol/messages/19-create-topics.ts';
import { batchesOf } from '../../../src/protocol/records/batch-view.ts';
import { decodeBatch } from '../../../src/protocol/records/decode-batch.ts';
import { batchOf, TestBrokers } from '../running-broker.ts';
import { FrameCollector } from './frame-collector.ts';

/**
 * Produce requests lie in buffers that are used again once they are answered, and that are overwritten then in these
 * tests: what was appended has to be in the log, and in memory for readers at the tail, before that.
 */

const PRODUCERS = 6;
const REQUESTS = 24;
const PARTITIONS = 3;
const VERSION = 9;

const brokers = new TestBrokers();
afterEach(() => brokers.close());

/** Of many sizes: requests that come in one piece, and such that take several reads. */
const valueOf = (producer: number, request: number, partition: number): string =>
  `${producer}/${request}/${partition}:`.padEnd(
    100 + ((producer * 31 + request * 17) % 40) * 3_000,
    `${producer}${request}.`,
  );

function produceRequest(producer: number, request: number): Buffer {
  const partitionData = Array.from({ length: PARTITIONS }, (_, index) => ({
    index,
    records: batchOf(valueOf(producer, request, index)),
  }));
  // The last one has an answer: when that has come, all before it are in the log, and the connection may be dropped.
  const acks = [0, 1, -1][request % 3] as number;
  const header = { correlationId: request, clientId: `producer-${producer}` };
  const body = { acks, timeoutMs: 60_000, topicData: [{ name: 'events', partitionData }] };
  return Buffer.concat(encodeRequest(produce, VERSION, header, body));
}

/** Sends all requests at once, cut at places that have nothing to do with them. */
async function produceAll(broker: Broker, producer: number): Promise<void> {
  const client = new FrameCollector(net.connect(broker.address.port, broker.address.host));
  const stream = Buffer.concat(Array.from({ length: REQUESTS }, (_, i) => produceRequest(producer, i)));
  const cut = 10_007 * (producer + 1);
  for (let at = 0; at < stream.length; at += cut) client.write(stream.subarray(at, at + cut));
  // One in three has acks=0 and no answer.
  const answers = await client.frames((REQUESTS * 2) / 3);
  for (const answer of answers) {
    const { responses } = decodeResponse(produce, VERSION, answer);
    for (const { errorCode } of responses[0]?.partitionResponses ?? []) expect(errorCode).toBe(0);
  }
  client.socket.destroy();
}

/** Reads a partition to its end, batch by batch as they come; answers the values. */
async function consumeAll(broker: Broker, index: number): Promise<string[]> {
  const client = brokers.to(broker);
  const values: string[] = [];
  while (values.length < PRODUCERS * REQUESTS) {
    const partitions = [{ partition: index, fetchOffset: values.length, partitionMaxBytes: 300_000 }];
    const topics = [{ topic: 'events', partitions }];
    const answer = await client.send(fetch, 12, { maxWaitMs: 1000, minBytes: 1, maxBytes: 300_000, topics });
    const partition = answer.responses[0]?.partitions[0];
    expect(partition?.errorCode).toBe(0);
    const batches = batchesOf(partition?.records ?? Buffer.alloc(0));
    for (const record of batches.flatMap((batch) => decodeBatch(batch)))
      values.push(record.value?.toString() ?? '');
  }
  client.close();
  return values;
}

function expectAll(values: readonly string[], partition: number): void {
  const expected = Array.from({ length: PRODUCERS * REQUESTS }, (_, i) =>
    valueOf(Math.floor(i / REQUESTS), i % REQUESTS, partition),
  );
  // Not toEqual: its message would be megabytes long.
  expect(values.toSorted().join('\n') === expected.toSorted().join('\n')).toBe(true);
}

it('what many producers send at once is what readers at the tail and of the disk get', async () => {
  const directory = brokers.newDirectory();
  const broker = await brokers.start({ 'log.dirs': directory });
  const topic = { name: 'events', numPartitions: PARTITIONS, replicationFactor: 1 };
  const client = brokers.to(broker);
  await client.send(createTopics, 5, { topics: [topic], timeoutMs: 5000 });
  client.close();
  const partitions = Array.from({ length: PARTITIONS }, (_, index) => index);
  const tails = Promise.all(partitions.map((index) => consumeAll(broker, index)));
  await Promise.all(Array.from({ length: PRODUCERS }, (_, producer) => produceAll(broker, producer)));
  for (const [partition, values] of (await tails).entries()) expectAll(values, partition);
  await brokers.stop(broker);
  const again = await brokers.start({ 'log.dirs': directory });
  for (const partition of partitions) expectAll(await consumeAll(again, partition), partition);
});
