import { api } from '../message.ts';
import { array, int16, int32, int64, string, struct, uint16, uuid } from '../schema.ts';

const replicaStateFields = {
  replicaId: int32(),
  replicaDirectoryId: uuid({ versions: '2+' }),
  logEndOffset: int64(),
  lastFetchTimestamp: int64({ versions: '1+', default: -1, ignorable: true }),
  lastCaughtUpTimestamp: int64({ versions: '1+', default: -1, ignorable: true }),
};

/**
 * DescribeQuorum (key 55, versions 0-2): describes the metadata quorum (KIP-595).
 *
 * - v1: times of the last fetches (KIP-836)
 * - v2: directory ids and endpoints (KIP-853)
 */
export const describeQuorum = api({
  key: 55,
  name: 'DescribeQuorum',
  versions: '0-2',
  flexible: '0+',
  listeners: ['broker', 'controller'],
  request: struct({
    topics: array(struct({ topicName: string(), partitions: array(struct({ partitionIndex: int32() })) })),
  }),
  response: struct({
    errorCode: int16(),
    errorMessage: string({ versions: '2+', nullable: '2+', ignorable: true }),
    topics: array(
      struct({
        topicName: string(),
        partitions: array(
          struct({
            partitionIndex: int32(),
            errorCode: int16(),
            errorMessage: string({ versions: '2+', nullable: '2+', ignorable: true }),
            leaderId: int32(),
            leaderEpoch: int32(),
            highWatermark: int64(),
            currentVoters: array(struct(replicaStateFields)),
            observers: array(struct(replicaStateFields)),
          }),
        ),
      }),
    ),
    nodes: array(
      struct({
        nodeId: int32(),
        listeners: array(struct({ name: string(), host: string(), port: uint16() })),
      }),
      { versions: '2+' },
    ),
  }),
});
