import { mustStop } from '../../src/base/assert.ts';
import type { MetadataQuorum } from '../controller/metadata-quorum.ts';
import { TransactionCoordinator } from '../coordinators/transaction/transaction-coordinator.ts';
import type { CoordinatorTopic } from '../lifecycle/coordinator-topic.ts';
import type { ProducerIds } from '../lifecycle/producer-ids.ts';
import { transactionTopics } from '../lifecycle/transaction-coordination.ts';
import type { BrokerRequests } from '../server/broker-requests.ts';
import type { BrokerDependencies } from './broker-dependencies.ts';

/** Returns the coordinator of the transactional ids whose partitions of `__transaction_state` a broker leads. */
export function createTransactions(
  { environment, logger, config, fail }: BrokerDependencies,
  others: {
    readonly quorum: MetadataQuorum;
    readonly transactionsTopic: CoordinatorTopic;
    readonly brokerRequests: BrokerRequests;
    readonly producerIds: ProducerIds;
  },
): TransactionCoordinator {
  const { quorum, transactionsTopic, brokerRequests, producerIds } = others;
  return new TransactionCoordinator({
    environment,
    logger,
    log: transactionsTopic,
    requests: brokerRequests,
    topics: transactionTopics(() => quorum.image),
    nextProducerId: () => producerIds.next(),
    config: {
      topicPartitions: config.get('transaction.state.log.num.partitions'),
      timeoutMsMax: config.get('transaction.max.timeout.ms'),
      idExpirationMs: config.get('transactional.id.expiration.ms'),
      abortIntervalMs: config.get('transaction.abort.timed.out.transaction.cleanup.interval.ms'),
      expiryIntervalMs: config.get('transaction.remove.expired.transaction.cleanup.interval.ms'),
    },
    onError: (error) => {
      if (mustStop(error)) fail(error);
      else logger.warn('transaction coordinator', { error });
    },
  });
}
