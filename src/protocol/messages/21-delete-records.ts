import { api } from '../message.ts';
import { array, int16, int32, int64, string, struct } from '../schema.ts';

/**
 * DeleteRecords (key 21, versions 0-2): deletes the records of partitions below an offset (KIP-107).
 *
 * - v2: flexible (KIP-482)
 */
export const deleteRecords = api({
  key: 21,
  name: 'DeleteRecords',
  versions: '0-2',
  flexible: '2+',
  listeners: ['broker'],
  request: struct({
    topics: array(
      struct({ name: string(), partitions: array(struct({ partitionIndex: int32(), offset: int64() })) }),
    ),
    timeoutMs: int32(),
  }),
  response: struct({
    throttleTimeMs: int32(),
    topics: array(
      struct({
        name: string(),
        partitions: array(struct({ partitionIndex: int32(), lowWatermark: int64(), errorCode: int16() })),
      }),
    ),
  }),
});
