import { CoordinatorTopic } from '../lifecycle/coordinator-topic.ts';
import { CONSUMER_OFFSETS_TOPIC, TRANSACTION_STATE_TOPIC } from '../metadata/internal-topics.ts';
import type { InternalLog } from '../replication/internal-log.ts';
import type { BrokerDependencies } from './broker-dependencies.ts';

/** Returns the group coordinator's way into `__consumer_offsets`. */
export function createOffsetsTopic(dependencies: BrokerDependencies, log: InternalLog): CoordinatorTopic {
  const { environment, logger, config } = dependencies;
  return new CoordinatorTopic({
    environment,
    logger,
    log,
    topic: CONSUMER_OFFSETS_TOPIC,
    what: 'groups and offsets',
    skipDamage: { property: 'offsets.load.skip.damage', isSet: config.get('offsets.load.skip.damage') },
  });
}

/** Returns the transaction coordinator's way into `__transaction_state`. */
export function createTransactionsTopic(
  dependencies: BrokerDependencies,
  log: InternalLog,
): CoordinatorTopic {
  const { environment, logger, config } = dependencies;
  const property = 'transaction.state.log.load.skip.damage';
  return new CoordinatorTopic({
    environment,
    logger,
    log,
    topic: TRANSACTION_STATE_TOPIC,
    what: 'transactional ids',
    skipDamage: { property, isSet: config.get(property) },
  });
}
