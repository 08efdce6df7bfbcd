import { api } from '../message.ts';
import { array, int16, int32, int8, string, struct } from '../schema.ts';

/**
 * CreateAcls (key 30, versions 1-3): creates access control entries.
 *
 * - v1: prefixed resources (KIP-290)
 * - v2: flexible (KIP-482)
 * - v3: user resources
 */
export const createAcls = api({
  key: 30,
  name: 'CreateAcls',
  versions: '1-3',
  flexible: '2+',
  listeners: ['broker', 'controller'],
  request: struct({
    creations: array(
      struct({
        resourceType: int8(),
        resourceName: string(),
        resourcePatternType: int8({ default: 3 }),
        principal: string(),
        host: string(),
        operation: int8(),
        permissionType: int8(),
      }),
    ),
  }),
  response: struct({
    throttleTimeMs: int32(),
    results: array(struct({ errorCode: int16(), errorMessage: string({ nullable: '0+' }) })),
  }),
});
