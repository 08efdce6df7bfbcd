import { ConfigResourceType } from '../metadata/metadata-image.ts';
import type { MetadataRecord } from '../metadata/metadata-record.ts';
import type { ControllerSettings } from './controller-options.ts';

/** Level of `metadata.version` 4.0-IV3: all record versions that Millrace writes are of this level or below. */
const METADATA_VERSION = 25;
/** Level of `transaction.version` by which the epoch of a producer grows with every transaction (TV2, KIP-890). */
const TRANSACTION_VERSION = 2;

/** What a broker registers with: the levels of each feature that it can work at (KIP-584). */
export const SUPPORTED_FEATURES = [
  { name: 'metadata.version', minSupportedVersion: METADATA_VERSION, maxSupportedVersion: METADATA_VERSION },
  { name: 'eligible.leader.replicas.version', minSupportedVersion: 0, maxSupportedVersion: 1 },
  { name: 'transaction.version', minSupportedVersion: 0, maxSupportedVersion: TRANSACTION_VERSION },
  // Kafka 4.3's others, at the level of what is not there: tools show that they are off.
  { name: 'group.version', minSupportedVersion: 0, maxSupportedVersion: 0 },
  { name: 'kraft.version', minSupportedVersion: 0, maxSupportedVersion: 0 },
  { name: 'share.version', minSupportedVersion: 0, maxSupportedVersion: 0 },
  { name: 'streams.version', minSupportedVersion: 0, maxSupportedVersion: 0 },
] as const;

/** The first records of a new cluster, which say in which versions the others are written (KIP-778). */
export function bootstrapRecords(settings: ControllerSettings): MetadataRecord[] {
  const records: MetadataRecord[] = [
    { type: 'FeatureLevelRecord', data: { name: 'metadata.version', featureLevel: METADATA_VERSION } },
    { type: 'FeatureLevelRecord', data: { name: 'transaction.version', featureLevel: TRANSACTION_VERSION } },
  ];
  if (settings.eligibleLeaderReplicas) {
    // One value for all (KIP-966): who is eligible follows from it, and each broker has a static one of its own.
    records.push({
      type: 'ConfigRecord',
      data: {
        resourceType: ConfigResourceType.BROKER,
        resourceName: '',
        name: 'min.insync.replicas',
        value: String(settings.config.get('min.insync.replicas')),
      },
    });
    records.push({
      type: 'FeatureLevelRecord',
      data: { name: 'eligible.leader.replicas.version', featureLevel: 1 },
    });
  }
  return records;
}
