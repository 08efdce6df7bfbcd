import { api } from '../message.ts';
import { int16, int32, string, struct } from '../schema.ts';

/**
 * UnregisterBroker (key 64, versions 0): forgets a broker (KIP-631).
 */
export const unregisterBroker = api({
  key: 64,
  name: 'UnregisterBroker',
  versions: '0',
  flexible: '0+',
  listeners: ['broker', 'controller'],
  request: struct({ brokerId: int32() }),
  response: struct({ throttleTimeMs: int32(), errorCode: int16(), errorMessage: string({ nullable: '0+' }) }),
});
