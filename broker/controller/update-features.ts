import { ErrorCode } from '../../src/protocol/error-codes.ts';
import type { RequestOf, ResponseInput } from '../../src/protocol/message.ts';
import { updateFeatures as api } from '../../src/protocol/messages/57-update-features.ts';
import type { MetadataRecord } from '../metadata/metadata-record.ts';
import { SUPPORTED_FEATURES } from './bootstrap-records.ts';
import { type ControllerState, type Failure, failed, operation } from './operation.ts';

type Update = RequestOf<typeof api>['featureUpdates'][number];

/** `FeatureUpdate.UpgradeType` */
const UPGRADE = 1;
const UNSAFE_DOWNGRADE = 3;
/** Until here each feature has a result of its own. */
const RESULTS_VERSION_MAX = 1;

/** Features whose level may change: of the others only that of a new cluster is known here. */
const CHANGEABLE: ReadonlySet<string> = new Set(['transaction.version']);

/** UpdateFeatures (key 57, v0-2): changes finalized levels of features, all that are asked for or none (KIP-584, KIP-1022). */
export const updateFeatures = operation({
  api,
  decide(state, request, version) {
    const records: MetadataRecord[] = [];
    for (const update of request.featureUpdates) {
      const failure = checkUpdate(state, update);
      if (failure !== undefined) {
        const errorMessage = `The update failed for all features since the following feature had an error: ${failure.errorMessage}`;
        return { records: [], response: updateFailure(request, { ...failure, errorMessage }) };
      }
      const { feature: name, maxVersionLevel: featureLevel } = update;
      if (featureLevel !== levelOf(state, name)) {
        records.push({ type: 'FeatureLevelRecord', data: { name, featureLevel } });
      }
    }
    // Kafka has a message for success too.
    const results = request.featureUpdates.map(({ feature }) => ({ feature, errorMessage: 'NONE' }));
    return {
      records: request.validateOnly ? [] : records,
      response: { errorMessage: null, ...(version <= RESULTS_VERSION_MAX ? { results } : {}) },
    };
  },
  failure: updateFailure,
});

/** Says that nothing was changed; it is one answer for all features, in every version. */
export function updateFailure(_request: RequestOf<typeof api>, failure: Failure): ResponseInput<typeof api> {
  return failure;
}

function levelOf(state: ControllerState, feature: string): number {
  return state.image.features.get(feature) ?? 0;
}

/** Why a level cannot be set, in Kafka's words. */
function checkUpdate(state: ControllerState, update: Update): Failure | undefined {
  const { feature, maxVersionLevel: level } = update;
  const refused = (reason: string): Failure =>
    failed(
      ErrorCode.INVALID_UPDATE_VERSION,
      `Invalid update version ${level} for feature ${feature}. ${reason}`,
    );
  // Version 0 has no type, and is an upgrade whatever it says of downgrades, as in Kafka.
  const isDowngrade = update.upgradeType !== UPGRADE;
  if (update.upgradeType < UPGRADE || update.upgradeType > UNSAFE_DOWNGRADE) {
    return refused('The controller does not support the given upgrade type.');
  }
  if (level < 0) return refused('A feature version cannot be less than 0.');
  const reason = reasonNotSupported(state, feature, level);
  if (reason !== undefined) return refused(reason);
  const current = levelOf(state, feature);
  if (level < current && !isDowngrade) {
    return refused(
      "Can't downgrade the version of this feature without setting the upgrade type to either safe or unsafe downgrade.",
    );
  }
  if (level > current && isDowngrade) return refused("Can't downgrade to a newer version.");
  if (level !== current && !CHANGEABLE.has(feature)) {
    return refused('Its level is that of a new cluster, and cannot be changed here.');
  }
  return undefined;
}

function reasonNotSupported(state: ControllerState, feature: string, level: number): string | undefined {
  const own = SUPPORTED_FEATURES.find(({ name }) => name === feature);
  if (own === undefined && level === 0) return `Feature ${feature} not found.`;
  const local = own && { min: own.minSupportedVersion, max: own.maxSupportedVersion };
  const reason = rangeProblem('Local controller', local, level);
  if (reason !== undefined) return reason;
  for (const broker of [...state.image.brokers.values()].sort((a, b) => a.id - b.id)) {
    const problem = rangeProblem(`Broker ${broker.id}`, broker.features.get(feature), level);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** @param range undefined where a node does not know the feature, which is to say that it can be off only. */
function rangeProblem(
  node: string,
  range: { readonly min: number; readonly max: number } | undefined,
  level: number,
): string | undefined {
  if (level === 0 && (range === undefined || range.min === 0)) return undefined;
  if (range === undefined || range.max === 0) return `${node} does not support this feature.`;
  if (level >= range.min && level <= range.max) return undefined;
  return `${node} only supports versions ${range.min}-${range.max}`;
}
