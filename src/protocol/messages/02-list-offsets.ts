import { api } from '../message.ts';
import { array, int16, int32, int64, int8, string, struct } from '../schema.ts';

/**
 * ListOffsets (key 2, versions 1-11): finds offsets by timestamp, or the ends of partitions.
 *
 * - v2: isolation level, throttled after the answer (KIP-98)
 * - v4: leader epochs (KIP-320)
 * - v5: OFFSET_NOT_AVAILABLE may be answered (KIP-207)
 * - v6: flexible (KIP-482)
 * - v7: offset of the largest timestamp (KIP-734)
 * - v8: earliest local offset (KIP-405)
 * - v9: last tiered offset (KIP-1005)
 * - v10: waits for remote storage (KIP-1075)
 * - v11: earliest offset not yet tiered (KIP-1023)
 */
export const listOffsets = api({
  key: 2,
  name: 'ListOffsets',
  versions: '1-11',
  flexible: '6+',
  listeners: ['broker'],
  request: struct({
    replicaId: int32(),
    isolationLevel: int8({ versions: '2+' }),
    topics: array(
      struct({
        name: string(),
        partitions: array(
          struct({
            partitionIndex: int32(),
            currentLeaderEpoch: int32({ versions: '4+', default: -1, ignorable: true }),
            timestamp: int64(),
          }),
        ),
      }),
    ),
    timeoutMs: int32({ versions: '10+', ignorable: true }),
  }),
  response: struct({
    throttleTimeMs: int32({ versions: '2+', ignorable: true }),
    topics: array(
      struct({
        name: string(),
        partitions: array(
          struct({
            partitionIndex: int32(),
            errorCode: int16(),
            timestamp: int64({ default: -1 }),
            offset: int64({ default: -1 }),
            leaderEpoch: int32({ versions: '4+', default: -1 }),
          }),
        ),
      }),
    ),
  }),
});
