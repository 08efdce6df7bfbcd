import { api } from '../message.ts';
import { array, int16, int32, int64, records, string, struct, uuid } from '../schema.ts';

/**
 * Produce (key 0, versions 3-13): appends record batches to partitions.
 *
 * Versions 0 to 2 are advertised though they are refused: librdkafka up to 2.10 looks for them before it
 * believes that
 * a broker knows newer ones (KAFKA-18659).
 *
 * - v3: the first version of record format v2 only, and of transactions
 * - v5: `logStartOffset` in the response
 * - v7: batches may be zstd (KIP-110)
 * - v8: `recordErrors`, `errorMessage` in the response
 * - v9: flexible (KIP-482)
 * - v10: the new leader comes with NOT_LEADER_OR_FOLLOWER (KIP-951)
 * - v11: TRANSACTION_ABORTABLE may be answered (KIP-890)
 * - v12: adds its partitions to the transaction itself (KIP-890)
 * - v13: `topicId` in the request; `topicId` in the response
 */
export const produce = api({
  key: 0,
  name: 'Produce',
  versions: '3-13',
  advertised: '0-13',
  flexible: '9+',
  listeners: ['broker'],
  request: struct({
    transactionalId: string({ nullable: '3+', default: null }),
    acks: int16(),
    timeoutMs: int32(),
    topicData: array(
      struct({
        name: string({ versions: '0-12', ignorable: true }),
        topicId: uuid({ versions: '13+', ignorable: true }),
        partitionData: array(struct({ index: int32(), records: records({ nullable: '0+' }) })),
      }),
    ),
  }),
  response: struct({
    responses: array(
      struct({
        name: string({ versions: '0-12', ignorable: true }),
        topicId: uuid({ versions: '13+', ignorable: true }),
        partitionResponses: array(
          struct({
            index: int32(),
            errorCode: int16(),
            baseOffset: int64(),
            logAppendTimeMs: int64({ default: -1, ignorable: true }),
            logStartOffset: int64({ versions: '5+', default: -1, ignorable: true }),
            recordErrors: array(
              struct({
                batchIndex: int32(),
                batchIndexErrorMessage: string({ nullable: '8+', default: null }),
              }),
              { versions: '8+', ignorable: true },
            ),
            errorMessage: string({ versions: '8+', nullable: '8+', default: null, ignorable: true }),
            currentLeader: struct(
              { leaderId: int32({ default: -1 }), leaderEpoch: int32({ default: -1 }) },
              { versions: '10+', tag: 0 },
            ),
          }),
        ),
      }),
    ),
    throttleTimeMs: int32({ ignorable: true }),
    nodeEndpoints: array(
      struct({
        nodeId: int32(),
        host: string(),
        port: int32(),
        rack: string({ nullable: '10+', default: null }),
      }),
      { versions: '10+', tag: 0 },
    ),
  }),
});
