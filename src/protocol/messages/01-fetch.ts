import { INT64_MAX } from '../../base/int64.ts';
import { api } from '../message.ts';
import { array, int16, int32, int64, int8, records, string, struct, uuid } from '../schema.ts';

/**
 * Fetch (key 1, versions 4-18): reads record batches, for consumers and for followers; waits until there are
 * enough.
 *
 * - v4: record format v2
 * - v5: `logStartOffset` in the request; `logStartOffset` in the response
 * - v7: incremental sessions (KIP-227)
 * - v9: fenced by leader epoch (KIP-320)
 * - v10: batches may be zstd (KIP-110)
 * - v11: reads from the nearest replica (KIP-392)
 * - v12: divergence is found by epoch (KIP-595); flexible (KIP-482)
 * - v13: topics by id (KIP-516)
 * - v14: OFFSET_MOVED_TO_TIERED_STORAGE may be answered (KIP-405)
 * - v15: followers are known by epoch (KIP-903)
 * - v16: endpoints of new leaders (KIP-951)
 * - v17: directory ids (KIP-853)
 * - v18: followers tell their high watermark (KIP-1166)
 */
export const fetch = api({
  key: 1,
  name: 'Fetch',
  versions: '4-18',
  flexible: '12+',
  listeners: ['broker', 'controller'],
  request: struct({
    clusterId: string({ versions: '12+', nullable: '12+', tag: 0, default: null, ignorable: true }),
    replicaId: int32({ versions: '0-14', default: -1 }),
    replicaState: struct(
      { replicaId: int32({ default: -1 }), replicaEpoch: int64({ default: -1 }) },
      { versions: '15+', tag: 1 },
    ),
    maxWaitMs: int32(),
    minBytes: int32(),
    maxBytes: int32({ default: 2147483647, ignorable: true }),
    isolationLevel: int8({ ignorable: true }),
    sessionId: int32({ versions: '7+', ignorable: true }),
    sessionEpoch: int32({ versions: '7+', default: -1, ignorable: true }),
    topics: array(
      struct({
        topic: string({ versions: '0-12', ignorable: true }),
        topicId: uuid({ versions: '13+', ignorable: true }),
        partitions: array(
          struct({
            partition: int32(),
            currentLeaderEpoch: int32({ versions: '9+', default: -1, ignorable: true }),
            fetchOffset: int64(),
            lastFetchedEpoch: int32({ versions: '12+', default: -1 }),
            logStartOffset: int64({ versions: '5+', default: -1, ignorable: true }),
            partitionMaxBytes: int32(),
            replicaDirectoryId: uuid({ versions: '17+', tag: 0, ignorable: true }),
            highWatermark: int64({ versions: '18+', tag: 1, default: INT64_MAX, ignorable: true }),
          }),
        ),
      }),
    ),
    forgottenTopicsData: array(
      struct({
        topic: string({ versions: '7-12', ignorable: true }),
        topicId: uuid({ versions: '13+', ignorable: true }),
        partitions: array(int32()),
      }),
      { versions: '7+' },
    ),
    rackId: string({ versions: '11+', ignorable: true }),
  }),
  response: struct({
    throttleTimeMs: int32({ ignorable: true }),
    errorCode: int16({ versions: '7+', ignorable: true }),
    sessionId: int32({ versions: '7+' }),
    responses: array(
      struct({
        topic: string({ versions: '0-12', ignorable: true }),
        topicId: uuid({ versions: '13+', ignorable: true }),
        partitions: array(
          struct({
            partitionIndex: int32(),
            errorCode: int16(),
            highWatermark: int64(),
            lastStableOffset: int64({ default: -1, ignorable: true }),
            logStartOffset: int64({ versions: '5+', default: -1, ignorable: true }),
            divergingEpoch: struct(
              { epoch: int32({ default: -1 }), endOffset: int64({ default: -1 }) },
              { versions: '12+', tag: 0 },
            ),
            currentLeader: struct(
              { leaderId: int32({ default: -1 }), leaderEpoch: int32({ default: -1 }) },
              { versions: '12+', tag: 1 },
            ),
            snapshotId: struct(
              { endOffset: int64({ default: -1 }), epoch: int32({ default: -1 }) },
              { versions: '12+', tag: 2 },
            ),
            abortedTransactions: array(struct({ producerId: int64(), firstOffset: int64() }), {
              nullable: '4+',
              ignorable: true,
            }),
            preferredReadReplica: int32({ versions: '11+', default: -1 }),
            records: records({ nullable: '0+' }),
          }),
        ),
      }),
    ),
    nodeEndpoints: array(
      struct({
        nodeId: int32(),
        host: string(),
        port: int32(),
        rack: string({ nullable: '16+', default: null }),
      }),
      { versions: '16+', tag: 0 },
    ),
  }),
});
