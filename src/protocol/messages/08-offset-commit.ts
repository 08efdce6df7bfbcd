import { api } from '../message.ts';
import { array, int16, int32, int64, string, struct, uuid } from '../schema.ts';

/**
 * OffsetCommit (key 8, versions 2-10): commits offsets of a group.
 *
 * - v3: `throttleTimeMs` in the response
 * - v5: the broker decides on retention alone (KIP-211)
 * - v6: leader epochs (KIP-320)
 * - v7: static members (KIP-345)
 * - v8: flexible (KIP-482)
 * - v9: also for groups of the consumer protocol (KIP-848)
 * - v10: topics by id (KIP-848)
 */
export const offsetCommit = api({
  key: 8,
  name: 'OffsetCommit',
  versions: '2-10',
  flexible: '8+',
  listeners: ['broker'],
  request: struct({
    groupId: string(),
    generationIdOrMemberEpoch: int32({ default: -1, ignorable: true }),
    memberId: string({ ignorable: true }),
    groupInstanceId: string({ versions: '7+', nullable: '7+', default: null }),
    retentionTimeMs: int64({ versions: '2-4', default: -1, ignorable: true }),
    topics: array(
      struct({
        name: string({ versions: '0-9', ignorable: true }),
        topicId: uuid({ versions: '10+', ignorable: true }),
        partitions: array(
          struct({
            partitionIndex: int32(),
            committedOffset: int64(),
            committedLeaderEpoch: int32({ versions: '6+', default: -1, ignorable: true }),
            committedMetadata: string({ nullable: '0+' }),
          }),
        ),
      }),
    ),
  }),
  response: struct({
    throttleTimeMs: int32({ versions: '3+', ignorable: true }),
    topics: array(
      struct({
        name: string({ versions: '0-9', ignorable: true }),
        topicId: uuid({ versions: '10+', ignorable: true }),
        partitions: array(struct({ partitionIndex: int32(), errorCode: int16() })),
      }),
    ),
  }),
});
