import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { RequestOf, ResponseInput } from '../../src/protocol/message.ts';
import { addPartitionsToTxn } from '../../src/protocol/messages/24-add-partitions-to-txn.ts';
import type { ProducerIdentity } from '../coordinators/transaction/init-producer-id.ts';
import { includesPartition, type Topics, topicsOf } from '../coordinators/transaction/topics.ts';
import { isInternalTopic, TRANSACTION_STATE_TOPIC } from '../metadata/internal-topics.ts';
import type { RequestHandler } from '../server/request-handler.ts';
import type { BrokerServices } from './broker-services.ts';
import { beginInSlices, mapPartitionsInSlices } from './map-in-slices.ts';
import { errorBefore } from './producer-errors.ts';
import { eachInSlices } from './sliced-steps.ts';

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
    async answer(request, context) {
      const { apiVersion } = context;
      if (apiVersion >= BATCH_VERSION_MIN) {
        const patienceMs = request.transactions.length === 1 ? PATIENCE_MS : 0;
        const results = beginInSlices(request.transactions, services.environment, (transaction) =>
          resultOf(services, transaction, { patienceMs, version: apiVersion }),
        );
        return { resultsByTransaction: await results };
      }
      const { environment } = services;
      const transaction = transactionOf(request);
      const isKnown = refusalOf(services, apiVersion);
      let areKnown = true;
      const look = ([topic, partition]: readonly [string, number]): void => {
        areKnown &&= isKnown(topic, partition) === ErrorCode.NONE;
      };
      const looking = eachInSlices(partitionsOf(transaction.topics), look, context, environment);
      if (looking !== undefined) await looking;
      const errorOf = areKnown
        ? await addOrVerify(services, transaction, apiVersion)
        : orNotAttempted(isKnown);
      const answered = await mapPartitionsInSlices([...transaction.topics], environment, {
        of: ([, partitions]) => [...partitions],
        map: (partitionIndex, [name]) => ({
          partitionIndex,
          partitionErrorCode: errorOf(name, partitionIndex),
        }),
      });
      return {
        resultsByTopicV3AndBelow: answered.map(({ topic: [name], partitions }) => ({
          name,
          resultsByPartition: partitions,
        })),
      };
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
  const errorOf = await lookAndAdd(services, transaction, version);
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

function* partitionsOf(topics: Topics): Generator<readonly [string, number], void> {
  for (const [topic, partitions] of topics) for (const partition of partitions) yield [topic, partition];
}

/** Why a partition cannot be added, as far as the transaction has nothing to do with it. */
function refusalOf({ image }: BrokerServices, version: number): ErrorOfPartition {
  return (topic, partition) => {
    if (isRefused(topic, version)) return ErrorCode.TOPIC_AUTHORIZATION_FAILED;
    const exists = image.topicsByName.get(topic)?.partitions.has(partition) === true;
    return exists ? ErrorCode.NONE : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  };
}

/** What is told where a partition is refused: all or nothing. */
function orNotAttempted(refusal: ErrorOfPartition): ErrorOfPartition {
  return (name, partition) => refusal(name, partition) || ErrorCode.OPERATION_NOT_ATTEMPTED;
}

/** All of a transaction, whose partitions are looked at first where that was not done yet. */
async function lookAndAdd(
  services: BrokerServices,
  transaction: Transaction,
  version: number,
): Promise<ErrorOfPartition> {
  const refusal = refusalOf(services, version);
  for (const [topic, partition] of partitionsOf(transaction.topics)) {
    if (refusal(topic, partition) !== ErrorCode.NONE) return orNotAttempted(refusal);
  }
  return addOrVerify(services, transaction, version);
}

/** Of a transaction whose partitions may all be added. */
async function addOrVerify(
  { transactions }: BrokerServices,
  { transactionalId, producerId, producerEpoch, verifyOnly, topics, patienceMs }: Transaction,
  version: number,
): Promise<ErrorOfPartition> {
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
