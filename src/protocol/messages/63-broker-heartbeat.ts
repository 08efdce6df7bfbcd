import { api } from '../message.ts';
import { array, bool, int16, int32, int64, struct, uuid } from '../schema.ts';

/**
 * BrokerHeartbeat (key 63, versions 0-2): keeps a broker registered; asks to be unfenced or to shut down
 * (KIP-631).
 *
 * - v1: offline data folders (KIP-858)
 * - v2: `cordonedLogDirs` in the request
 */
export const brokerHeartbeat = api({
  key: 63,
  name: 'BrokerHeartbeat',
  versions: '0-2',
  flexible: '0+',
  listeners: ['controller'],
  request: struct({
    brokerId: int32(),
    brokerEpoch: int64({ default: -1 }),
    currentMetadataOffset: int64(),
    wantFence: bool(),
    wantShutDown: bool(),
    offlineLogDirs: array(uuid(), { versions: '1+', tag: 0 }),
    cordonedLogDirs: array(uuid(), { versions: '2+', nullable: '2+', tag: 1, default: null }),
  }),
  response: struct({
    throttleTimeMs: int32(),
    errorCode: int16(),
    isCaughtUp: bool(),
    isFenced: bool({ default: true }),
    shouldShutDown: bool(),
  }),
});
