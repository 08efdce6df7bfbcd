import { api } from '../message.ts';
import { array, bool, int16, int32, string, struct, uint16, uuid } from '../schema.ts';

/**
 * AddRaftVoter (key 80, versions 0-1): adds a voter to the metadata quorum (KIP-853).
 *
 * - v1: can answer before the voter is committed
 */
export const addRaftVoter = api({
  key: 80,
  name: 'AddRaftVoter',
  versions: '0-1',
  flexible: '0+',
  listeners: ['controller', 'broker'],
  request: struct({
    clusterId: string({ nullable: '0+' }),
    timeoutMs: int32(),
    voterId: int32(),
    voterDirectoryId: uuid(),
    listeners: array(struct({ name: string(), host: string(), port: uint16() })),
    ackWhenCommitted: bool({ versions: '1+', default: true }),
  }),
  response: struct({
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: '0+', ignorable: true }),
  }),
});
