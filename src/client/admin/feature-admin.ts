import { ErrorCode } from '../../protocol/error-codes.ts';
import { apiVersions } from '../../protocol/messages/18-api-versions.ts';
import { updateFeatures } from '../../protocol/messages/57-update-features.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { CLIENT_SOFTWARE } from '../connection/negotiate.ts';
import { kafkaError } from '../kafka-error.ts';
import type { FeatureDescription, FeatureUpdate } from '../types.ts';
import { checkOutcomes } from './admin-error.ts';

/** `FeatureUpdate.UpgradeType` of the Java client (KIP-778). */
const UPGRADE_TYPES = { upgrade: 1, 'safe-downgrade': 2, 'unsafe-downgrade': 3 } as const satisfies Record<
  NonNullable<FeatureUpdate['type']>,
  number
>;
/** Downgrades have a kind, and changes can be tried, from here on. */
const UPGRADE_TYPES_FROM = 1;

/** The levels of features that the cluster works by, and could. */
export function describeFeaturesOn(cluster: Cluster, timeoutMs: number): Promise<FeatureDescription> {
  return cluster.retry('describing features', timeoutMs, async () => {
    const response = await cluster.sendToAny({ api: apiVersions, body: CLIENT_SOFTWARE });
    if (response.errorCode !== ErrorCode.NONE) throw kafkaError(response.errorCode, 'describing features');
    return {
      finalizedEpoch: response.finalizedFeaturesEpoch,
      finalized: Object.fromEntries(
        response.finalizedFeatures.map(({ name, maxVersionLevel }) => [name, maxVersionLevel]),
      ),
      supported: Object.fromEntries(
        response.supportedFeatures.map(({ name, minVersion: min, maxVersion: max }) => [name, { min, max }]),
      ),
    };
  });
}

/** Finalizes levels of features: all of them, or none. */
export async function updateFeaturesOn(
  cluster: Cluster,
  updates: readonly FeatureUpdate[],
  { validateOnly, timeoutMs }: { readonly validateOnly: boolean; readonly timeoutMs: number },
): Promise<void> {
  await cluster.retry('updating features', timeoutMs, async (remainingMs, signal) => {
    const { errorCode, errorMessage, results } = await cluster.sendToAny(
      {
        api: updateFeatures,
        body: (version) => ({
          timeoutMs: Math.min(remainingMs, cluster.settings.requestTimeoutMs),
          featureUpdates: updates.map(({ feature, level, type = 'upgrade' }) => ({
            feature,
            maxVersionLevel: level,
            ...(version >= UPGRADE_TYPES_FROM
              ? { upgradeType: UPGRADE_TYPES[type] }
              : { allowDowngrade: type !== 'upgrade' }),
          })),
          ...(version >= UPGRADE_TYPES_FROM ? { validateOnly } : {}),
        }),
      },
      signal,
    );
    checkOutcomes([
      { subject: 'updating features', errorCode, errorMessage },
      ...results.map(({ feature, ...outcome }) => ({ subject: `feature ${feature}`, ...outcome })),
    ]);
  });
}
