import { api } from '../message.ts';
import { array, int16, int32, int64, string, struct, uuid } from '../schema.ts';

/**
 * TxnOffsetCommit (key 28, versions 0-6): commits offsets of a group within a transaction.
 *
 * - v2: leader epochs (KIP-320)
 * - v3: member and generation are checked (KIP-447); flexible (KIP-482)
 * - v4: TRANSACTION_ABORTABLE may be answered (KIP-890)
 * - v5: adds the group to the transaction itself (KIP-890)
 * - v6: topics by id
 */
export const txnOffsetCommit = api({
  key: 28,
  name: 'TxnOffsetCommit',
  versions: '0-6',
  flexible: '3+',
  listeners: ['broker'],
  request: struct({
    transactionalId: string(),
    groupId: string(),
    producerId: int64(),
    producerEpoch: int16(),
    generationIdOrMemberEpoch: int32({ versions: '3+', default: -1 }),
    memberId: string({ versions: '3+' }),
    groupInstanceId: string({ versions: '3+', nullable: '3+', default: null }),
    topics: array(
      struct({
        name: string({ versions: '0-5', ignorable: true }),
        topicId: uuid({ versions: '6+', ignorable: true }),
        partitions: array(
          struct({
            partitionIndex: int32(),
            committedOffset: int64(),
            committedLeaderEpoch: int32({ versions: '2+', default: -1, ignorable: true }),
            committedMetadata: string({ nullable: '0+' }),
          }),
        ),
      }),
    ),
  }),
  response: struct({
    throttleTimeMs: int32(),
    topics: array(
      struct({
        name: string({ versions: '0-5', ignorable: true }),
        topicId: uuid({ versions: '6+', ignorable: true }),
        partitions: array(struct({ partitionIndex: int32(), errorCode: int16() })),
      }),
    ),
  }),
});
