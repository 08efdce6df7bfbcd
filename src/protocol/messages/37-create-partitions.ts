import { api } from '../message.ts';
import { array, bool, int16, int32, string, struct } from '../schema.ts';

/**
 * CreatePartitions (key 37, versions 0-3): adds partitions to topics (KIP-195).
 *
 * - v2: flexible (KIP-482)
 * - v3: THROTTLING_QUOTA_EXCEEDED may be answered (KIP-599)
 */
export const createPartitions = api({
  key: 37,
  name: 'CreatePartitions',
  versions: '0-3',
  flexible: '2+',
  listeners: ['broker', 'controller'],
  request: struct({
    topics: array(
      struct({
        name: string(),
        count: int32(),
        assignments: array(struct({ brokerIds: array(int32()) }), { nullable: '0+' }),
      }),
    ),
    timeoutMs: int32(),
    validateOnly: bool(),
  }),
  response: struct({
    throttleTimeMs: int32(),
    results: array(
      struct({ name: string(), errorCode: int16(), errorMessage: string({ nullable: '0+', default: null }) }),
    ),
  }),
});
