import { api } from '../message.ts';
import { array, int16, int32, int64, string, struct } from '../schema.ts';

/**
 * DescribeTransactions (key 65, versions 0): describes transactions (KIP-664).
 */
export const describeTransactions = api({
  key: 65,
  name: 'DescribeTransactions',
  versions: '0',
  flexible: '0+',
  listeners: ['broker'],
  request: struct({ transactionalIds: array(string()) }),
  response: struct({
    throttleTimeMs: int32(),
    transactionStates: array(
      struct({
        errorCode: int16(),
        transactionalId: string(),
        transactionState: string(),
        transactionTimeoutMs: int32(),
        transactionStartTimeMs: int64(),
        producerId: int64(),
        producerEpoch: int16(),
        topics: array(struct({ topic: string(), partitions: array(int32()) })),
      }),
    ),
  }),
});
