import type { PartitionRegistration } from './metadata-image.ts';
import type { PartitionChangeRecord, PartitionRecord } from './metadata-record.ts';

export function newPartition(data: PartitionRecord): PartitionRegistration {
  return Object.freeze({
    replicas: data.replicas,
    directories: data.directories,
    isr: data.isr,
    addingReplicas: data.addingReplicas,
    removingReplicas: data.removingReplicas,
    elr: data.eligibleLeaderReplicas ?? [],
    lastKnownElr: data.lastKnownElr ?? [],
    leader: data.leader,
    leaderEpoch: data.leaderEpoch,
    partitionEpoch: data.partitionEpoch,
    recovering: data.leaderRecoveryState === 1,
  });
}

/**
 * The partition after a change. The partition epoch grows by one; so does the leader epoch when the record names a
 * leader, be it the same one again: that fences what was sent under the old epoch.
 */
export function applyPartitionChange(
  partition: PartitionRegistration,
  change: PartitionChangeRecord,
): PartitionRegistration {
  const elects = change.leader !== -2;
  return Object.freeze({
    replicas: change.replicas ?? partition.replicas,
    directories: change.directories ?? partition.directories,
    isr: change.isr ?? partition.isr,
    addingReplicas: change.addingReplicas ?? partition.addingReplicas,
    removingReplicas: change.removingReplicas ?? partition.removingReplicas,
    elr: change.eligibleLeaderReplicas ?? partition.elr,
    lastKnownElr: change.lastKnownElr ?? partition.lastKnownElr,
    leader: elects ? change.leader : partition.leader,
    leaderEpoch: elects ? partition.leaderEpoch + 1 : partition.leaderEpoch,
    partitionEpoch: partition.partitionEpoch + 1,
    recovering: change.leaderRecoveryState === -1 ? partition.recovering : change.leaderRecoveryState === 1,
  });
}
