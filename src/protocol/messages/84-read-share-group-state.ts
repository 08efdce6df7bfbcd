import { api } from '../message.ts';
import { array, int16, int32, int64, int8, string, struct, uuid } from '../schema.ts';

/**
 * ReadShareGroupState (key 84, versions 0): reads the state of share partitions (KIP-932).
 */
export const readShareGroupState = api({
  key: 84,
  name: 'ReadShareGroupState',
  versions: '0',
  flexible: '0+',
  listeners: ['broker'],
  request: struct({
    groupId: string(),
    topics: array(
      struct({ topicId: uuid(), partitions: array(struct({ partition: int32(), leaderEpoch: int32() })) }),
    ),
  }),
  response: struct({
    results: array(
      struct({
        topicId: uuid(),
        partitions: array(
          struct({
            partition: int32(),
            errorCode: int16(),
            errorMessage: string({ nullable: '0+', default: null }),
            stateEpoch: int32(),
            startOffset: int64(),
            stateBatches: array(
              struct({
                firstOffset: int64(),
                lastOffset: int64(),
                deliveryState: int8(),
                deliveryCount: int16(),
              }),
            ),
          }),
        ),
      }),
    ),
  }),
});
