import { createTopics } from '../../../src/protocol/messages/19-create-topics.ts';
import { heartbeat } from '../../../src/protocol/messages/12-heartbeat.ts';
import { BatchBuilder, type BatchHeader } from '../../../src/protocol/records/batch-builder.ts';
import { findCoordinator } from '../../../src/protocol/messages/10-find-coordinator.ts';
import type { Peer } from './peer.ts';

/** An id that no topic has. */
export const UNKNOWN_ID = 'BwcHBwcHBwcHBwcHBwcHBw';
/** One time for all records, so that both brokers hold the same bytes. */
export const NOW_MS = Date.now();

/** A topic as CreateTopics takes it. */
export function wantedTopic(name: string, numPartitions = 1, configs: Readonly<Record<string, string>> = {}) {
  return {
    name,
    numPartitions,
    replicationFactor: 1,
    assignments: [],
    configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
  };
}

/** A batch of one record per value; a value may be null. */
export function batch(
  values: readonly (string | null)[],
  header: BatchHeader = {},
  key: string | null = null,
): Buffer {
  const builder = new BatchBuilder();
  values.forEach((value, i) => {
    builder.append(
      key === null ? null : Buffer.from(key),
      value === null ? null : Buffer.from(value),
      NOW_MS + i,
    );
  });
  return builder.build(header);
}

/** What both brokers begin with: a few topics and a coordinator that is up. */
export async function prepare(peer: Peer): Promise<void> {
  const topics = [
    wantedTopic('one'),
    wantedTopic('three', 3),
    wantedTopic('compacted', 1, { 'cleanup.policy': 'compact' }),
    wantedTopic('small', 1, { 'max.message.bytes': '100' }),
    wantedTopic('append-time', 1, { 'message.timestamp.type': 'LogAppendTime' }),
  ];
  await peer.send(createTopics, 7, { topics, timeoutMs: 10_000, validateOnly: false });
  await peer.learn(...topics.map(({ name }) => name));
  await peer.send(findCoordinator, 4, { coordinatorKeys: ['any'] });
  await peer.send(heartbeat, 4, { groupId: 'any', generationId: 1, memberId: 'm' });
}
