import { messageOf } from '../../src/base/errors.ts';
import type { Logger } from '../../src/base/logger.ts';
import type {
  TransactionCoordinatorPartitions,
  TransactionTopics,
} from '../coordinators/transaction/transaction-requests.ts';
import type { MetadataImage } from '../metadata/metadata-image.ts';
import type { LeadershipListener } from '../replication/replica-manager.ts';
import type { CoordinatorTopic } from './coordinator-topic.ts';
import { TRANSACTION_STATE_TOPIC } from '../metadata/internal-topics.ts';

/** What the transaction coordinator must know of the cluster, from the metadata. */
export function transactionTopics(image: () => MetadataImage): TransactionTopics {
  return {
    partitionCount: () => image().topicsByName.get(TRANSACTION_STATE_TOPIC)?.partitions.size,
    leaderOf: (topic, partition) => image().topicsByName.get(topic)?.partitions.get(partition)?.leader,
    transactionVersion: () => image().features.get('transaction.version') ?? 0,
  };
}

interface TransactionCoordinationOptions {
  readonly logger: Logger;
  /** `__transaction_state` */
  readonly topic: Pick<CoordinatorTopic, 'batches'>;
  readonly transactions: TransactionCoordinatorPartitions;
}

/** Tells the transaction coordinator which transactional ids are its own, as leaderships come and go. */
export class TransactionCoordination implements LeadershipListener {
  readonly #options: TransactionCoordinationOptions;

  constructor(options: TransactionCoordinationOptions) {
    this.#options = options;
  }

  onLead(topic: string, partition: number, leaderEpoch: number): void {
    if (topic !== TRANSACTION_STATE_TOPIC) return;
    const { transactions, topic: state, logger } = this.#options;
    transactions.load(partition, leaderEpoch, state.batches(partition)).catch((error: unknown) => {
      logger.error('transactional ids could not be loaded', { partition, reason: messageOf(error), error });
    });
  }

  onResign(topic: string, partition: number): void {
    if (topic === TRANSACTION_STATE_TOPIC) this.#options.transactions.unload(partition);
  }
}
