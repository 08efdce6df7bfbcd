import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { RequestOf, ResponseInput } from '../../src/protocol/message.ts';
import { addPartitionsToTxn } from '../../src/protocol/messages/24-add-partitions-to-txn.ts';
import type { ProducerIdentity } from '../coordinators/transaction/init-producer-id.ts';
import { includesPartition, type Topics, topicsOf } from '../coordinators/transaction/topics.ts';
import { isInternalTopic, TRANSACTION_STATE_TOPIC } from '../metadata/internal-topics.ts';
import type { RequestHandler } from '../server/request-handler.ts';
import type { BrokerServices } from './broker-services.ts';
import { mapInSlices } from './map-in-slices.ts';
import { errorBefore } from './producer-errors.ts';

type Request = RequestOf<typeof addPartitionsToTxn>;
type Response = ResponseInput<typeof addPartitionsToTxn>;
type AskedTransaction = Request['transactions'][number];
type TransactionResult = NonNullable<NonNullable<Response>['resultsByTransaction']>[number];

/** From here on leaders of partitions ask, for several transactions at once (KIP-890). */
const BATCH_VERSION_MIN = 4;
/** From here on PRODUCER_FENCED is known. */
const FENCED_VERSION_MIN = 2;

/** How long a transaction may have to wait for the end of the one before; among several it would hold up the others. */
const PATIENCE_MS = 100;

interface Transaction extends ProducerIdentity {
  readonly transactionalId: string;
  readonly verifyOnly: boolean;
  readonly topics: Topics;
  readonly patienceMs: number;
}

type ErrorOfPartition = (topic: string, partition: number) => number;

/**
 * AddPartitionsToTxn (key 24, v0-5): adds partitions to a transaction; v4+ asks for several transactions, and may ask only
 * whether the partitions are in them (KIP-890).
 *
 * - All or nothing: beside a partition that does not exist (UNKNOWN_TOPIC_OR_PARTITION) the others are
 *   OPERATION_NOT_ATTEMPTED.
 * - Nobody but a coordinator writes into `__transaction_state`, and clients (v0-3) do not write into other internal topics, either:
 *   TOPIC_AUTHORIZATION_FAILED. Leaders ask for `__consumer_offsets`.
 * - CONCURRENT_TRANSACTIONS where the markers of the transaction before are not written within 100 ms.
 * - TRANSACTION_ABORTABLE for a partition that was to be verified and is not in the transaction.
 */
export function addPartitionsToTxnHandler(
  services: BrokerServices,
): RequestHandler<typeof addPartitionsToTxn> {
  return {
    api: addPartitionsToTxn,
    async answer(request, { apiVersion }) {
      if (apiVersion >= BATCH_VERSION_MIN) {
        const patienceMs = request.transactions.length === 1 ? PATIENCE_MS : 0;
        const results = await mapInSlices(request.transactions, services.environment, (transaction) => {
          const result = resultOf(services, transaction, { patienceMs, version: apiVersion });
          // One that fails before all have begun is nobody's loss: it is awaited below.
          result.catch(() => undefined);
          return result;
        });
        return { resultsByTransaction: await Promise.all(results) };
      }
      const transaction = transactionOf(request);
      const errorOf = await addOrVerify(services, transaction, apiVersion);
      return { resultsByTopicV3AndBelow: resultsOf(transaction.topics, errorOf) };
    },
    failure(request, errorCode, { apiVersion }): Response {
      if (apiVersion >= BATCH_VERSION_MIN) return { errorCode };
      return { resultsByTopicV3AndBelow: resultsOf(transactionOf(request).topics, () => errorCode) };
    },
  };
}

/** What becomes of one of several transactions. */
async function resultOf(
  services: BrokerServices,
  asked: AskedTransaction,
  { patienceMs, version }: { readonly patienceMs: number; readonly version: number },
): Promise<TransactionResult> {
  const { transactionalId, producerId, producerEpoch, verifyOnly } = asked;
  const topics = topicsOf(asked.topics);
  const transaction = { transactionalId, producerId, producerEpoch, verifyOnly, topics, patienceMs };
  const errorOf = await addOrVerify(services, transaction, version);
  return { transactionalId, topicResults: resultsOf(topics, errorOf) };
}

function isRefused(topic: string, version: number): boolean {
  return topic === TRANSACTION_STATE_TOPIC || (version < BATCH_VERSION_MIN && isInternalTopic(topic));
}

/** Before version 4 a request is of one transaction. */
function transactionOf(request: Request): Transaction {
  return {
    transactionalId: request.v3AndBelowTransactionalId,
    producerId: request.v3AndBelowProducerId,
    producerEpoch: request.v3AndBelowProducerEpoch,
    verifyOnly: false,
    topics: topicsOf(request.v3AndBelowTopics),
    patienceMs: PATIENCE_MS,
  };
}

async function addOrVerify(
  { image, transactions }: BrokerServices,
  { transactionalId, producerId, producerEpoch, verifyOnly, topics, patienceMs }: Transaction,
  version: number,
): Promise<ErrorOfPartition> {
  const refusalOf: ErrorOfPartition = (topic, partition) => {
    if (isRefused(topic, version)) return ErrorCode.TOPIC_AUTHORIZATION_FAILED;
    const exists = image.topicsByName.get(topic)?.partitions.has(partition) === true;
    return exists ? ErrorCode.NONE : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  };
  for (const [topic, partitions] of topics) {
    if ([...partitions].every((partition) => refusalOf(topic, partition) === ErrorCode.NONE)) continue;
    return (name, partition) => refusalOf(name, partition) || ErrorCode.OPERATION_NOT_ATTEMPTED;
  }
  if (verifyOnly) {
    const { errorCode, topics: added } = transactions.verify(transactionalId, {
      producerId,
      producerEpoch,
    });
    if (errorCode !== ErrorCode.NONE) return () => errorCode;
    return (topic, partition) =>
      includesPartition(added, topic, partition) ? ErrorCode.NONE : ErrorCode.TRANSACTION_ABORTABLE;
  }
  // A leader that adds a partition does so for a batch of a producer whose epoch grows with every transaction.
  const clientVersion = version >= BATCH_VERSION_MIN ? 2 : 0;
  const request = { producerId, producerEpoch, topics, clientVersion };
  const errorCode = await transactions.addPartitions(transactionalId, request, { patienceMs });
  return () => errorBefore(FENCED_VERSION_MIN, version, errorCode);
}

function resultsOf(
  topics: Topics,
  errorOf: ErrorOfPartition,
): { name: string; resultsByPartition: { partitionIndex: number; partitionErrorCode: number }[] }[] {
  return [...topics].map(([name, partitions]) => ({
    name,
    resultsByPartition: [...partitions].map((partitionIndex) => ({
      partitionIndex,
      partitionErrorCode: errorOf(name, partitionIndex),
    })),
  }));
}
