import { api } from '../message.ts';
import { array, bool, int16, int32, int64, string, struct, uuid } from '../schema.ts';

/**
 * OffsetFetch (key 9, versions 1-10): reads the committed offsets of groups.
 *
 * - v2: null topics stand for all
 * - v3: `throttleTimeMs` in the response
 * - v5: leader epochs (KIP-320)
 * - v6: flexible (KIP-482)
 * - v7: can insist on stable offsets (KIP-447)
 * - v8: several groups at once (KIP-709)
 * - v9: also for groups of the consumer protocol (KIP-848)
 * - v10: topics by id (KIP-848)
 */
export const offsetFetch = api({
  key: 9,
  name: 'OffsetFetch',
  versions: '1-10',
  flexible: '6+',
  listeners: ['broker'],
  request: struct({
    groupId: string({ versions: '0-7' }),
    topics: array(struct({ name: string(), partitionIndexes: array(int32()) }), {
      versions: '0-7',
      nullable: '2-7',
    }),
    groups: array(
      struct({
        groupId: string(),
        memberId: string({ versions: '9+', nullable: '9+', default: null, ignorable: true }),
        memberEpoch: int32({ versions: '9+', default: -1, ignorable: true }),
        topics: array(
          struct({
            name: string({ versions: '8-9', ignorable: true }),
            topicId: uuid({ versions: '10+', ignorable: true }),
            partitionIndexes: array(int32()),
          }),
          { nullable: '8+' },
        ),
      }),
      { versions: '8+' },
    ),
    requireStable: bool({ versions: '7+' }),
  }),
  response: struct({
    throttleTimeMs: int32({ versions: '3+', ignorable: true }),
    topics: array(
      struct({
        name: string(),
        partitions: array(
          struct({
            partitionIndex: int32(),
            committedOffset: int64(),
            committedLeaderEpoch: int32({ versions: '5-7', default: -1, ignorable: true }),
            metadata: string({ nullable: '0-7' }),
            errorCode: int16(),
          }),
        ),
      }),
      { versions: '0-7' },
    ),
    errorCode: int16({ versions: '2-7', ignorable: true }),
    groups: array(
      struct({
        groupId: string(),
        topics: array(
          struct({
            name: string({ versions: '8-9', ignorable: true }),
            topicId: uuid({ versions: '10+', ignorable: true }),
            partitions: array(
              struct({
                partitionIndex: int32(),
                committedOffset: int64(),
                committedLeaderEpoch: int32({ default: -1, ignorable: true }),
                metadata: string({ nullable: '8+' }),
                errorCode: int16(),
              }),
            ),
          }),
        ),
        errorCode: int16(),
      }),
      { versions: '8+' },
    ),
  }),
});
