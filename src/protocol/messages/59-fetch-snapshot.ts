import { api } from '../message.ts';
import { array, int16, int32, int64, records, string, struct, uint16, uuid } from '../schema.ts';

/**
 * FetchSnapshot (key 59, versions 0-1): reads a part of a metadata snapshot (KIP-630).
 *
 * - v1: directory ids and endpoints (KIP-853)
 */
export const fetchSnapshot = api({
  key: 59,
  name: 'FetchSnapshot',
  versions: '0-1',
  flexible: '0+',
  listeners: ['controller'],
  request: struct({
    clusterId: string({ nullable: '0+', tag: 0, default: null }),
    replicaId: int32({ default: -1 }),
    maxBytes: int32({ default: 2147483647 }),
    topics: array(
      struct({
        name: string(),
        partitions: array(
          struct({
            partition: int32(),
            currentLeaderEpoch: int32(),
            snapshotId: struct({ endOffset: int64(), epoch: int32() }),
            position: int64(),
            replicaDirectoryId: uuid({ versions: '1+', tag: 0, ignorable: true }),
          }),
        ),
      }),
    ),
  }),
  response: struct({
    throttleTimeMs: int32({ ignorable: true }),
    errorCode: int16(),
    topics: array(
      struct({
        name: string(),
        partitions: array(
          struct({
            index: int32(),
            errorCode: int16(),
            snapshotId: struct({ endOffset: int64(), epoch: int32() }),
            currentLeader: struct({ leaderId: int32(), leaderEpoch: int32() }, { tag: 0 }),
            size: int64(),
            position: int64(),
            unalignedRecords: records(),
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
