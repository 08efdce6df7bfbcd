import { api } from '../message.ts';
import { array, int16, int32, int8, string, struct } from '../schema.ts';

/**
 * ListConfigResources (key 74, versions 0-1): lists the resources that have a configuration (KIP-714).
 *
 * - v1: resources of all types (KIP-1142)
 */
export const listConfigResources = api({
  key: 74,
  name: 'ListConfigResources',
  versions: '0-1',
  flexible: '0+',
  listeners: ['broker'],
  request: struct({ resourceTypes: array(int8(), { versions: '1+' }) }),
  response: struct({
    throttleTimeMs: int32(),
    errorCode: int16(),
    configResources: array(
      struct({
        resourceName: string(),
        resourceType: int8({ versions: '1+', default: 16, ignorable: true }),
      }),
    ),
  }),
});
