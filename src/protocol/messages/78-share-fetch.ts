import { api } from '../message.ts';
import { array, bool, int16, int32, int64, int8, records, string, struct, uuid } from '../schema.ts';

/**
 * ShareFetch (key 78, versions 1-2): reads records of a share group and acknowledges earlier ones (KIP-932).
 *
 * - v2: limits on records (KIP-1206), renewal (KIP-1222)
 */
export const shareFetch = api({
  key: 78,
  name: 'ShareFetch',
  versions: '1-2',
  flexible: '0+',
  listeners: ['broker'],
  request: struct({
    groupId: string({ nullable: '0+', default: null }),
    memberId: string({ nullable: '0+' }),
    shareSessionEpoch: int32(),
    maxWaitMs: int32(),
    minBytes: int32(),
    maxBytes: int32({ default: 2147483647 }),
    maxRecords: int32(),
    batchSize: int32(),
    shareAcquireMode: int8({ versions: '2+', ignorable: true }),
    isRenewAck: bool({ versions: '2+' }),
    topics: array(
      struct({
        topicId: uuid(),
        partitions: array(
          struct({
            partitionIndex: int32(),
            partitionMaxBytes: int32({ versions: '0' }),
            acknowledgementBatches: array(
              struct({ firstOffset: int64(), lastOffset: int64(), acknowledgeTypes: array(int8()) }),
            ),
          }),
        ),
      }),
    ),
    forgottenTopicsData: array(struct({ topicId: uuid(), partitions: array(int32()) })),
  }),
  response: struct({
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: '0+', default: null }),
    acquisitionLockTimeoutMs: int32(),
    responses: array(
      struct({
        topicId: uuid(),
        partitions: array(
          struct({
            partitionIndex: int32(),
            errorCode: int16(),
            errorMessage: string({ nullable: '0+', default: null }),
            acknowledgeErrorCode: int16(),
            acknowledgeErrorMessage: string({ nullable: '0+', default: null }),
            currentLeader: struct({ leaderId: int32(), leaderEpoch: int32() }),
            records: records({ nullable: '0' }),
            acquiredRecords: array(
              struct({ firstOffset: int64(), lastOffset: int64(), deliveryCount: int16() }),
            ),
          }),
        ),
      }),
    ),
    nodeEndpoints: array(
      struct({
        nodeId: int32(),
        host: string(),
        port: int32(),
        rack: string({ nullable: '0+', default: null }),
      }),
    ),
  }),
});
