import type { Environment } from '../../src/base/environment.ts';
import type { Logger } from '../../src/base/logger.ts';
import { BrokerConfig } from '../config/broker-config.ts';

/** What a controller decides with; times in milliseconds. */
export interface ControllerSettings {
  /** `num.partitions` */
  readonly numPartitions: number;
  /** `default.replication.factor` */
  readonly defaultReplicationFactor: number;
  /** `broker.session.timeout.ms`: a broker silent for so long is fenced. */
  readonly brokerSessionTimeoutMs: number;
  /** `leader.imbalance.check.interval.seconds`; 0 turns the check off (`auto.leader.rebalance.enable=false`). */
  readonly leaderImbalanceCheckIntervalMs: number;
  /** Between two checks for partitions without a leader whose topic allows an unclean election. */
  readonly uncleanElectionIntervalMs: number;
  /** Of the broker beside it, which gives topics their defaults. */
  readonly config: BrokerConfig;
  /** KIP-966: keep eligible leader replicas, so that no restart after an unclean stop elects a replica that lost data. */
  readonly eligibleLeaderReplicas: boolean;
}

/** Kafka's defaults. */
export const CONTROLLER_SETTINGS: ControllerSettings = {
  numPartitions: 1,
  defaultReplicationFactor: 1,
  brokerSessionTimeoutMs: 9000,
  leaderImbalanceCheckIntervalMs: 300_000,
  uncleanElectionIntervalMs: 300_000,
  config: new BrokerConfig({ config: {} }),
  eligibleLeaderReplicas: true,
};

/** What a controller takes besides the quorum it writes to. */
export interface ControllerOptions {
  readonly environment: Environment;
  readonly logger: Logger;
  readonly nodeId: number;
  readonly clusterId: string;
  readonly settings?: Partial<ControllerSettings>;
}
