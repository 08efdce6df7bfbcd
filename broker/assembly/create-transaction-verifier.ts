import type { MetadataQuorum } from '../controller/metadata-quorum.ts';
import type { BrokerRequests } from '../server/broker-requests.ts';
import { transactionCoordinator, TransactionVerifier } from '../transactions/transaction-verifier.ts';
import type { BrokerDependencies } from './broker-dependencies.ts';

/** Returns what asks the coordinators of transactions about partitions that a broker leads. */
export function createTransactionVerifier(
  { environment, config }: BrokerDependencies,
  { brokerRequests, quorum }: { readonly brokerRequests: BrokerRequests; readonly quorum: MetadataQuorum },
): TransactionVerifier {
  return new TransactionVerifier({
    environment,
    brokers: brokerRequests,
    coordinatorOf: (transactionalId) => transactionCoordinator(quorum.image, transactionalId),
    retryBackoffMs: config.get('add.partitions.to.txn.retry.backoff.ms'),
    retryMsMax: config.get('add.partitions.to.txn.retry.backoff.max.ms'),
  });
}
