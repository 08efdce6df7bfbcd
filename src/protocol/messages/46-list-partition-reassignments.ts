import { api } from '../message.ts';
import { array, int16, int32, string, struct } from '../schema.ts';

/**
 * ListPartitionReassignments (key 46, versions 0): lists the reassignments under way (KIP-455).
 */
export const listPartitionReassignments = api({
  key: 46,
  name: 'ListPartitionReassignments',
  versions: '0',
  flexible: '0+',
  listeners: ['broker', 'controller'],
  request: struct({
    timeoutMs: int32({ default: 60000 }),
    topics: array(struct({ name: string(), partitionIndexes: array(int32()) }), {
      nullable: '0+',
      default: null,
    }),
  }),
  response: struct({
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: '0+' }),
    topics: array(
      struct({
        name: string(),
        partitions: array(
          struct({
            partitionIndex: int32(),
            replicas: array(int32()),
            addingReplicas: array(int32()),
            removingReplicas: array(int32()),
          }),
        ),
      }),
    ),
  }),
});
