import { api } from '../message.ts';
import { array, bool, int16, int32, int64, string, struct, uint16, uuid } from '../schema.ts';

/**
 * Vote (key 52, versions 0-2): asks the voters of the metadata quorum for their vote (KIP-595).
 *
 * - v1: voters are known by directory id (KIP-853)
 * - v2: pre-vote (KIP-996)
 */
export const vote = api({
  key: 52,
  name: 'Vote',
  versions: '0-2',
  flexible: '0+',
  listeners: ['controller'],
  request: struct({
    clusterId: string({ nullable: '0+', default: null }),
    voterId: int32({ versions: '1+', default: -1, ignorable: true }),
    topics: array(
      struct({
        topicName: string(),
        partitions: array(
          struct({
            partitionIndex: int32(),
            replicaEpoch: int32(),
            replicaId: int32(),
            replicaDirectoryId: uuid({ versions: '1+', ignorable: true }),
            voterDirectoryId: uuid({ versions: '1+', ignorable: true }),
            lastOffsetEpoch: int32(),
            lastOffset: int64(),
            preVote: bool({ versions: '2+' }),
          }),
        ),
      }),
    ),
  }),
  response: struct({
    errorCode: int16(),
    topics: array(
      struct({
        topicName: string(),
        partitions: array(
          struct({
            partitionIndex: int32(),
            errorCode: int16(),
            leaderId: int32(),
            leaderEpoch: int32(),
            voteGranted: bool(),
          }),
        ),
      }),
    ),
    nodeEndpoints: array(struct({ nodeId: int32(), host: string(), port: uint16() }), {
      versions: '1+',
      tag: 0,
    }),
  }),
});
