import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { RequestOf, ResponseInput } from '../../src/protocol/message.ts';
import { offsetForLeaderEpoch } from '../../src/protocol/messages/23-offset-for-leader-epoch.ts';
import type { RequestHandler } from '../server/request-handler.ts';
import { absentReplica } from './absent-replica.ts';
import type { BrokerServices } from './broker-services.ts';
import { mapPartitionsInSlices } from './map-in-slices.ts';

type PartitionRequest = RequestOf<typeof offsetForLeaderEpoch>['topics'][number]['partitions'][number];
type Response = ResponseInput<typeof offsetForLeaderEpoch>;
type PartitionResponse = NonNullable<NonNullable<Response['topics']>[number]['partitions']>[number];

/** OffsetForLeaderEpoch (key 23, v2-4): where a leader epoch ends in the leader's log (KIP-101, KIP-320). */
export function offsetForLeaderEpochHandler(
  services: BrokerServices,
): RequestHandler<typeof offsetForLeaderEpoch> {
  return {
    api: offsetForLeaderEpoch,
    inTurn: true,
    async answer(request) {
      const answered = await mapPartitionsInSlices(request.topics, services.environment, {
        of: ({ partitions }) => partitions,
        map: (asked, { topic }) => answerPartition(services, topic, asked),
      });
      return { topics: answered.map(({ topic: { topic }, partitions }) => ({ topic, partitions })) };
    },
    failure: (request, errorCode) => ({
      topics: request.topics.map(({ topic, partitions }) => ({
        topic,
        partitions: partitions.map(({ partition }) => ({ partition, errorCode })),
      })),
    }),
  };
}

function answerPartition(
  services: BrokerServices,
  topic: string,
  asked: PartitionRequest,
): PartitionResponse {
  const { partition: index, currentLeaderEpoch, leaderEpoch } = asked;
  const partition = services.replicaManager.get(topic, index);
  if (partition === undefined) {
    return { partition: index, errorCode: absentReplica(services, topic, index) };
  }
  const fenced = partition.checkLeaderEpoch(currentLeaderEpoch);
  if (fenced !== ErrorCode.NONE) return { partition: index, errorCode: fenced };
  const { epoch, endOffset } = partition.log.endOffsetForEpoch(leaderEpoch);
  return { partition: index, errorCode: ErrorCode.NONE, leaderEpoch: epoch, endOffset };
}
