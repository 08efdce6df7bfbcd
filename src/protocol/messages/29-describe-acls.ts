import { api } from '../message.ts';
import { array, int16, int32, int8, string, struct } from '../schema.ts';

/**
 * DescribeAcls (key 29, versions 1-3): lists access control entries.
 *
 * - v1: prefixed resources (KIP-290)
 * - v2: flexible (KIP-482)
 * - v3: user resources
 */
export const describeAcls = api({
  key: 29,
  name: 'DescribeAcls',
  versions: '1-3',
  flexible: '2+',
  listeners: ['broker', 'controller'],
  request: struct({
    resourceTypeFilter: int8(),
    resourceNameFilter: string({ nullable: '0+' }),
    patternTypeFilter: int8({ default: 3 }),
    principalFilter: string({ nullable: '0+' }),
    hostFilter: string({ nullable: '0+' }),
    operation: int8(),
    permissionType: int8(),
  }),
  response: struct({
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: '0+' }),
    resources: array(
      struct({
        resourceType: int8(),
        resourceName: string(),
        patternType: int8({ default: 3 }),
        acls: array(
          struct({ principal: string(), host: string(), operation: int8(), permissionType: int8() }),
        ),
      }),
    ),
  }),
});
