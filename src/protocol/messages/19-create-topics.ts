import { api } from '../message.ts';
import { array, bool, int16, int32, int8, string, struct, uuid } from '../schema.ts';

/**
 * CreateTopics (key 19, versions 2-7): creates topics.
 *
 * - v4: partitions and replicas may be left to the broker (KIP-464)
 * - v5: the configuration is told (KIP-525); flexible (KIP-482)
 * - v6: THROTTLING_QUOTA_EXCEEDED may be answered (KIP-599)
 * - v7: topic ids (KIP-516)
 */
export const createTopics = api({
  key: 19,
  name: 'CreateTopics',
  versions: '2-7',
  flexible: '5+',
  listeners: ['broker', 'controller'],
  request: struct({
    topics: array(
      struct({
        name: string(),
        numPartitions: int32(),
        replicationFactor: int16(),
        assignments: array(struct({ partitionIndex: int32(), brokerIds: array(int32()) })),
        configs: array(struct({ name: string(), value: string({ nullable: '0+' }) })),
      }),
    ),
    timeoutMs: int32({ default: 60000 }),
    validateOnly: bool(),
  }),
  response: struct({
    throttleTimeMs: int32({ ignorable: true }),
    topics: array(
      struct({
        name: string(),
        topicId: uuid({ versions: '7+', ignorable: true }),
        errorCode: int16(),
        errorMessage: string({ nullable: '0+', ignorable: true }),
        topicConfigErrorCode: int16({ versions: '5+', tag: 0, ignorable: true }),
        numPartitions: int32({ versions: '5+', default: -1, ignorable: true }),
        replicationFactor: int16({ versions: '5+', default: -1, ignorable: true }),
        configs: array(
          struct({
            name: string(),
            value: string({ nullable: '5+' }),
            readOnly: bool(),
            configSource: int8({ default: -1, ignorable: true }),
            isSensitive: bool(),
          }),
          { versions: '5+', nullable: '5+', ignorable: true },
        ),
      }),
    ),
  }),
});
