import { api } from '../message.ts';
import { int16, int32, string, struct, uuid } from '../schema.ts';

/**
 * RemoveRaftVoter (key 81, versions 0): removes a voter from the metadata quorum (KIP-853).
 */
export const removeRaftVoter = api({
  key: 81,
  name: 'RemoveRaftVoter',
  versions: '0',
  flexible: '0+',
  listeners: ['controller', 'broker'],
  request: struct({ clusterId: string({ nullable: '0+' }), voterId: int32(), voterDirectoryId: uuid() }),
  response: struct({
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: '0+', ignorable: true }),
  }),
});
