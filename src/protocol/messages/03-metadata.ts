import { api } from '../message.ts';
import { array, bool, int16, int32, string, struct, uuid } from '../schema.ts';

/**
 * Metadata (key 3, versions 0-13): tells of brokers, topics, partitions and their leaders.
 *
 * - v1: `rack`, `controllerId`, `isInternal` in the response
 * - v2: `clusterId` in the response
 * - v3: `throttleTimeMs` in the response
 * - v4: auto-creation can be refused
 * - v5: offline replicas (KIP-112)
 * - v7: leader epochs (KIP-320)
 * - v8: authorized operations (KIP-430)
 * - v9: flexible (KIP-482)
 * - v10: topic ids (KIP-516)
 * - v11: authorized operations of the cluster moved to DescribeCluster (KIP-700)
 * - v12: topics can be asked for by id
 * - v13: a top-level error (KIP-1102)
 */
export const metadata = api({
  key: 3,
  name: 'Metadata',
  versions: '0-13',
  flexible: '9+',
  listeners: ['broker'],
  request: struct({
    topics: array(
      struct({ topicId: uuid({ versions: '10+', ignorable: true }), name: string({ nullable: '10+' }) }),
      { nullable: '1+' },
    ),
    allowAutoTopicCreation: bool({ versions: '4+', default: true }),
    includeClusterAuthorizedOperations: bool({ versions: '8-10' }),
    includeTopicAuthorizedOperations: bool({ versions: '8+' }),
  }),
  response: struct({
    throttleTimeMs: int32({ versions: '3+', ignorable: true }),
    brokers: array(
      struct({
        nodeId: int32(),
        host: string(),
        port: int32(),
        rack: string({ versions: '1+', nullable: '1+', default: null, ignorable: true }),
      }),
    ),
    clusterId: string({ versions: '2+', nullable: '2+', default: null, ignorable: true }),
    controllerId: int32({ versions: '1+', default: -1, ignorable: true }),
    topics: array(
      struct({
        errorCode: int16(),
        name: string({ nullable: '12+' }),
        topicId: uuid({ versions: '10+', ignorable: true }),
        isInternal: bool({ versions: '1+', ignorable: true }),
        partitions: array(
          struct({
            errorCode: int16(),
            partitionIndex: int32(),
            leaderId: int32(),
            leaderEpoch: int32({ versions: '7+', default: -1, ignorable: true }),
            replicaNodes: array(int32()),
            isrNodes: array(int32()),
            offlineReplicas: array(int32(), { versions: '5+', ignorable: true }),
          }),
        ),
        topicAuthorizedOperations: int32({ versions: '8+', default: -2147483648 }),
      }),
    ),
    clusterAuthorizedOperations: int32({ versions: '8-10', default: -2147483648 }),
    errorCode: int16({ versions: '13+', ignorable: true }),
  }),
});
