import { api } from '../message.ts';
import { array, bool, int16, int32, int64, string, struct } from '../schema.ts';

const addPartitionsToTxnTopicFields = { name: string(), partitions: array(int32()) };

const addPartitionsToTxnTopicResultFields = {
  name: string(),
  resultsByPartition: array(struct({ partitionIndex: int32(), partitionErrorCode: int16() })),
};

/**
 * AddPartitionsToTxn (key 24, versions 0-5): adds partitions to a transaction; since version 4 also asks
 * whether they are in it.
 *
 * - v3: flexible (KIP-482)
 * - v4: several transactions, for brokers (KIP-890)
 * - v5: TRANSACTION_ABORTABLE may be answered (KIP-890)
 */
export const addPartitionsToTxn = api({
  key: 24,
  name: 'AddPartitionsToTxn',
  versions: '0-5',
  flexible: '3+',
  listeners: ['broker'],
  request: struct({
    transactions: array(
      struct({
        transactionalId: string(),
        producerId: int64(),
        producerEpoch: int16(),
        verifyOnly: bool(),
        topics: array(struct(addPartitionsToTxnTopicFields)),
      }),
      { versions: '4+' },
    ),
    v3AndBelowTransactionalId: string({ versions: '0-3' }),
    v3AndBelowProducerId: int64({ versions: '0-3' }),
    v3AndBelowProducerEpoch: int16({ versions: '0-3' }),
    v3AndBelowTopics: array(struct(addPartitionsToTxnTopicFields), { versions: '0-3' }),
  }),
  response: struct({
    throttleTimeMs: int32(),
    errorCode: int16({ versions: '4+', ignorable: true }),
    resultsByTransaction: array(
      struct({ transactionalId: string(), topicResults: array(struct(addPartitionsToTxnTopicResultFields)) }),
      { versions: '4+' },
    ),
    resultsByTopicV3AndBelow: array(struct(addPartitionsToTxnTopicResultFields), { versions: '0-3' }),
  }),
});
