import { api } from '../message.ts';
import { array, bool, int16, int32, string, struct, uint16, uuid } from '../schema.ts';

/**
 * ControllerRegistration (key 70, versions 0): registers a controller with the active one (KIP-919).
 */
export const controllerRegistration = api({
  key: 70,
  name: 'ControllerRegistration',
  versions: '0',
  flexible: '0+',
  listeners: ['controller'],
  request: struct({
    controllerId: int32(),
    incarnationId: uuid(),
    zkMigrationReady: bool(),
    listeners: array(struct({ name: string(), host: string(), port: uint16(), securityProtocol: int16() })),
    features: array(struct({ name: string(), minSupportedVersion: int16(), maxSupportedVersion: int16() })),
  }),
  response: struct({ throttleTimeMs: int32(), errorCode: int16(), errorMessage: string({ nullable: '0+' }) }),
});
