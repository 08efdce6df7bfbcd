import { OperationalError } from '../../base/errors.ts';
import { ErrorCode } from '../../protocol/error-codes.ts';
import { initProducerId } from '../../protocol/messages/22-init-producer-id.ts';
import { writeTxnMarkers } from '../../protocol/messages/27-write-txn-markers.ts';
import { describeTransactions } from '../../protocol/messages/65-describe-transactions.ts';
import { listTransactions } from '../../protocol/messages/66-list-transactions.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { TransactionCoordinator } from '../cluster/coordinator.ts';
import { byLeader } from '../cluster/offset-lookup.ts';
import { kafkaError } from '../kafka-error.ts';
import { showPartition } from '../topic-partitions.ts';
import type {
  FencedProducer,
  HangingTransaction,
  TransactionDescription,
  TransactionFilter,
  TransactionListing,
} from '../types.ts';

/** ListTransactions can filter by age, and by name, from here on. */
const DURATION_FROM = 1;
const PATTERN_FROM = 2;

/** Transactions live on their coordinators: all brokers are asked. */
export async function listTransactionsOn(
  cluster: Cluster,
  filter: TransactionFilter,
  timeoutMs: number,
): Promise<readonly TransactionListing[]> {
  return cluster.retry('listing transactions', timeoutMs, async () => {
    await cluster.refresh();
    const { nodes } = cluster.metadata;
    const answers = await Promise.all(nodes.map(({ id }) => listOn(cluster, id, filter)));
    return answers.flat().toSorted((a, b) => (a.transactionalId < b.transactionalId ? -1 : 1));
  });
}

async function listOn(
  cluster: Cluster,
  nodeId: number,
  { states = [], producerIds = [], longerThanMs, pattern }: TransactionFilter,
): Promise<readonly TransactionListing[]> {
  const { errorCode, unknownStateFilters, transactionStates } = await cluster.send(nodeId, 'admin', {
    api: listTransactions,
    body: (version) => {
      if (longerThanMs !== undefined && version < DURATION_FROM) throw tooOld('by their age', '3.8');
      if (pattern !== undefined && version < PATTERN_FROM) throw tooOld('by a pattern', '4.1');
      return {
        stateFilters: states,
        producerIdFilters: producerIds,
        ...(longerThanMs === undefined ? {} : { durationFilter: longerThanMs }),
        ...(pattern === undefined ? {} : { transactionalIdPattern: pattern }),
      };
    },
  });
  if (errorCode !== ErrorCode.NONE) throw kafkaError(errorCode, 'listing transactions');
  if (unknownStateFilters.length > 0) {
    throw new OperationalError(
      'INVALID_REQUEST',
      `no transaction has the state ${unknownStateFilters.join(', ')}`,
      { retriable: false },
    );
  }
  return transactionStates.map(({ transactionalId, producerId, transactionState: state }) => ({
    transactionalId,
    producerId,
    state,
  }));
}

export async function describeTransactionOn(
  cluster: Cluster,
  transactionalId: string,
  timeoutMs: number,
): Promise<TransactionDescription> {
  const coordinator = new TransactionCoordinator(cluster, transactionalId);
  return cluster.retry(`describing transactional id ${transactionalId}`, timeoutMs, async () => {
    const { transactionStates } = await coordinator.send({
      api: describeTransactions,
      body: { transactionalIds: [transactionalId] },
    });
    const [found] = transactionStates;
    const errorCode = found?.errorCode ?? ErrorCode.TRANSACTIONAL_ID_NOT_FOUND;
    if (found === undefined || errorCode !== ErrorCode.NONE) {
      coordinator.movedBy(errorCode);
      throw kafkaError(errorCode, `transactional id ${transactionalId}`);
    }
    const { transactionState: state, transactionTimeoutMs, transactionStartTimeMs: startTimeMs } = found;
    return {
      transactionalId,
      state,
      producerId: found.producerId,
      producerEpoch: found.producerEpoch,
      coordinatorId: coordinator.nodeId,
      timeoutMs: transactionTimeoutMs,
      startTimeMs: startTimeMs < 0 ? undefined : startTimeMs,
      partitions: found.topics.flatMap(({ topic, partitions }) =>
        partitions.map((partition) => ({ topic, partition })),
      ),
    };
  });
}

/** Takes a transactional id over without using it: its producer is fenced, and its open transaction is aborted. */
export async function fenceProducerOn(
  cluster: Cluster,
  transactionalId: string,
  timeoutMs: number,
): Promise<FencedProducer> {
  const coordinator = new TransactionCoordinator(cluster, transactionalId);
  return cluster.retry(`fencing the producer of ${transactionalId}`, timeoutMs, async () => {
    const { errorCode, producerId, producerEpoch } = await coordinator.send({
      api: initProducerId,
      // No transaction is begun that could be over this time.
      body: { transactionalId, transactionTimeoutMs: cluster.settings.requestTimeoutMs },
    });
    if (errorCode !== ErrorCode.NONE) {
      coordinator.movedBy(errorCode);
      throw kafkaError(errorCode, `transactional id ${transactionalId}`);
    }
    return { transactionalId, producerId, producerEpoch };
  });
}

/** Writes the marker that a partition waits for, at its leader: its coordinator knows nothing of the transaction any more. */
export async function abortTransactionOn(
  cluster: Cluster,
  transaction: HangingTransaction,
  timeoutMs: number,
): Promise<void> {
  const { topic, partition, producerId, producerEpoch, coordinatorEpoch } = transaction;
  const subject = `the transaction of producer id ${producerId} on ${showPartition(transaction)}`;
  cluster.track([topic]);
  await cluster.retry(`aborting ${subject}`, timeoutMs, async (_remainingMs, signal) => {
    if (cluster.metadata.leaderOf(topic, partition) < 0) await cluster.refresh();
    signal.throwIfAborted();
    const [leader = -1] = byLeader(cluster, [transaction]).keys();
    const { markers } = await cluster.send(leader, 'admin', {
      api: writeTxnMarkers,
      body: {
        markers: [
          {
            producerId,
            producerEpoch,
            // No coordinator has ended one of its transactions yet: the first one may.
            coordinatorEpoch: Math.max(0, coordinatorEpoch),
            transactionResult: false,
            topics: [{ name: topic, partitionIndexes: [partition] }],
          },
        ],
      },
    });
    const [written] = markers.flatMap(({ topics }) => topics).flatMap(({ partitions }) => partitions);
    const errorCode = written?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR;
    if (errorCode === ErrorCode.NONE) return;
    if (errorCode === ErrorCode.NOT_LEADER_OR_FOLLOWER) await cluster.refresh();
    throw kafkaError(errorCode, subject);
  });
}

function tooOld(how: string, release: string): OperationalError {
  return new OperationalError(
    'UNSUPPORTED_VERSION',
    `transactions cannot be filtered ${how}: a broker is older than ${release}`,
    { retriable: false },
  );
}
