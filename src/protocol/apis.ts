import { produce } from './messages/00-produce.ts';
import { fetch } from './messages/01-fetch.ts';
import { listOffsets } from './messages/02-list-offsets.ts';
import { metadata } from './messages/03-metadata.ts';
import { offsetCommit } from './messages/08-offset-commit.ts';
import { offsetFetch } from './messages/09-offset-fetch.ts';
import { findCoordinator } from './messages/10-find-coordinator.ts';
import { joinGroup } from './messages/11-join-group.ts';
import { heartbeat } from './messages/12-heartbeat.ts';
import { leaveGroup } from './messages/13-leave-group.ts';
import { syncGroup } from './messages/14-sync-group.ts';
import { describeGroups } from './messages/15-describe-groups.ts';
import { listGroups } from './messages/16-list-groups.ts';
import { saslHandshake } from './messages/17-sasl-handshake.ts';
import { apiVersions } from './messages/18-api-versions.ts';
import { createTopics } from './messages/19-create-topics.ts';
import { deleteTopics } from './messages/20-delete-topics.ts';
import { deleteRecords } from './messages/21-delete-records.ts';
import { initProducerId } from './messages/22-init-producer-id.ts';
import { offsetForLeaderEpoch } from './messages/23-offset-for-leader-epoch.ts';
import { addPartitionsToTxn } from './messages/24-add-partitions-to-txn.ts';
import { addOffsetsToTxn } from './messages/25-add-offsets-to-txn.ts';
import { endTxn } from './messages/26-end-txn.ts';
import { writeTxnMarkers } from './messages/27-write-txn-markers.ts';
import { txnOffsetCommit } from './messages/28-txn-offset-commit.ts';
import { describeAcls } from './messages/29-describe-acls.ts';
import { createAcls } from './messages/30-create-acls.ts';
import { deleteAcls } from './messages/31-delete-acls.ts';
import { describeConfigs } from './messages/32-describe-configs.ts';
import { alterConfigs } from './messages/33-alter-configs.ts';
import { alterReplicaLogDirs } from './messages/34-alter-replica-log-dirs.ts';
import { describeLogDirs } from './messages/35-describe-log-dirs.ts';
import { saslAuthenticate } from './messages/36-sasl-authenticate.ts';
import { createPartitions } from './messages/37-create-partitions.ts';
import { createDelegationToken } from './messages/38-create-delegation-token.ts';
import { renewDelegationToken } from './messages/39-renew-delegation-token.ts';
import { expireDelegationToken } from './messages/40-expire-delegation-token.ts';
import { describeDelegationToken } from './messages/41-describe-delegation-token.ts';
import { deleteGroups } from './messages/42-delete-groups.ts';
import { electLeaders } from './messages/43-elect-leaders.ts';
import { incrementalAlterConfigs } from './messages/44-incremental-alter-configs.ts';
import { alterPartitionReassignments } from './messages/45-alter-partition-reassignments.ts';
import { listPartitionReassignments } from './messages/46-list-partition-reassignments.ts';
import { offsetDelete } from './messages/47-offset-delete.ts';
import { describeClientQuotas } from './messages/48-describe-client-quotas.ts';
import { alterClientQuotas } from './messages/49-alter-client-quotas.ts';
import { describeUserScramCredentials } from './messages/50-describe-user-scram-credentials.ts';
import { alterUserScramCredentials } from './messages/51-alter-user-scram-credentials.ts';
import { vote } from './messages/52-vote.ts';
import { beginQuorumEpoch } from './messages/53-begin-quorum-epoch.ts';
import { endQuorumEpoch } from './messages/54-end-quorum-epoch.ts';
import { describeQuorum } from './messages/55-describe-quorum.ts';
import { alterPartition } from './messages/56-alter-partition.ts';
import { updateFeatures } from './messages/57-update-features.ts';
import { envelope } from './messages/58-envelope.ts';
import { fetchSnapshot } from './messages/59-fetch-snapshot.ts';
import { describeCluster } from './messages/60-describe-cluster.ts';
import { describeProducers } from './messages/61-describe-producers.ts';
import { brokerRegistration } from './messages/62-broker-registration.ts';
import { brokerHeartbeat } from './messages/63-broker-heartbeat.ts';
import { unregisterBroker } from './messages/64-unregister-broker.ts';
import { describeTransactions } from './messages/65-describe-transactions.ts';
import { listTransactions } from './messages/66-list-transactions.ts';
import { allocateProducerIds } from './messages/67-allocate-producer-ids.ts';
import { consumerGroupHeartbeat } from './messages/68-consumer-group-heartbeat.ts';
import { consumerGroupDescribe } from './messages/69-consumer-group-describe.ts';
import { controllerRegistration } from './messages/70-controller-registration.ts';
import { getTelemetrySubscriptions } from './messages/71-get-telemetry-subscriptions.ts';
import { pushTelemetry } from './messages/72-push-telemetry.ts';
import { assignReplicasToDirs } from './messages/73-assign-replicas-to-dirs.ts';
import { listConfigResources } from './messages/74-list-config-resources.ts';
import { describeTopicPartitions } from './messages/75-describe-topic-partitions.ts';
import { shareGroupHeartbeat } from './messages/76-share-group-heartbeat.ts';
import { shareGroupDescribe } from './messages/77-share-group-describe.ts';
import { shareFetch } from './messages/78-share-fetch.ts';
import { shareAcknowledge } from './messages/79-share-acknowledge.ts';
import { addRaftVoter } from './messages/80-add-raft-voter.ts';
import { removeRaftVoter } from './messages/81-remove-raft-voter.ts';
import { updateRaftVoter } from './messages/82-update-raft-voter.ts';
import { initializeShareGroupState } from './messages/83-initialize-share-group-state.ts';
import { readShareGroupState } from './messages/84-read-share-group-state.ts';
import { writeShareGroupState } from './messages/85-write-share-group-state.ts';
import { deleteShareGroupState } from './messages/86-delete-share-group-state.ts';
import { readShareGroupStateSummary } from './messages/87-read-share-group-state-summary.ts';
import { streamsGroupHeartbeat } from './messages/88-streams-group-heartbeat.ts';
import { streamsGroupDescribe } from './messages/89-streams-group-describe.ts';
import { describeShareGroupOffsets } from './messages/90-describe-share-group-offsets.ts';
import { alterShareGroupOffsets } from './messages/91-alter-share-group-offsets.ts';
import { deleteShareGroupOffsets } from './messages/92-delete-share-group-offsets.ts';
import { streamsGroupTopologyDescriptionUpdate } from './messages/93-streams-group-topology-description-update.ts';
import { unregisterController } from './messages/94-unregister-controller.ts';
import type { Api } from './message.ts';

