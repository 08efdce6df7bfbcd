import { api } from '../message.ts';
import { array, int16, int32, int8, string, struct } from '../schema.ts';

/**
 * ElectLeaders (key 43, versions 0-2): triggers the election of leaders (KIP-183).
 *
 * - v1: unclean elections (KIP-460)
 * - v2: flexible (KIP-482)
 */
export const electLeaders = api({
  key: 43,
  name: 'ElectLeaders',
  versions: '0-2',
  flexible: '2+',
  listeners: ['broker', 'controller'],
  request: struct({
    electionType: int8({ versions: '1+' }),
    topicPartitions: array(struct({ topic: string(), partitions: array(int32()) }), { nullable: '0+' }),
    timeoutMs: int32({ default: 60000 }),
  }),
  response: struct({
    throttleTimeMs: int32(),
    errorCode: int16({ versions: '1+' }),
    replicaElectionResults: array(
      struct({
        topic: string(),
        partitionResult: array(
          struct({ partitionId: int32(), errorCode: int16(), errorMessage: string({ nullable: '0+' }) }),
        ),
      }),
    ),
  }),
});
