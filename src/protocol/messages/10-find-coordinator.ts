import { api } from '../message.ts';
import { array, int16, int32, int8, string, struct } from '../schema.ts';

/**
 * FindCoordinator (key 10, versions 0-6): finds the broker that coordinates a group or a transaction.
 *
 * - v1: `keyType` in the request; `throttleTimeMs`, `errorMessage` in the response
 * - v3: flexible (KIP-482)
 * - v4: several keys at once (KIP-699)
 * - v5: TRANSACTION_ABORTABLE may be answered (KIP-890)
 * - v6: share groups (KIP-932)
 */
export const findCoordinator = api({
  key: 10,
  name: 'FindCoordinator',
  versions: '0-6',
  flexible: '3+',
  listeners: ['broker'],
  request: struct({
    key: string({ versions: '0-3' }),
    keyType: int8({ versions: '1+' }),
    coordinatorKeys: array(string(), { versions: '4+' }),
  }),
  response: struct({
    throttleTimeMs: int32({ versions: '1+', ignorable: true }),
    errorCode: int16({ versions: '0-3' }),
    errorMessage: string({ versions: '1-3', nullable: '1-3', ignorable: true }),
    nodeId: int32({ versions: '0-3' }),
    host: string({ versions: '0-3' }),
    port: int32({ versions: '0-3' }),
    coordinators: array(
      struct({
        key: string(),
        nodeId: int32(),
        host: string(),
        port: int32(),
        errorCode: int16(),
        errorMessage: string({ nullable: '4+', ignorable: true }),
      }),
      { versions: '4+' },
    ),
  }),
});
