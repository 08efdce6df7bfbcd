import { api } from '../message.ts';
import { array, int16, int32, string, struct } from '../schema.ts';

/**
 * DeleteGroups (key 42, versions 0-3): deletes empty groups with their offsets (KIP-229).
 *
 * - v2: flexible (KIP-482)
 * - v3: `errorMessage` in the response
 */
export const deleteGroups = api({
  key: 42,
  name: 'DeleteGroups',
  versions: '0-3',
  flexible: '2+',
  listeners: ['broker'],
  request: struct({ groupsNames: array(string()) }),
  response: struct({
    throttleTimeMs: int32(),
    results: array(
      struct({
        groupId: string(),
        errorCode: int16(),
        errorMessage: string({ versions: '3+', nullable: '3+', default: null, ignorable: true }),
      }),
    ),
  }),
});
