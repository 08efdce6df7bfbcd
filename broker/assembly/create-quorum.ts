import { snapshotSettings } from '../config/log-settings.ts';
import { MetadataQuorum } from '../controller/metadata-quorum.ts';
import { METADATA_LOG_CONFIG, METADATA_TOPIC_ID } from '../quorum/raft-log.ts';
import type { PeerChannels } from '../server/peer-channel.ts';
import type { StallWatch } from '../server/stall-watch.ts';
import type { BrokerDependencies } from './broker-dependencies.ts';
import type { OwnListeners } from './own-listeners.ts';

/**
 * Returns a broker's part in the metadata quorum, on the log of `__cluster_metadata-0`.
 * @throws {OperationalError} where that log cannot be opened.
 */
export function createQuorum(
  { environment, logger, config, topology, logManager }: BrokerDependencies,
  others: {
    readonly listeners: OwnListeners;
    readonly peers: PeerChannels;
    readonly stalls: StallWatch;
  },
): MetadataQuorum {
  const { listeners, peers, stalls } = others;
  const log = logManager.openMetadataLog({ topicId: METADATA_TOPIC_ID, config: METADATA_LOG_CONFIG });
  return new MetadataQuorum({
    environment,
    logger,
    nodeId: topology.nodeId,
    directoryId: logManager.directoryId,
    clusterId: logManager.clusterId,
    voters: topology.voters,
    endpoints: () => listeners.quorumEndpoints(),
    log,
    directory: log.directory,
    peers,
    watch: (cause, work) => stalls.run(cause, work),
    timeouts: {
      electionTimeoutMs: config.get('controller.quorum.election.timeout.ms'),
      fetchTimeoutMs: config.get('controller.quorum.fetch.timeout.ms'),
      requestTimeoutMs: config.get('controller.quorum.request.timeout.ms'),
    },
    snapshots: snapshotSettings(config),
    settings: {
      numPartitions: config.get('num.partitions'),
      defaultReplicationFactor: config.get('default.replication.factor'),
      brokerSessionTimeoutMs: config.get('broker.session.timeout.ms'),
      leaderImbalanceCheckIntervalMs: config.get('auto.leader.rebalance.enable')
        ? config.get('leader.imbalance.check.interval.seconds') * 1000
        : 0,
      config,
    },
  });
}
