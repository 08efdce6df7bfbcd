import type { Log } from '../../../broker/log/log.ts';
import { DEFAULT_LOG_CONFIG } from '../../../broker/log/log-config.ts';
import type { PartitionRegistration } from '../../../broker/metadata/metadata-image.ts';
import { Partition } from '../../../broker/replication/partition.ts';
import { nodeEnvironment } from '../../../src/base/io/node-environment.ts';

type PartitionOptions = ConstructorParameters<typeof Partition>[0];

/** The broker that has the partitions of tests. */
export const SELF = 1;

/** Partition `t-0` of a log on broker {@link SELF}, which nobody has made leader or follower yet. */
export function partitionOf(
  log: Log,
  {
    minInsyncReplicas = 1,
    context = {},
    ...options
  }: Partial<Pick<PartitionOptions, 'topic' | 'topicId' | 'proposeIsr'>> & {
    readonly minInsyncReplicas?: number;
    readonly context?: Partial<PartitionOptions['context']>;
  } = {},
): Partition {
  return new Partition({
    topic: 't',
    topicId: 'id',
    index: 0,
    log,
    config: { log: DEFAULT_LOG_CONFIG, minInsyncReplicas },
    context: {
      nodeId: SELF,
      lagMsMax: 1000,
      clock: nodeEnvironment.clock,
      isEligible: () => true,
      brokerEpochOf: () => 1,
      ...context,
    },
    proposeIsr: () => {},
    ...options,
  });
}

/** A partition that {@link SELF} leads, and one follower, which is in sync. */
export function registrationOf(change: Partial<PartitionRegistration> = {}): PartitionRegistration {
  return {
    replicas: [SELF, 2],
    directories: [],
    isr: [SELF, 2],
    addingReplicas: [],
    removingReplicas: [],
    elr: [],
    lastKnownElr: [],
    leader: SELF,
    leaderEpoch: 0,
    partitionEpoch: 0,
    recovering: false,
    ...change,
  };
}
