import type { Api, RequestOf } from '../../src/protocol/message.ts';
import { fetch } from '../../src/protocol/messages/01-fetch.ts';
import { createTopics } from '../../src/protocol/messages/19-create-topics.ts';
import { deleteTopics } from '../../src/protocol/messages/20-delete-topics.ts';
import { alterConfigs } from '../../src/protocol/messages/33-alter-configs.ts';
import { createPartitions } from '../../src/protocol/messages/37-create-partitions.ts';
import { electLeaders } from '../../src/protocol/messages/43-elect-leaders.ts';
import { incrementalAlterConfigs } from '../../src/protocol/messages/44-incremental-alter-configs.ts';
import { vote } from '../../src/protocol/messages/52-vote.ts';
import { beginQuorumEpoch } from '../../src/protocol/messages/53-begin-quorum-epoch.ts';
import { endQuorumEpoch } from '../../src/protocol/messages/54-end-quorum-epoch.ts';
import { describeQuorum } from '../../src/protocol/messages/55-describe-quorum.ts';
import { alterPartition } from '../../src/protocol/messages/56-alter-partition.ts';
import { updateFeatures } from '../../src/protocol/messages/57-update-features.ts';
import { brokerRegistration } from '../../src/protocol/messages/62-broker-registration.ts';
import { brokerHeartbeat } from '../../src/protocol/messages/63-broker-heartbeat.ts';
import { unregisterBroker } from '../../src/protocol/messages/64-unregister-broker.ts';
import { allocateProducerIds } from '../../src/protocol/messages/67-allocate-producer-ids.ts';
import { assignReplicasToDirs } from '../../src/protocol/messages/73-assign-replicas-to-dirs.ts';
import { type AnyRequestHandler, anyHandler } from '../server/request-handler.ts';
import type { BrokerServices } from './broker-services.ts';

/** Answered by this node's part of the metadata quorum: keys 1 (of `__cluster_metadata`), 52-55 and the controller's. */
const QUORUM_APIS: readonly Api[] = [
  fetch,
  createTopics,
  deleteTopics,
  alterConfigs,
  createPartitions,
  electLeaders,
  incrementalAlterConfigs,
  vote,
  beginQuorumEpoch,
  endQuorumEpoch,
  describeQuorum,
  alterPartition,
  updateFeatures,
  brokerRegistration,
  brokerHeartbeat,
  unregisterBroker,
  allocateProducerIds,
  assignReplicasToDirs,
];

/** Handlers of a controller listener: thin calls into the quorum, which knows whether this node leads. */
export function controllerHandlers(services: BrokerServices): readonly AnyRequestHandler[] {
  return QUORUM_APIS.map((api) =>
    anyHandler<Api>({
      api,
      answer: (request: RequestOf<Api>, context) => services.quorum.answer(api, context.apiVersion, request),
    }),
  );
}
