import { api } from '../message.ts';
import { array, int16, int32, int64, string, struct, uuid } from '../schema.ts';

/**
 * InitializeShareGroupState (key 83, versions 0): creates the state of share partitions (KIP-932).
 */
export const initializeShareGroupState = api({
  key: 83,
  name: 'InitializeShareGroupState',
  versions: '0',
  flexible: '0+',
  listeners: ['broker'],
  request: struct({
    groupId: string(),
    topics: array(
      struct({
        topicId: uuid(),
        partitions: array(struct({ partition: int32(), stateEpoch: int32(), startOffset: int64() })),
      }),
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
          }),
        ),
      }),
    ),
  }),
});
