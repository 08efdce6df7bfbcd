import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { ResponseInput } from '../../src/protocol/message.ts';
import { describeProducers } from '../../src/protocol/messages/61-describe-producers.ts';
import { checkTopicName } from '../controller/topic-name.ts';
import type { RequestHandler } from '../server/request-handler.ts';
import { absentReplica } from './absent-replica.ts';
import type { BrokerServices } from './broker-services.ts';
import { mapPartitionsInSlices } from './map-in-slices.ts';

type Response = ResponseInput<typeof describeProducers>;
type PartitionResponse = NonNullable<NonNullable<Response['topics']>[number]['partitions']>[number];

const UNKNOWN = -1;

/** DescribeProducers (key 61, v0): the producers with an id that wrote to partitions led here lately (KIP-664). */
export function describeProducersHandler(services: BrokerServices): RequestHandler<typeof describeProducers> {
  return {
    api: describeProducers,
    inTurn: true,
    async answer(request) {
      const described = await mapPartitionsInSlices(request.topics, services.environment, {
        of: ({ partitionIndexes }) => partitionIndexes,
        map: (index, { name }) => describe(services, name, index),
      });
      return { topics: described.map(({ topic: { name }, partitions }) => ({ name, partitions })) };
    },
    failure: (request, errorCode) => ({
      topics: request.topics.map(({ name, partitionIndexes }) => ({
        name,
        partitions: partitionIndexes.map((partitionIndex) => ({ partitionIndex, errorCode })),
      })),
    }),
  };
}

function describe(services: BrokerServices, topic: string, partitionIndex: number): PartitionResponse {
  const problem = checkTopicName(topic);
  if (problem !== undefined) {
    return { partitionIndex, errorCode: ErrorCode.INVALID_TOPIC_EXCEPTION, errorMessage: problem };
  }
  const partition = services.replicaManager.get(topic, partitionIndex);
  if (partition === undefined) {
    const isTopicKnown = services.image.topicsByName.has(topic);
    const errorMessage = isTopicKnown ? null : 'This server does not host this topic-partition.';
    return { partitionIndex, errorCode: absentReplica(services, topic, partitionIndex), errorMessage };
  }
  if (partition.leader === null) return { partitionIndex, errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER };
  return {
    partitionIndex,
    errorCode: ErrorCode.NONE,
    activeProducers: Array.from(partition.log.activeProducers, (producer) => ({
      producerId: producer.producerId,
      producerEpoch: producer.producerEpoch,
      lastSequence: producer.lastSequence,
      // Beyond 2^53 only the nearest number is known.
      lastTimestamp: Number.isSafeInteger(producer.lastTimestamp) ? producer.lastTimestamp : UNKNOWN,
      coordinatorEpoch: producer.coordinatorEpoch,
      currentTxnStartOffset: producer.currentTxnFirstOffset,
    })),
  };
}
