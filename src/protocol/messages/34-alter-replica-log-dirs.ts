import { api } from '../message.ts';
import { array, int16, int32, string, struct } from '../schema.ts';

/**
 * AlterReplicaLogDirs (key 34, versions 1-2): moves replicas between the data folders of a broker (KIP-113).
 *
 * - v2: flexible (KIP-482)
 */
export const alterReplicaLogDirs = api({
  key: 34,
  name: 'AlterReplicaLogDirs',
  versions: '1-2',
  flexible: '2+',
  listeners: ['broker'],
  request: struct({
    dirs: array(
      struct({ path: string(), topics: array(struct({ name: string(), partitions: array(int32()) })) }),
    ),
  }),
  response: struct({
    throttleTimeMs: int32(),
    results: array(
      struct({
        topicName: string(),
        partitions: array(struct({ partitionIndex: int32(), errorCode: int16() })),
      }),
    ),
  }),
});
