import { afterEach, describe, expect, it, vi } from 'vitest';
import { Metrics } from '../../broker/server/broker-metrics.ts';
import { TopicCreator } from '../../broker/lifecycle/topic-creator.ts';
import { ProducerIds } from '../../broker/lifecycle/producer-ids.ts';
import { AssertionFailure } from '../../src/base/errors.ts';
import { fetch } from '../../src/protocol/messages/01-fetch.ts';
import { metadata } from '../../src/protocol/messages/03-metadata.ts';
import { createTopics } from '../../src/protocol/messages/19-create-topics.ts';
import { initProducerId } from '../../src/protocol/messages/22-init-producer-id.ts';
import { PATIENCE_MS } from '../setup/patience.ts';
import { TestBrokers, type TestClient } from './running-broker.ts';

const TOPIC = 'events';

/** Where an assertion is made to fail, and the request that meets it there. */
const places: readonly (readonly [
  string,
  (failure: AssertionFailure) => void,
  (client: TestClient) => Promise<unknown>,
])[] = [
  [
    'a handler',
    (failure) => vi.spyOn(TopicCreator.prototype, 'create').mockRejectedValue(failure),
    (client) => client.send(metadata, 9, { topics: [{ name: 'missing' }], allowAutoTopicCreation: true }),
  ],
  [
    'what a handler turns into a protocol error',
    (failure) => vi.spyOn(ProducerIds.prototype, 'next').mockRejectedValue(failure),
    (client) => client.send(initProducerId, 4, { transactionalId: null, transactionTimeoutMs: 1 }),
  ],
  [
    'what answers a request that has waited',
    (failure) =>
      vi.spyOn(Metrics.prototype, 'topic').mockImplementation(() => {
        throw failure;
      }),
    (client) =>
      client.send(fetch, 12, {
        maxWaitMs: 10,
        minBytes: 1,
        topics: [{ topic: TOPIC, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1000 }] }],
      }),
  ],
];

describe('an assertion that fails', () => {
  const brokers = new TestBrokers();

  afterEach(async () => {
    vi.restoreAllMocks();
    await brokers.close();
  });

  it.each(places)(
    'in %s stops the broker, and nobody is told that it went well',
    async (_where, plant, ask) => {
      const failures: unknown[] = [];
      const broker = await brokers.start({}, { onFailure: (error) => failures.push(error) });
      const client = brokers.to(broker);
      await client.send(createTopics, 5, {
        topics: [{ name: TOPIC, numPartitions: 1, replicationFactor: 1 }],
        timeoutMs: 5000,
      });
      const failure = new AssertionFailure('planted');
      plant(failure);
      await expect(ask(client)).rejects.toThrow();
      await expect.poll(() => failures, { timeout: PATIENCE_MS }).toEqual([failure]);
      expect(broker.failure).toBe(failure);
    },
  );
});
