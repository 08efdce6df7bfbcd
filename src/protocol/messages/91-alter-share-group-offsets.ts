import { api } from '../message.ts';
import { array, int16, int32, int64, string, struct, uuid } from '../schema.ts';

/**
 * AlterShareGroupOffsets (key 91, versions 0): sets the start offsets of a share group (KIP-932).
 */
export const alterShareGroupOffsets = api({
  key: 91,
  name: 'AlterShareGroupOffsets',
  versions: '0',
  flexible: '0+',
  listeners: ['broker'],
  request: struct({
    groupId: string(),
    topics: array(
      struct({
        topicName: string(),
        partitions: array(struct({ partitionIndex: int32(), startOffset: int64() })),
      }),
    ),
  }),
  response: struct({
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: '0+', default: null }),
    responses: array(
      struct({
        topicName: string(),
        topicId: uuid(),
        partitions: array(
          struct({
            partitionIndex: int32(),
            errorCode: int16(),
            errorMessage: string({ nullable: '0+', default: null }),
          }),
        ),
      }),
    ),
  }),
});
