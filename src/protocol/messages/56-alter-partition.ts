import { api } from '../message.ts';
import { array, int16, int32, int64, int8, struct, uuid } from '../schema.ts';

/**
 * AlterPartition (key 56, versions 2-3): asks the controller to change a partition's in-sync replicas
 * (KIP-497).
 *
 * - v2: topics by id (KIP-841)
 * - v3: broker epochs (KIP-903)
 */
export const alterPartition = api({
  key: 56,
  name: 'AlterPartition',
  versions: '2-3',
  flexible: '0+',
  listeners: ['controller'],
  request: struct({
    brokerId: int32(),
    brokerEpoch: int64({ default: -1 }),
    topics: array(
      struct({
        topicId: uuid({ ignorable: true }),
        partitions: array(
          struct({
            partitionIndex: int32(),
            leaderEpoch: int32(),
            newIsr: array(int32(), { versions: '0-2' }),
            newIsrWithEpochs: array(struct({ brokerId: int32(), brokerEpoch: int64({ default: -1 }) }), {
              versions: '3+',
            }),
            leaderRecoveryState: int8(),
            partitionEpoch: int32(),
          }),
        ),
      }),
    ),
  }),
  response: struct({
    throttleTimeMs: int32(),
    errorCode: int16(),
    topics: array(
      struct({
        topicId: uuid({ ignorable: true }),
        partitions: array(
          struct({
            partitionIndex: int32(),
            errorCode: int16(),
            leaderId: int32(),
            leaderEpoch: int32(),
            isr: array(int32()),
            leaderRecoveryState: int8({ ignorable: true }),
            partitionEpoch: int32(),
          }),
        ),
      }),
    ),
  }),
});
