import { mustStop } from '../../src/base/assert.ts';
import { resolveTopicConfig } from '../config/topic-config.ts';
import type { MetadataQuorum } from '../controller/metadata-quorum.ts';
import { GroupCoordinator } from '../coordinators/group/group-coordinator.ts';
import type { CoordinatorTopic } from '../lifecycle/coordinator-topic.ts';
import { groupTopics } from '../lifecycle/group-coordination.ts';
import { OffsetsTransactionLog } from '../lifecycle/offsets-transaction-log.ts';
import { CONSUMER_OFFSETS_TOPIC } from '../metadata/internal-topics.ts';
import type { ReplicaManager } from '../replication/replica-manager.ts';
import type { TransactionVerifier } from '../transactions/transaction-verifier.ts';
import type { BrokerDependencies } from './broker-dependencies.ts';

/** Returns the coordinator of the groups whose partitions of `__consumer_offsets` a broker leads. */
export function createGroups(
  { environment, logger, config, topology, fail }: BrokerDependencies,
  {
    quorum,
    replicaManager,
    offsetsTopic,
    transactionVerifier: verifier,
  }: {
    readonly quorum: MetadataQuorum;
    readonly replicaManager: ReplicaManager;
    readonly offsetsTopic: CoordinatorTopic;
    readonly transactionVerifier: TransactionVerifier;
  },
): GroupCoordinator {
  return new GroupCoordinator({
    environment,
    log: offsetsTopic,
    transactions: new OffsetsTransactionLog({
      environment,
      partitionOf: (index) => replicaManager.get(CONSUMER_OFFSETS_TOPIC, index),
      verifier,
    }),
    topics: groupTopics(() => quorum.image),
    config: {
      offsetsTopicPartitions: config.get('offsets.topic.num.partitions'),
      sessionTimeoutMsMin: config.get('group.min.session.timeout.ms'),
      sessionTimeoutMsMax: config.get('group.max.session.timeout.ms'),
      initialRebalanceDelayMs: config.get('group.initial.rebalance.delay.ms'),
      groupSizeMax: config.get('group.max.size'),
      offsetsRetentionMs: config.get('offsets.retention.minutes') * 60_000,
      offsetsRetentionCheckIntervalMs: config.get('offsets.retention.check.interval.ms'),
      offsetsCommitTimeoutMs: config.get('offsets.commit.timeout.ms'),
      offsetMetadataBytesMax: config.get('offset.metadata.max.bytes'),
    },
    onError: (error) => {
      if (mustStop(error)) fail(error);
      else logger.warn('group coordinator', { error });
    },
    onTooLarge: (group, bytes) => {
      const { nodeId } = topology;
      const { log } = resolveTopicConfig(CONSUMER_OFFSETS_TOPIC, { image: quorum.image, config, nodeId });
      logger.warn(
        `what a group keeps is larger than max.message.bytes of ${CONSUMER_OFFSETS_TOPIC}: its members are refused`,
        { group, bytes, limit: log.maxMessageBytes },
      );
    },
  });
}
