import { alterPartition } from '../../src/protocol/messages/56-alter-partition.ts';
import { assignReplicasToDirs } from '../../src/protocol/messages/73-assign-replicas-to-dirs.ts';
import { resolveTopicConfig } from '../config/topic-config.ts';
import type { ControllerChannel } from '../controller/controller-channel.ts';
import type { MetadataQuorum } from '../controller/metadata-quorum.ts';
import type { BrokerLifecycleManager } from '../lifecycle/broker-lifecycle-manager.ts';
import { IsrChanges } from '../replication/isr-changes.ts';
import { ReplicaFetchers } from '../replication/replica-fetchers.ts';
import { ReplicaManager } from '../replication/replica-manager.ts';
import type { Metrics } from '../server/broker-metrics.ts';
import type { PeerChannels } from '../server/peer-channel.ts';
import type { BrokerDependencies } from './broker-dependencies.ts';
import type { OwnListeners } from './own-listeners.ts';

const ALTER_PARTITION_VERSION = 3;
const ASSIGN_REPLICAS_VERSION = 0;
/** How long either of them is tried. */
const CONTROLLER_TIMEOUT_MS = 10_000;

interface AroundReplicas {
  readonly listeners: OwnListeners;
  readonly peers: PeerChannels;
  readonly quorum: MetadataQuorum;
  readonly controller: ControllerChannel;
  readonly lifecycleManager: BrokerLifecycleManager;
  readonly metrics: Metrics;
}

/** Returns the replicas of a broker, with what fetches them from others and proposes who is in sync. */
export function createReplicaManager(
  dependencies: BrokerDependencies,
  around: AroundReplicas,
): ReplicaManager {
  const { environment, logger, config, topology, logManager, fail: onAssertion } = dependencies;
  const { listeners, peers, controller, lifecycleManager, metrics } = around;
  const { nodeId } = topology;
  return new ReplicaManager({
    environment,
    logger,
    nodeId,
    logManager,
    lagMsMax: config.get('replica.lag.time.max.ms'),
    configOf: (topic, image) => resolveTopicConfig(topic, { image, config, nodeId }),
    isrChanges: createIsrChanges(dependencies, around),
    fetchers: createFetchers(dependencies, around),
    metrics: () => metrics,
    onAssertion,
    peers,
    addressOf: (brokerId, image) => listeners.interBrokerAddress(brokerId, image),
    brokerEpoch: () => lifecycleManager.brokerEpoch,
    assign: (request) =>
      controller.send(assignReplicasToDirs, ASSIGN_REPLICAS_VERSION, request, {
        timeoutMs: CONTROLLER_TIMEOUT_MS,
      }),
    internalTimeoutMs: config.get('offsets.commit.timeout.ms'),
  });
}

function createIsrChanges(
  { environment, logger, topology, fail: onAssertion }: BrokerDependencies,
  { quorum, controller, lifecycleManager }: AroundReplicas,
): IsrChanges {
  return new IsrChanges({
    environment,
    logger,
    onAssertion,
    nodeId: topology.nodeId,
    brokerEpoch: () => lifecycleManager.brokerEpoch,
    brokerEpochOf: (brokerId) => quorum.image.brokers.get(brokerId)?.epoch ?? -1,
    send: (request) =>
      controller.send(alterPartition, ALTER_PARTITION_VERSION, request, { timeoutMs: CONTROLLER_TIMEOUT_MS }),
  });
}

function createFetchers(
  { environment, logger, config, topology, fail: onAssertion }: BrokerDependencies,
  { listeners, peers, lifecycleManager, metrics }: AroundReplicas,
): ReplicaFetchers {
  return new ReplicaFetchers({
    environment,
    logger,
    onAssertion,
    peers,
    addressOf: (brokerId, image) => listeners.interBrokerAddress(brokerId, image),
    onBytes: (topic, bytes) => {
      metrics.topic(topic).replicationBytesInTotal += bytes;
    },
    settings: {
      nodeId: topology.nodeId,
      brokerEpoch: () => lifecycleManager.brokerEpoch,
      maxWaitMs: config.get('replica.fetch.wait.max.ms'),
      minBytes: config.get('replica.fetch.min.bytes'),
      responseBytesMax: config.get('replica.fetch.response.max.bytes'),
      partitionBytesMax: config.get('replica.fetch.max.bytes'),
      backoffMs: config.get('replica.fetch.backoff.ms'),
    },
  });
}
