import { expect, test } from 'vitest';
import { createTopics } from '../../../src/protocol/messages/19-create-topics.ts';
import { deleteTopics } from '../../../src/protocol/messages/20-delete-topics.ts';
import { createPartitions } from '../../../src/protocol/messages/37-create-partitions.ts';
import { incrementalAlterConfigs } from '../../../src/protocol/messages/44-incremental-alter-configs.ts';
import { allocateProducerIds } from '../../../src/protocol/messages/67-allocate-producer-ids.ts';
import { imageContent } from '../metadata/image-content.ts';
import { ControllerHarness } from './controller-harness.ts';

test('the images that a controller makes of what it appends are those that its log gives', async () => {
  const harness = await ControllerHarness.start({ numPartitions: 2 });
  await harness.join(1, 2, 3);
  const topics = Array.from({ length: 300 }, (_, i) => ({
    name: `topic-${i}`,
    numPartitions: 1 + (i % 3),
    replicationFactor: 1 + (i % 3),
    configs: i % 5 === 0 ? [{ name: 'retention.ms', value: String(i) }] : [],
  }));
  await harness.send(createTopics, { topics, timeoutMs: 1000 });
  await harness.send(createPartitions, {
    topics: [{ name: 'topic-7', count: 9, assignments: null }],
    timeoutMs: 1000,
    validateOnly: false,
  });
  await harness.send(incrementalAlterConfigs, {
    resources: [
      {
        resourceType: 2,
        resourceName: 'topic-5',
        configs: [{ name: 'retention.ms', configOperation: 1, value: null }],
      },
      {
        resourceType: 2,
        resourceName: 'topic-6',
        configs: [{ name: 'max.message.bytes', configOperation: 0, value: '77' }],
      },
    ],
    validateOnly: false,
  });
  await harness.send(deleteTopics, {
    topics: topics.slice(0, 250).map(({ name }) => ({ name })),
    timeoutMs: 1000,
  });
  await harness.heartbeat(2, { wantFence: true });
  await harness.send(allocateProducerIds, {
    brokerId: 1,
    brokerEpoch: harness.image.brokers.get(1)?.epoch ?? -1,
  });
  expect(harness.image.topicsByName.size).toBe(50);
  const made = imageContent(harness.image);
  await harness.restart();
  expect(imageContent(harness.image)).toEqual(made);
});
