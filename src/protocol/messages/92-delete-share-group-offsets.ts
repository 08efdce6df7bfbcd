import { api } from '../message.ts';
import { array, int16, int32, string, struct, uuid } from '../schema.ts';

/**
 * DeleteShareGroupOffsets (key 92, versions 0): deletes the start offsets of a share group (KIP-932).
 */
export const deleteShareGroupOffsets = api({
  key: 92,
  name: 'DeleteShareGroupOffsets',
  versions: '0',
  flexible: '0+',
  listeners: ['broker'],
  request: struct({ groupId: string(), topics: array(struct({ topicName: string() })) }),
  response: struct({
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: '0+', default: null }),
    responses: array(
      struct({
        topicName: string(),
        topicId: uuid(),
        errorCode: int16(),
        errorMessage: string({ nullable: '0+', default: null }),
      }),
    ),
  }),
});
