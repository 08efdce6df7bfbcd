import { endTxn } from '../../src/protocol/messages/26-end-txn.ts';
import type { RequestHandler } from '../server/request-handler.ts';
import type { BrokerServices } from './broker-services.ts';
import { errorBefore } from './producer-errors.ts';

/** From here on PRODUCER_FENCED is known. */
const FENCED_VERSION_MIN = 2;
/** From here on the epoch grows with every transaction, and is answered (KIP-890). */
const EPOCH_BUMP_VERSION_MIN = 5;

/**
 * EndTxn (key 26, v0-5): commits or aborts a transaction.
 *
 * - Answered when the outcome is in the log; its markers are on their way then. The same request again is NONE when they
 *   are written, and CONCURRENT_TRANSACTIONS before.
 * - INVALID_TXN_STATE for another outcome than the one decided, and where there is no transaction; v5+ may abort nothing.
 */
export function endTxnHandler(services: BrokerServices): RequestHandler<typeof endTxn> {
  return {
    api: endTxn,
    async answer({ transactionalId, producerId, producerEpoch, committed }, { apiVersion }) {
      const result = await services.transactions.endTransaction(transactionalId, {
        producerId,
        producerEpoch,
        isCommit: committed,
        clientVersion: apiVersion >= EPOCH_BUMP_VERSION_MIN ? 2 : 0,
      });
      return {
        errorCode: errorBefore(FENCED_VERSION_MIN, apiVersion, result.errorCode),
        producerId: result.producerId,
        producerEpoch: result.producerEpoch,
      };
    },
  };
}
