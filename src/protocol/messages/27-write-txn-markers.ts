import { api } from '../message.ts';
import { array, bool, int16, int32, int64, int8, string, struct } from '../schema.ts';

/**
 * WriteTxnMarkers (key 27, versions 1-2): writes commit and abort markers, from the transaction coordinator
 * to the leaders.
 *
 * - v2: the transaction version decides on epoch checks (KIP-1228)
 */
export const writeTxnMarkers = api({
  key: 27,
  name: 'WriteTxnMarkers',
  versions: '1-2',
  flexible: '1+',
  listeners: ['broker'],
  request: struct({
    markers: array(
      struct({
        producerId: int64(),
        producerEpoch: int16(),
        transactionResult: bool(),
        topics: array(struct({ name: string(), partitionIndexes: array(int32()) })),
        coordinatorEpoch: int32(),
        transactionVersion: int8({ versions: '2+', ignorable: true }),
      }),
    ),
  }),
  response: struct({
    markers: array(
      struct({
        producerId: int64(),
        topics: array(
          struct({
            name: string(),
            partitions: array(struct({ partitionIndex: int32(), errorCode: int16() })),
          }),
        ),
      }),
    ),
  }),
});
