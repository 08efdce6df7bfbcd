import type { RequestInput, ResponseOf } from '../../../src/protocol/message.ts';
import type { writeTxnMarkers } from '../../../src/protocol/messages/27-write-txn-markers.ts';
import type { TopicPartition } from '../../../src/protocol/topic-partition.ts';
import type { UnmarkedTransaction } from './unmarked-transaction.ts';

/** Partitions of transactions whose markers go to one broker. */
export type AddressedMarkers = Map<UnmarkedTransaction, TopicPartition[]>;

/** WriteTxnMarkers (key 27): one marker for each transaction, to all of its partitions that the broker leads. */
export function markerRequest(markers: AddressedMarkers): RequestInput<typeof writeTxnMarkers> {
  return {
    markers: [...markers].map(([{ metadata, isCommit, coordinatorEpoch }, places]) => ({
      producerId: metadata.producerId,
      producerEpoch: metadata.producerEpoch,
      transactionResult: isCommit,
      topics: byTopic(places),
      coordinatorEpoch,
      transactionVersion: metadata.clientTransactionVersion,
    })),
  };
}

function byTopic(places: readonly TopicPartition[]): { name: string; partitionIndexes: number[] }[] {
  const topics = new Map<string, number[]>();
  for (const { topic, partition } of places) {
    const partitions = topics.get(topic);
    if (partitions === undefined) topics.set(topic, [partition]);
    else partitions.push(partition);
  }
  return [...topics].map(([name, partitionIndexes]) => ({ name, partitionIndexes }));
}

/** What a leader says of each marker; undefined where it says nothing. A producer id has one marker in a request. */
export function markerErrors({
  markers,
}: ResponseOf<typeof writeTxnMarkers>): (
  transaction: UnmarkedTransaction,
  place: TopicPartition,
) => number | undefined {
  const byProducer = new Map(markers.map(({ producerId, topics }) => [producerId, topics]));
  return ({ metadata }, { topic, partition }) =>
    byProducer
      .get(metadata.producerId)
      ?.find(({ name }) => name === topic)
      ?.partitions.find(({ partitionIndex }) => partitionIndex === partition)?.errorCode;
}
