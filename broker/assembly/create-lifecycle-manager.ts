import type { ControllerChannel } from '../controller/controller-channel.ts';
import type { MetadataQuorum } from '../controller/metadata-quorum.ts';
import { BrokerLifecycleManager } from '../lifecycle/broker-lifecycle-manager.ts';
import type { MetadataWaiters } from '../lifecycle/metadata-waiters.ts';
import type { BrokerDependencies } from './broker-dependencies.ts';

/** Returns what registers a broker with the controller. */
export function createLifecycleManager(
  { environment, logger, config, topology, logManager, fail }: BrokerDependencies,
  others: {
    readonly quorum: MetadataQuorum;
    readonly controller: ControllerChannel;
    readonly waiters: MetadataWaiters;
  },
): BrokerLifecycleManager {
  const { quorum, controller, waiters } = others;
  const { nodeId, voters } = topology;
  return new BrokerLifecycleManager({
    environment,
    logger,
    onAssertion: fail,
    controller,
    waiters,
    image: () => quorum.image,
    nodeId,
    clusterId: logManager.clusterId,
    directoryId: logManager.directoryId,
    previousBrokerEpoch: logManager.previousBrokerEpoch,
    rack: config.find('broker.rack') ?? null,
    heartbeatIntervalMs: config.get('broker.heartbeat.interval.ms'),
    registrationTimeoutMs: config.get('initial.broker.registration.timeout.ms'),
    otherVoters: voters.filter(({ id }) => id !== nodeId).map(({ address }) => address),
  });
}
