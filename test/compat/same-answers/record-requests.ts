import type { RequestInput } from '../../../src/protocol/message.ts';
import type { produce } from '../../../src/protocol/messages/00-produce.ts';
import { createTopics } from '../../../src/protocol/messages/19-create-topics.ts';
import { BatchBuilder, type BatchHeader } from '../../../src/protocol/records/batch-builder.ts';
import type { Peer } from './peer.ts';
import { UNKNOWN_ID, wantedTopic } from './world.ts';

/** A topic that can be used at once. */
export async function makeTopic(
  peer: Peer,
  name: string,
  partitions = 1,
  configs: Readonly<Record<string, string>> = {},
) {
  await peer.send(createTopics, 7, { topics: [wantedTopic(name, partitions, configs)], timeoutMs: 10_000 });
  await peer.learn(name);
}

/** A produce to one partition. */
export function toPartition(
  peer: Peer,
  version: number,
  topic: string,
  records: Buffer | null,
  { index = 0, acks = -1 }: { readonly index?: number; readonly acks?: number } = {},
): RequestInput<typeof produce> {
  const named =
    version >= 13 ? { topicId: topic === 'missing' ? UNKNOWN_ID : peer.topicId(topic) } : { name: topic };
  return { acks, timeoutMs: 10_000, topicData: [{ ...named, partitionData: [{ index, records }] }] };
}

/** A produce to one partition of a named topic. */
export const to = (
  name: string,
  records: Buffer,
  { acks = -1, index = 0 } = {},
): RequestInput<typeof produce> => ({
  acks,
  timeoutMs: 5000,
  topicData: [{ name, partitionData: [{ index, records }] }],
});

/** A batch of records with these times. */
export function timed(timestamps: readonly number[], header: BatchHeader = {}): Buffer {
  const builder = new BatchBuilder();
  for (const timestamp of timestamps) builder.append(Buffer.from('k'), Buffer.from('v'), timestamp);
  return builder.build(header);
}
