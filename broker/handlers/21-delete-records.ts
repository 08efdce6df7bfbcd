import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { RequestOf, ResponseInput } from '../../src/protocol/message.ts';
import { deleteRecords } from '../../src/protocol/messages/21-delete-records.ts';
import { isInternalTopic } from '../metadata/internal-topics.ts';
import { DelayedDeleteRecords, type PendingDeletion } from '../replication/delayed-delete-records.ts';
import type { RequestHandler } from '../server/request-handler.ts';
import { absentReplica } from './absent-replica.ts';
import type { BrokerServices } from './broker-services.ts';
import { runSteps } from './sliced-steps.ts';

type Request = RequestOf<typeof deleteRecords>;
type Response = ResponseInput<typeof deleteRecords>;

/** The offset that stands for the high watermark. */
const HIGH_WATERMARK = -1;

/**
 * DeleteRecords (key 21, v0-2): moves the start of partitions forward; answered when all live replicas have moved, with
 * the smallest start among them. Offset -1 means the high watermark; beyond it is OFFSET_OUT_OF_RANGE (KIP-107).
 */
export function deleteRecordsHandler(services: BrokerServices): RequestHandler<typeof deleteRecords> {
  return {
    api: deleteRecords,
    handle(request, context, reply) {
      const { environment } = services;
      const pending: PendingDeletion[] = [];
      const asked = partitionsOf(request);
      const next = (): boolean => {
        const { done, value } = asked.next();
        if (done === true) return false;
        pending.push(begin(services, value.name, value.partitionIndex, value.offset));
        return true;
      };
      const wait = (): void => {
        const delayed = new DelayedDeleteRecords(
          pending,
          context.guard(() => reply(respond(request, pending))),
        );
        delayed.start(environment.timers, Math.max(0, request.timeoutMs));
        if (delayed.done) return;
        if (context.closed) delayed.cancel();
        else context.onClosed(() => delayed.cancel());
      };
      runSteps({ next, onEnd: wait }, context, environment);
    },
    failure: (request, errorCode) => ({
      topics: request.topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode, lowWatermark: -1 })),
      })),
    }),
  };
}

function* partitionsOf(
  request: Request,
): Generator<{ readonly name: string; readonly partitionIndex: number; readonly offset: number }, void> {
  for (const { name, partitions } of request.topics)
    for (const { partitionIndex, offset } of partitions) yield { name, partitionIndex, offset };
}

function begin(services: BrokerServices, topic: string, index: number, offset: number): PendingDeletion {
  const failed = (errorCode: number): PendingDeletion => ({
    partition: null,
    offset,
    errorCode,
    lowWatermark: -1,
    decided: true,
  });
  if (isInternalTopic(topic)) return failed(ErrorCode.INVALID_TOPIC_EXCEPTION);
  const partition = services.replicaManager.get(topic, index);
  if (partition === undefined) return failed(absentReplica(services, topic, index));
  if (partition.leader === null) return failed(ErrorCode.NOT_LEADER_OR_FOLLOWER);
  if (!partition.log.config.delete) return failed(ErrorCode.POLICY_VIOLATION);
  const until = offset === HIGH_WATERMARK ? partition.log.highWatermark : offset;
  if (until < 0) return failed(ErrorCode.OFFSET_OUT_OF_RANGE);
  const errorCode = partition.log.deleteRecordsBefore(until);
  if (errorCode !== ErrorCode.NONE) return failed(errorCode);
  partition.fetchWatchers.check();
  return {
    partition,
    offset: until,
    errorCode: ErrorCode.REQUEST_TIMED_OUT,
    lowWatermark: -1,
    decided: false,
  };
}

function respond(request: Request, pending: readonly PendingDeletion[]): Response {
  let next = 0;
  return {
    topics: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => {
        const deletion = pending[next++];
        return {
          partitionIndex,
          lowWatermark: deletion?.lowWatermark ?? -1,
          errorCode: deletion?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR,
        };
      }),
    })),
  };
}
