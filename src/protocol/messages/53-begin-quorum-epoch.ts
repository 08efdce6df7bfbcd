import { api } from '../message.ts';
import { array, int16, int32, string, struct, uint16, uuid } from '../schema.ts';

/**
 * BeginQuorumEpoch (key 53, versions 0-1): tells the voters who leads the metadata quorum (KIP-595).
 *
 * - v1: voters are known by directory id (KIP-853); flexible (KIP-482)
 */
export const beginQuorumEpoch = api({
  key: 53,
  name: 'BeginQuorumEpoch',
  versions: '0-1',
  flexible: '1+',
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
            voterDirectoryId: uuid({ versions: '1+', ignorable: true }),
            leaderId: int32(),
            leaderEpoch: int32(),
          }),
        ),
      }),
    ),
    leaderEndpoints: array(struct({ name: string(), host: string(), port: uint16() }), {
      versions: '1+',
      ignorable: true,
    }),
  }),
  response: struct({
    errorCode: int16(),
    topics: array(
      struct({
        topicName: string(),
        partitions: array(
          struct({ partitionIndex: int32(), errorCode: int16(), leaderId: int32(), leaderEpoch: int32() }),
        ),
      }),
    ),
    nodeEndpoints: array(struct({ nodeId: int32(), host: string(), port: uint16() }), {
      versions: '1+',
      tag: 0,
    }),
  }),
});
