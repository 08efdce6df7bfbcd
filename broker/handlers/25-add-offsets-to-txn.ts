import { addOffsetsToTxn } from '../../src/protocol/messages/25-add-offsets-to-txn.ts';
import { topicsOf } from '../coordinators/transaction/topics.ts';
import { CONSUMER_OFFSETS_TOPIC } from '../metadata/internal-topics.ts';
import type { RequestHandler } from '../server/request-handler.ts';
import type { BrokerServices } from './broker-services.ts';
import { errorBefore } from './producer-errors.ts';

/** From here on PRODUCER_FENCED is known. */
const FENCED_VERSION_MIN = 2;
/** How long to wait for the end of the transaction before. */
const PATIENCE_MS = 100;

/**
 * AddOffsetsToTxn (key 25, v0-4): adds a group's offsets to a transaction, which is to say their partition of
 * `__consumer_offsets`. Producers whose epoch grows with every transaction send TxnOffsetCommit at once.
 */
export function addOffsetsToTxnHandler(services: BrokerServices): RequestHandler<typeof addOffsetsToTxn> {
  return {
    api: addOffsetsToTxn,
    async answer({ transactionalId, producerId, producerEpoch, groupId }, { apiVersion }) {
      const partition = services.groups.partitionFor(groupId);
      const topics = topicsOf([{ name: CONSUMER_OFFSETS_TOPIC, partitions: [partition] }]);
      const errorCode = await services.transactions.addPartitions(
        transactionalId,
        { producerId, producerEpoch, topics, clientVersion: 0 },
        { patienceMs: PATIENCE_MS },
      );
      return { errorCode: errorBefore(FENCED_VERSION_MIN, apiVersion, errorCode) };
    },
  };
}
