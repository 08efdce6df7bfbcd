import { api } from '../message.ts';
import { array, bool, int16, int32, int8, string, struct } from '../schema.ts';

/**
 * UpdateFeatures (key 57, versions 0-2): changes finalized feature levels (KIP-584).
 *
 * - v1: dry runs (KIP-778)
 * - v2: errors are for the request as a whole
 */
export const updateFeatures = api({
  key: 57,
  name: 'UpdateFeatures',
  versions: '0-2',
  flexible: '0+',
  listeners: ['broker', 'controller'],
  request: struct({
    timeoutMs: int32({ default: 60000 }),
    featureUpdates: array(
      struct({
        feature: string(),
        maxVersionLevel: int16(),
        allowDowngrade: bool({ versions: '0' }),
        upgradeType: int8({ versions: '1+', default: 1 }),
      }),
    ),
    validateOnly: bool({ versions: '1+' }),
  }),
  response: struct({
    throttleTimeMs: int32(),
    errorCode: int16(),
    errorMessage: string({ nullable: '0+' }),
    results: array(
      struct({ feature: string(), errorCode: int16(), errorMessage: string({ nullable: '0+' }) }),
      { versions: '0-1', ignorable: true },
    ),
  }),
});
