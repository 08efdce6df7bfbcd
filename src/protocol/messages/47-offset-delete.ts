import { api } from '../message.ts';
import { array, int16, int32, string, struct } from '../schema.ts';

/**
 * OffsetDelete (key 47, versions 0): deletes committed offsets of a group (KIP-496).
 */
export const offsetDelete = api({
  key: 47,
  name: 'OffsetDelete',
  versions: '0',
  flexible: 'none',
  listeners: ['broker'],
  request: struct({
    groupId: string(),
    topics: array(struct({ name: string(), partitions: array(struct({ partitionIndex: int32() })) })),
  }),
  response: struct({
    errorCode: int16(),
    throttleTimeMs: int32({ ignorable: true }),
    topics: array(
      struct({ name: string(), partitions: array(struct({ partitionIndex: int32(), errorCode: int16() })) }),
    ),
  }),
});
