import { api } from '../message.ts';
import { array, int16, int32, string, struct, uuid } from '../schema.ts';

/**
 * DeleteShareGroupState (key 86, versions 0): deletes the state of share partitions (KIP-932).
 */
export const deleteShareGroupState = api({
  key: 86,
  name: 'DeleteShareGroupState',
  versions: '0',
  flexible: '0+',
  listeners: ['broker'],
  request: struct({
    groupId: string(),
    topics: array(struct({ topicId: uuid(), partitions: array(struct({ partition: int32() })) })),
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
