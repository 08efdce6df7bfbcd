import { type AnyRequestHandler, anyHandler } from '../server/request-handler.ts';
import { produceHandler } from './00-produce.ts';
import { fetchHandler } from './01-fetch.ts';
import { listOffsetsHandler } from './02-list-offsets.ts';
import { metadataHandler } from './03-metadata.ts';
import { offsetCommitHandler } from './08-offset-commit.ts';
import { offsetFetchHandler } from './09-offset-fetch.ts';
import { findCoordinatorHandler } from './10-find-coordinator.ts';
import { joinGroupHandler } from './11-join-group.ts';
import { heartbeatHandler } from './12-heartbeat.ts';
import { leaveGroupHandler } from './13-leave-group.ts';
import { syncGroupHandler } from './14-sync-group.ts';
import { describeGroupsHandler } from './15-describe-groups.ts';
import { listGroupsHandler } from './16-list-groups.ts';
import { saslHandshakeHandler } from './17-sasl-handshake.ts';
import { apiVersionsHandler } from './18-api-versions.ts';
import { createTopicsHandler } from './19-create-topics.ts';
import { deleteTopicsHandler } from './20-delete-topics.ts';
import { deleteRecordsHandler } from './21-delete-records.ts';
import { initProducerIdHandler } from './22-init-producer-id.ts';
import { offsetForLeaderEpochHandler } from './23-offset-for-leader-epoch.ts';
import { writeTxnMarkersHandler } from './27-write-txn-markers.ts';
import { txnOffsetCommitHandler } from './28-txn-offset-commit.ts';
import { addPartitionsToTxnHandler } from './24-add-partitions-to-txn.ts';
import { addOffsetsToTxnHandler } from './25-add-offsets-to-txn.ts';
import { endTxnHandler } from './26-end-txn.ts';
import { describeAclsHandler } from './29-describe-acls.ts';
import { createAclsHandler } from './30-create-acls.ts';
import { deleteAclsHandler } from './31-delete-acls.ts';
import { describeConfigsHandler } from './32-describe-configs.ts';
import { alterConfigsHandler } from './33-alter-configs.ts';
import { describeLogDirsHandler } from './35-describe-log-dirs.ts';
import { saslAuthenticateHandler } from './36-sasl-authenticate.ts';
import { createPartitionsHandler } from './37-create-partitions.ts';
import { deleteGroupsHandler } from './42-delete-groups.ts';
import { electLeadersHandler } from './43-elect-leaders.ts';
import { incrementalAlterConfigsHandler } from './44-incremental-alter-configs.ts';
import { offsetDeleteHandler } from './47-offset-delete.ts';
import { describeQuorumHandler } from './55-describe-quorum.ts';
import { updateFeaturesHandler } from './57-update-features.ts';
import { describeClusterHandler } from './60-describe-cluster.ts';
import { describeProducersHandler } from './61-describe-producers.ts';
import { unregisterBrokerHandler } from './64-unregister-broker.ts';
import { describeTransactionsHandler } from './65-describe-transactions.ts';
import { listTransactionsHandler } from './66-list-transactions.ts';
import { describeTopicPartitionsHandler } from './75-describe-topic-partitions.ts';
import type { BrokerServices } from './broker-services.ts';
import { controllerHandlers } from './controller-handlers.ts';
import type { ServedApi } from './served-api.ts';

/** What a listener serves, by API key. */
export type HandlerTable = ReadonlyMap<number, AnyRequestHandler>;

/** Everything that clients are served, one entry per API. ApiVersions tells of these and of nothing else. */
export function brokerHandlers(services: BrokerServices): HandlerTable {
  return tableOf([
    anyHandler(produceHandler(services)),
    anyHandler(fetchHandler(services)),
    anyHandler(listOffsetsHandler(services)),
    anyHandler(metadataHandler(services)),
    anyHandler(offsetCommitHandler(services)),
    anyHandler(offsetFetchHandler(services)),
    anyHandler(findCoordinatorHandler(services)),
    anyHandler(joinGroupHandler(services)),
    anyHandler(heartbeatHandler(services)),
    anyHandler(leaveGroupHandler(services)),
    anyHandler(syncGroupHandler(services)),
    anyHandler(describeGroupsHandler(services)),
    anyHandler(listGroupsHandler(services)),
    anyHandler(saslHandshakeHandler()),
    anyHandler(apiVersionsHandler(services)),
    createTopicsHandler(services),
    deleteTopicsHandler(services),
    anyHandler(deleteRecordsHandler(services)),
    anyHandler(initProducerIdHandler(services)),
    anyHandler(offsetForLeaderEpochHandler(services)),
    anyHandler(writeTxnMarkersHandler(services)),
    anyHandler(txnOffsetCommitHandler(services)),
    anyHandler(addPartitionsToTxnHandler(services)),
    anyHandler(addOffsetsToTxnHandler(services)),
    anyHandler(endTxnHandler(services)),
    anyHandler(describeAclsHandler()),
    anyHandler(createAclsHandler()),
    anyHandler(deleteAclsHandler()),
    anyHandler(describeConfigsHandler(services)),
    alterConfigsHandler(services),
    anyHandler(describeLogDirsHandler(services)),
    anyHandler(saslAuthenticateHandler()),
    createPartitionsHandler(services),
    anyHandler(deleteGroupsHandler(services)),
    electLeadersHandler(services),
    incrementalAlterConfigsHandler(services),
    anyHandler(offsetDeleteHandler(services)),
    describeQuorumHandler(services),
    updateFeaturesHandler(services),
    anyHandler(describeClusterHandler(services)),
    anyHandler(describeProducersHandler(services)),
    unregisterBrokerHandler(services),
    anyHandler(describeTransactionsHandler(services)),
    anyHandler(listTransactionsHandler(services)),
    anyHandler(describeTopicPartitionsHandler(services)),
  ]);
}

/** Everything that a controller listener serves: the quorum's own traffic and what brokers ask of the controller. */
export function controllerListenerHandlers(services: BrokerServices): HandlerTable {
  return tableOf([...controllerHandlers(services), anyHandler(apiVersionsHandler(services))]);
}

/** The APIs of a table with the versions that clients are told of. */
export function servedApis(table: HandlerTable): readonly ServedApi[] {
  return [...table.values()].map(({ api }) => ({
    key: api.key,
    minVersion: api.advertised.min,
    maxVersion: api.advertised.max,
  }));
}

function tableOf(handlers: readonly AnyRequestHandler[]): HandlerTable {
  return new Map(handlers.map((handler) => [handler.api.key, handler] as const).sort(([a], [b]) => a - b));
}