/** Every API of the protocol that Kafka 4.x knows, by key. Keys 4 to 7 were ZooKeeper's and are gone. */
export const apis = {
  0: produce,
  1: fetch,
  2: listOffsets,
  3: metadata,
  8: offsetCommit,
  9: offsetFetch,
  10: findCoordinator,
  11: joinGroup,
  12: heartbeat,
  13: leaveGroup,
  14: syncGroup,
  15: describeGroups,
  16: listGroups,
  17: saslHandshake,
  18: apiVersions,
  19: createTopics,
  20: deleteTopics,
  21: deleteRecords,
  22: initProducerId,
  23: offsetForLeaderEpoch,
  24: addPartitionsToTxn,
  25: addOffsetsToTxn,
  26: endTxn,
  27: writeTxnMarkers,
  28: txnOffsetCommit,
  29: describeAcls,
  30: createAcls,
  31: deleteAcls,
  32: describeConfigs,
  33: alterConfigs,
  34: alterReplicaLogDirs,
  35: describeLogDirs,
  36: saslAuthenticate,
  37: createPartitions,
  38: createDelegationToken,
  39: renewDelegationToken,
  40: expireDelegationToken,
  41: describeDelegationToken,
  42: deleteGroups,
  43: electLeaders,
  44: incrementalAlterConfigs,
  45: alterPartitionReassignments,
  46: listPartitionReassignments,
  47: offsetDelete,
  48: describeClientQuotas,
  49: alterClientQuotas,
  50: describeUserScramCredentials,
  51: alterUserScramCredentials,
  52: vote,
  53: beginQuorumEpoch,
  54: endQuorumEpoch,
  55: describeQuorum,
  56: alterPartition,
  57: updateFeatures,
  58: envelope,
  59: fetchSnapshot,
  60: describeCluster,
  61: describeProducers,
  62: brokerRegistration,
  63: brokerHeartbeat,
  64: unregisterBroker,
  65: describeTransactions,
  66: listTransactions,
  67: allocateProducerIds,
  68: consumerGroupHeartbeat,
  69: consumerGroupDescribe,
  70: controllerRegistration,
  71: getTelemetrySubscriptions,
  72: pushTelemetry,
  73: assignReplicasToDirs,
  74: listConfigResources,
  75: describeTopicPartitions,
  76: shareGroupHeartbeat,
  77: shareGroupDescribe,
  78: shareFetch,
  79: shareAcknowledge,
  80: addRaftVoter,
  81: removeRaftVoter,
  82: updateRaftVoter,
  83: initializeShareGroupState,
  84: readShareGroupState,
  85: writeShareGroupState,
  86: deleteShareGroupState,
  87: readShareGroupStateSummary,
  88: streamsGroupHeartbeat,
  89: streamsGroupDescribe,
  90: describeShareGroupOffsets,
  91: alterShareGroupOffsets,
  92: deleteShareGroupOffsets,
  93: streamsGroupTopologyDescriptionUpdate,
  94: unregisterController,
} as const satisfies Readonly<Record<number, Api>>;

export type ApiKey = keyof typeof apis;

const byKey: readonly (Api | undefined)[] = Array.from(
  { length: 95 },
  (_, key) => (apis as Readonly<Record<number, Api>>)[key],
);

/** The API of a key that came off the wire. */
export function apiOf(key: number): Api | undefined {
  return byKey[key];
}
