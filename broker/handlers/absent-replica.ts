import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { BrokerServices } from './broker-services.ts';

/**
 * Why this broker has no open replica of a partition that it is asked for: its log is offline, another broker has it, or
 * nobody does.
 */
export function absentReplica(services: BrokerServices, topic: string, index: number): ErrorCode {
  const { image, replicaManager } = services;
  const known = image.topicsByName.get(topic);
  if (known === undefined || index < 0 || !known.partitions.has(index))
    return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  return replicaManager.isOffline(known.id, index)
    ? ErrorCode.KAFKA_STORAGE_ERROR
    : ErrorCode.NOT_LEADER_OR_FOLLOWER;
}
