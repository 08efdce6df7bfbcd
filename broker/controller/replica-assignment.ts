import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { MetadataRecord } from '../metadata/metadata-record.ts';
import { activeBrokers, directoryOf, isActive } from './cluster-view.ts';
import { type ControllerState, type Failure, failed } from './operation.ts';
import { placeReplicas } from './replica-placement.ts';

/** Replicas per partition, or why there are none. */
export type Assignment =
  | { readonly partitions: readonly (readonly number[])[] }
  | { readonly failure: Failure };

/** Lets the placement choose; only brokers that are active get replicas. */
export function automaticAssignment(
  state: ControllerState,
  wanted: { readonly partitionCount: number; readonly replicationFactor: number },
): Assignment {
  const brokers = activeBrokers(state);
  const { replicationFactor } = wanted;
  if (replicationFactor > brokers.length) {
    const why =
      brokers.length === 0 && state.image.brokers.size > 0
        ? 'All brokers are currently fenced.'
        : `The target replication factor of ${replicationFactor} cannot be reached because only ${brokers.length} broker(s) are registered or some brokers have all their log directories cordoned.`;
    const message = `Unable to replicate the partition ${replicationFactor} time(s): ${why}`;
    return { failure: failed(ErrorCode.INVALID_REPLICATION_FACTOR, message) };
  }
  return { partitions: placeReplicas(brokers, wanted, state.random) };
}

/** Checks what a client has assigned by hand. */
export function manualAssignment(
  state: ControllerState,
  partitions: readonly (readonly number[])[],
  replicationFactor: number | undefined,
): Assignment {
  const refuse = (message: string): Assignment => ({
    failure: failed(ErrorCode.INVALID_REPLICA_ASSIGNMENT, message),
  });
  const factor = replicationFactor ?? partitions[0]?.length ?? 0;
  for (const [index, replicas] of partitions.entries()) {
    if (replicas.length === 0)
      return refuse('The manual partition assignment includes an empty replica list.');
    if (new Set(replicas).size !== replicas.length) {
      return refuse(
        `The manual partition assignment includes the broker ${duplicateOf(replicas)} more than once.`,
      );
    }
    const unknown = replicas.find((id) => !state.image.brokers.has(id));
    if (unknown !== undefined) {
      return refuse(
        `The manual partition assignment includes broker ${unknown}, but no such broker is registered.`,
      );
    }
    if (replicas.length !== factor) {
      return refuse(
        `The manual partition assignment includes a partition with ${replicas.length} replica(s), but this is not consistent with previous partitions, which have ${factor} replica(s).`,
      );
    }
    if (!replicas.some((id) => isActive(state.image.brokers.get(id)))) {
      return refuse(
        `All brokers specified in the manual partition assignment for partition ${index} are fenced or in controlled shutdown.`,
      );
    }
  }
  return { partitions };
}

function duplicateOf(replicas: readonly number[]): number | undefined {
  return replicas.find((id, index) => replicas.indexOf(id) !== index);
}

/** The record of a new partition: in sync are the replicas that live, the first of them leads. */
export function newPartitionRecord(
  state: ControllerState,
  place: { readonly topicId: string; readonly partitionId: number },
  replicas: readonly number[],
): MetadataRecord {
  const isr = replicas.filter((id) => isActive(state.image.brokers.get(id)));
  return {
    type: 'PartitionRecord',
    data: {
      ...place,
      replicas,
      isr,
      removingReplicas: [],
      addingReplicas: [],
      leader: isr[0] ?? -1,
      leaderRecoveryState: 0,
      leaderEpoch: 0,
      partitionEpoch: 0,
      directories: replicas.map((id) => directoryOf(state, id)),
      eligibleLeaderReplicas: null,
      lastKnownElr: null,
    },
  };
}
