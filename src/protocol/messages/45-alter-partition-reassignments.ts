import { api } from '../message.ts';
import { array, bool, int16, int32, string, struct } from '../schema.ts';

/**
 * AlterPartitionReassignments (key 45, versions 0-1): starts or cancels the reassignment of partitions
 * (KIP-455).
 *
 * - v1: a change of the replication factor can be refused (KIP-860)
 */
export const alterPartitionReassignments = api({
  key: 45,
  name: 'AlterPartitionReassignments',
  versions: '0-1',
  flexible: '0+',
  listeners: ['broker', 'controller'],
  request: struct({
    timeoutMs: int32({ default: 60000 }),
    allowReplicationFactorChange: bool({ versions: '1+', default: true }),
    topics: array(
      struct({
        name: string(),
        partitions: array(
          struct({ partitionIndex: int32(), replicas: array(int32(), { nullable: '0+', default: null }) }),
        ),
      }),
    ),
  }),
  response: struct({
    throttleTimeMs: int32(),
    allowReplicationFactorChange: bool({ versions: '1+', default: true, ignorable: true }),
    errorCode: int16(),
    errorMessage: string({ nullable: '0+' }),
    responses: array(
      struct({
        name: string(),
        partitions: array(
          struct({ partitionIndex: int32(), errorCode: int16(), errorMessage: string({ nullable: '0+' }) }),
        ),
      }),
    ),
  }),
});
