import { api } from '../message.ts';
import { int16, int32, string, struct } from '../schema.ts';

/**
 * UnregisterController (key 94, versions 0): forgets a controller.
 */
export const unregisterController = api({
  key: 94,
  name: 'UnregisterController',
  versions: '0',
  flexible: '0+',
  listeners: ['broker', 'controller'],
  request: struct({ controllerId: int32() }),
  response: struct({ throttleTimeMs: int32(), errorCode: int16(), errorMessage: string({ nullable: '0+' }) }),
});
