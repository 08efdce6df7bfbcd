import { api } from '../message.ts';
import { array, bool, int16, int32, int8, string, struct } from '../schema.ts';

/**
 * AlterConfigs (key 33, versions 0-2): replaces the configuration of a resource; superseded by
 * IncrementalAlterConfigs.
 *
 * - v2: flexible (KIP-482)
 */
export const alterConfigs = api({
  key: 33,
  name: 'AlterConfigs',
  versions: '0-2',
  flexible: '2+',
  listeners: ['broker', 'controller'],
  request: struct({
    resources: array(
      struct({
        resourceType: int8(),
        resourceName: string(),
        configs: array(struct({ name: string(), value: string({ nullable: '0+' }) })),
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
