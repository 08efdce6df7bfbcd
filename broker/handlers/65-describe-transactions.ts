import type { RequestOf, ResponseInput } from '../../src/protocol/message.ts';
import { describeTransactions } from '../../src/protocol/messages/65-describe-transactions.ts';
import type { RequestHandler } from '../server/request-handler.ts';
import type { BrokerServices } from './broker-services.ts';
import { mapInSlices } from './map-in-slices.ts';

type Request = RequestOf<typeof describeTransactions>;
type State = NonNullable<ResponseInput<typeof describeTransactions>['transactionStates']>[number];

/**
 * DescribeTransactions (key 65, v0): the state of transactional ids that this broker coordinates (KIP-664).
 *
 * TRANSACTIONAL_ID_NOT_FOUND for those that nobody has used, or that have expired.
 */
export function describeTransactionsHandler(
  services: BrokerServices,
): RequestHandler<typeof describeTransactions> {
  return {
    api: describeTransactions,
    inTurn: true,
    answer: async ({ transactionalIds }: Request) => ({
      transactionStates: await mapInSlices(
        transactionalIds,
        services.environment,
        (transactionalId): State => {
          const { errorCode, metadata } = services.transactions.describe(transactionalId);
          if (metadata === undefined) return nothing(transactionalId, errorCode);
          return {
            errorCode,
            transactionalId,
            transactionState: metadata.state,
            transactionTimeoutMs: metadata.timeoutMs,
            transactionStartTimeMs: metadata.startTimestampMs,
            producerId: metadata.producerId,
            producerEpoch: metadata.producerEpoch,
            topics: [...metadata.topics].map(([topic, partitions]) => ({
              topic,
              partitions: [...partitions],
            })),
          };
        },
      ),
    }),
    failure: ({ transactionalIds }, errorCode) => ({
      transactionStates: transactionalIds.map((id) => nothing(id, errorCode)),
    }),
  };
}

function nothing(transactionalId: string, errorCode: number): State {
  return {
    errorCode,
    transactionalId,
    transactionState: '',
    transactionTimeoutMs: 0,
    transactionStartTimeMs: 0,
    producerId: 0,
    producerEpoch: 0,
    topics: [],
  };
}
