import { api } from '../message.ts';
import { array, int16, int32, string, struct } from '../schema.ts';

/**
 * ListGroups (key 16, versions 0-5): lists the groups that a broker coordinates.
 *
 * - v1: `throttleTimeMs` in the response
 * - v3: flexible (KIP-482)
 * - v4: filter by state (KIP-518)
 * - v5: filter by type (KIP-848)
 */
export const listGroups = api({
  key: 16,
  name: 'ListGroups',
  versions: '0-5',
  flexible: '3+',
  listeners: ['broker'],
  request: struct({
    statesFilter: array(string(), { versions: '4+' }),
    typesFilter: array(string(), { versions: '5+' }),
  }),
  response: struct({
    throttleTimeMs: int32({ versions: '1+', ignorable: true }),
    errorCode: int16(),
    groups: array(
      struct({
        groupId: string(),
        protocolType: string(),
        groupState: string({ versions: '4+', ignorable: true }),
        groupType: string({ versions: '5+', ignorable: true }),
      }),
    ),
  }),
});
