import { api } from '../message.ts';
import { array, bool, int16, int32, int64, string, struct } from '../schema.ts';

/**
 * ApiVersions (key 18, versions 0-5): tells which APIs and versions a broker speaks. Answered in version 0
 * when the version asked for is unknown (KIP-511).
 *
 * - v1: `throttleTimeMs` in the response
 * - v3: the client tells its name and version; features (KIP-511, KIP-584); flexible (KIP-482)
 * - v4: features may begin at 0 (KAFKA-17011)
 * - v5: the client names the node it means (KIP-1242)
 */
export const apiVersions = api({
  key: 18,
  name: 'ApiVersions',
  versions: '0-5',
  flexible: '3+',
  listeners: ['broker', 'controller'],
  request: struct({
    clientSoftwareName: string({ versions: '3+', ignorable: true }),
    clientSoftwareVersion: string({ versions: '3+', ignorable: true }),
    clusterId: string({ versions: '5+', nullable: '5+', default: null, ignorable: true }),
    nodeId: int32({ versions: '5+', default: -1, ignorable: true }),
  }),
  response: struct({
    errorCode: int16(),
    apiKeys: array(struct({ apiKey: int16(), minVersion: int16(), maxVersion: int16() })),
    throttleTimeMs: int32({ versions: '1+', ignorable: true }),
    supportedFeatures: array(struct({ name: string(), minVersion: int16(), maxVersion: int16() }), {
      versions: '3+',
      tag: 0,
      ignorable: true,
    }),
    finalizedFeaturesEpoch: int64({ versions: '3+', tag: 1, default: -1, ignorable: true }),
    finalizedFeatures: array(struct({ name: string(), maxVersionLevel: int16(), minVersionLevel: int16() }), {
      versions: '3+',
      tag: 2,
      ignorable: true,
    }),
    zkMigrationReady: bool({ versions: '3+', tag: 3, ignorable: true }),
  }),
});
