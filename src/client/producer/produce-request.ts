import { ZERO_UUID } from '../../base/bytes-reader.ts';
import type { RequestInput } from '../../protocol/message.ts';
import { produce } from '../../protocol/messages/00-produce.ts';
import type { Cluster } from '../cluster/cluster.ts';
import type { ProducerSettings } from '../config/settings.ts';
import type { BrokerVersions } from '../connection/broker-versions.ts';
import type { TransactionVersion } from '../transactions/transaction-requests.ts';
import { topicIdOf } from './batch-outcomes.ts';
import type { ProducerBatch } from './producer-batch.ts';

/** Topics go by id from here on (KIP-516); where an id is not known, the version before is used. */
const TOPIC_IDS_FROM = 13;
/** From here on writing makes a partition part of the transaction. */
const SECOND_PROTOCOL_FROM = 12;

/** The version in which a broker is sent batches. */
export function produceVersion(
  cluster: Cluster,
  versions: BrokerVersions,
  batches: readonly ProducerBatch[],
  transactionVersion: TransactionVersion | undefined,
): number {
  if (transactionVersion === 1) return versions.choose(produce, SECOND_PROTOCOL_FROM - 1);
  const isNamed = batches.some(({ queue }) => topicIdOf(cluster, queue.topic) === ZERO_UUID);
  return versions.choose(produce, isNamed ? TOPIC_IDS_FROM - 1 : undefined);
}

/** One request with these batches, each of another partition. */
export function produceRequest(
  cluster: Cluster,
  { acks, compression, requestTimeoutMs, transactionalId }: ProducerSettings,
  batches: readonly ProducerBatch[],
): RequestInput<typeof produce> {
  const topics = new Map<
    string,
    { name: string; topicId: string; partitionData: { index: number; records: Buffer }[] }
  >();
  for (const batch of batches) {
    const { topic: name, partition: index } = batch.queue;
    let topic = topics.get(name);
    if (topic === undefined) {
      topic = { name, topicId: topicIdOf(cluster, name), partitionData: [] };
      topics.set(name, topic);
    }
    topic.partitionData.push({ index, records: batch.encode(compression) });
  }
  return {
    transactionalId,
    acks: acks === 'all' ? -1 : acks,
    timeoutMs: requestTimeoutMs,
    topicData: Array.from(topics.values()),
  };
}
