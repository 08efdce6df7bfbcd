import { keyedMessage } from '../../message.ts';
import { array, int16, int32, int64, int8, string, struct } from '../../schema.ts';

/** Key of type 0 of `__transaction_state`: the state of a transactional id. */
export const transactionLogKey = keyedMessage({
  key: 0,
  name: 'TransactionLogKey',
  versions: '0',
  fields: struct({ transactionalId: string() }),
});

/** Value to {@link transactionLogKey}; null removes it. */
export const transactionLogValue = keyedMessage({
  key: 0,
  name: 'TransactionLogValue',
  versions: '0-1',
  flexible: '1+',
  fields: struct({
    producerId: int64(),
    previousProducerId: int64({ versions: '1+', tag: 0, default: -1 }),
    nextProducerId: int64({ versions: '1+', tag: 1, default: -1 }),
    producerEpoch: int16(),
    nextProducerEpoch: int16({ versions: '1+', tag: 3, default: -1 }),
    transactionTimeoutMs: int32(),
    transactionStatus: int8(),
    transactionPartitions: array(struct({ topic: string(), partitionIds: array(int32()) }), {
      nullable: '0+',
    }),
    transactionLastUpdateTimestampMs: int64(),
    transactionStartTimestampMs: int64(),
    clientTransactionVersion: int16({ versions: '1+', tag: 2 }),
  }),
});
