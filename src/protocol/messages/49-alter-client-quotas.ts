import { api } from '../message.ts';
import { array, bool, float64, int16, int32, string, struct } from '../schema.ts';

/**
 * AlterClientQuotas (key 49, versions 0-1): changes quotas (KIP-546).
 *
 * - v1: flexible (KIP-482)
 */
export const alterClientQuotas = api({
  key: 49,
  name: 'AlterClientQuotas',
  versions: '0-1',
  flexible: '1+',
  listeners: ['broker', 'controller'],
  request: struct({
    entries: array(
      struct({
        entity: array(struct({ entityType: string(), entityName: string({ nullable: '0+' }) })),
        ops: array(struct({ key: string(), value: float64(), remove: bool() })),
      }),
    ),
    validateOnly: bool(),
  }),
  response: struct({
    throttleTimeMs: int32(),
    entries: array(
      struct({
        errorCode: int16(),
        errorMessage: string({ nullable: '0+' }),
        entity: array(struct({ entityType: string(), entityName: string({ nullable: '0+' }) })),
      }),
    ),
  }),
});
