import { txnOffsetCommit } from '../../src/protocol/messages/28-txn-offset-commit.ts';
import type { RequestHandler } from '../server/request-handler.ts';
import type { BrokerServices } from './broker-services.ts';
import { groupContext } from './group-context.ts';

/**
 * TxnOffsetCommit (key 28, v0-6): stores offsets of a group that count once the producer's transaction is committed.
 *
 * - The transaction's coordinator is asked first (KIP-890): up to v4 whether the group is in the transaction, from v5 on it
 *   is added. Not in it: INVALID_TXN_STATE, v4+ TRANSACTION_ABORTABLE.
 * - v3+ fences by the consumer's member and generation (KIP-447): UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID,
 *   ILLEGAL_GENERATION.
 * - v6+ topics by id.
 */
export function txnOffsetCommitHandler(services: BrokerServices): RequestHandler<typeof txnOffsetCommit> {
  return {
    api: txnOffsetCommit,
    answer: (request, context) => services.groups.txnOffsetCommit(request, groupContext(context)),
    failure: ({ topics }, errorCode) => ({
      topics: topics.map(({ name, topicId, partitions }) => ({
        name,
        topicId,
        partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
      })),
    }),
  };
}
