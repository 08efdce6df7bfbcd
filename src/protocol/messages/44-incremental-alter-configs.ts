import { api } from '../message.ts';
import { array, bool, int16, int32, int8, string, struct } from '../schema.ts';

/**
 * IncrementalAlterConfigs (key 44, versions 0-1): changes single entries of configurations (KIP-339).
 *
 * - v1: flexible (KIP-482)
 */
export const incrementalAlterConfigs = api({
  key: 44,
  name: 'IncrementalAlterConfigs',
  versions: '0-1',
  flexible: '1+',
  listeners: ['broker', 'controller'],
  request: struct({
    resources: array(
      struct({
        resourceType: int8(),
        resourceName: string(),
        configs: array(
          struct({ name: string(), configOperation: int8(), value: string({ nullable: '0+' }) }),
        ),
      }),
    ),
    validateOnly: bool(),
  }),
  response: struct({
    throttleTimeMs: int32(),
    responses: array(
      struct({
        errorCode: int16(),
        errorMessage: string({ nullable: '0+' }),
        resourceType: int8(),
        resourceName: string(),
      }),
    ),
  }),
});
