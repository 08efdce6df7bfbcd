import { api } from '../message.ts';
import { array, bool, float64, int16, int32, int8, string, struct } from '../schema.ts';

/**
 * DescribeClientQuotas (key 48, versions 0-1): lists quotas (KIP-546).
 *
 * - v1: flexible (KIP-482)
 */
export const describeClientQuotas = api({
  key: 48,
  name: 'DescribeClientQuotas',
  versions: '0-1',
  flexible: '1+',
  listeners: ['broker'],
  request: struct({
    components: array(struct({ entityType: string(), matchType: int8(), match: string({ nullable: '0+' }) })),
    strict: bool(),
  }),
  response: struct({
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: '0+' }),
    entries: array(
      struct({
        entity: array(struct({ entityType: string(), entityName: string({ nullable: '0+' }) })),
        values: array(struct({ key: string(), value: float64() })),
      }),
      { nullable: '0+' },
    ),
  }),
});
