import { api } from '../message.ts';
import { array, bool, int16, int32, int64, string, struct, uint16, uuid } from '../schema.ts';

/**
 * BrokerRegistration (key 62, versions 0-4): registers a broker with the controller; the answer is its epoch
 * (KIP-631).
 *
 * - v1: migration (KIP-866)
 * - v2: data folders (KIP-858)
 * - v3: the epoch of the last clean shutdown (KIP-966)
 * - v4: features may begin at 0
 */
export const brokerRegistration = api({
  key: 62,
  name: 'BrokerRegistration',
  versions: '0-4',
  flexible: '0+',
  listeners: ['controller'],
  request: struct({
    brokerId: int32(),
    clusterId: string(),
    incarnationId: uuid(),
    listeners: array(struct({ name: string(), host: string(), port: uint16(), securityProtocol: int16() })),
    features: array(struct({ name: string(), minSupportedVersion: int16(), maxSupportedVersion: int16() })),
    rack: string({ nullable: '0+' }),
    isMigratingZkBroker: bool({ versions: '1+' }),
    logDirs: array(uuid(), { versions: '2+', ignorable: true }),
    previousBrokerEpoch: int64({ versions: '3+', default: -1, ignorable: true }),
  }),
  response: struct({ throttleTimeMs: int32(), errorCode: int16(), brokerEpoch: int64({ default: -1 }) }),
});
