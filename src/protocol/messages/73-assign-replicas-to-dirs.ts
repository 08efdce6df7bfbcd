import { api } from '../message.ts';
import { array, int16, int32, int64, struct, uuid } from '../schema.ts';

/**
 * AssignReplicasToDirs (key 73, versions 0): tells the controller which data folder holds which replica
 * (KIP-858).
 */
export const assignReplicasToDirs = api({
  key: 73,
  name: 'AssignReplicasToDirs',
  versions: '0',
  flexible: '0+',
  listeners: ['controller'],
  request: struct({
    brokerId: int32(),
    brokerEpoch: int64({ default: -1 }),
    directories: array(
      struct({
        id: uuid(),
        topics: array(struct({ topicId: uuid(), partitions: array(struct({ partitionIndex: int32() })) })),
      }),
    ),
  }),
  response: struct({
    throttleTimeMs: int32(),
    errorCode: int16(),
    directories: array(
      struct({
        id: uuid(),
        topics: array(
          struct({
            topicId: uuid(),
            partitions: array(struct({ partitionIndex: int32(), errorCode: int16() })),
          }),
        ),
      }),
    ),
  }),
});
