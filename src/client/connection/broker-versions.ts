import { OperationalError } from '../../base/errors.ts';
import type { Api } from '../../protocol/message.ts';

interface ApiRange {
  readonly apiKey: number;
  readonly minVersion: number;
  readonly maxVersion: number;
}

interface FinalizedFeature {
  readonly name: string;
  readonly maxVersionLevel: number;
}

/** The versions that one broker told in its ApiVersions response, and the choice among them. */
export class BrokerVersions {
  readonly #ranges = new Map<number, ApiRange>();
  readonly #chosen = new Map<Api, number>();
  readonly #broker: string;
  readonly #features = new Map<string, number>();

  constructor(
    broker: string,
    ranges: readonly ApiRange[],
    finalizedFeatures: readonly FinalizedFeature[] = [],
  ) {
    this.#broker = broker;
    for (const range of ranges) this.#ranges.set(range.apiKey, range);
    for (const { name, maxVersionLevel } of finalizedFeatures) this.#features.set(name, maxVersionLevel);
  }

  /** The level of a feature that the cluster had finalized when the broker was asked; 0 where it had not (KIP-584). */
  finalizedLevel(feature: string): number {
    return this.#features.get(feature) ?? 0;
  }

  /** True if there is a version in common. */
  supports(api: Api, atLeast = 0): boolean {
    const version = this.#highest(api);
    return version !== undefined && version >= atLeast;
  }

  /**
   * The highest version that both sides know, an unstable one apart.
   * @param limit do not go higher than this.
   * @throws {OperationalError} `UNSUPPORTED_VERSION` if there is none.
   */
  choose(api: Api, limit: number = Number.MAX_SAFE_INTEGER): number {
    let version = this.#chosen.get(api);
    if (version === undefined) {
      version = this.#highest(api);
      if (version === undefined) throw this.#noneInCommon(api, api.advertised.max);
      this.#chosen.set(api, version);
    }
    if (version <= limit) return version;
    const lowest = Math.max(api.versions.min, this.#ranges.get(api.key)?.minVersion ?? 0);
    if (limit < lowest) throw this.#noneInCommon(api, limit);
    return limit;
  }

  #highest(api: Api): number | undefined {
    const range = this.#ranges.get(api.key);
    if (range === undefined) return undefined;
    // Advertised leaves out an unstable last version; the lowest one there may be an advertisement only (Produce).
    const max = Math.min(api.advertised.max, range.maxVersion);
    return max < Math.max(api.versions.min, range.minVersion) ? undefined : max;
  }

  #noneInCommon(api: Api, max: number): OperationalError {
    const range = this.#ranges.get(api.key);
    const theirs =
      range === undefined
        ? 'does not offer it'
        : `offers versions ${range.minVersion} to ${range.maxVersion}`;
    return new OperationalError(
      'UNSUPPORTED_VERSION',
      `${api.name} cannot be used with ${this.#broker}: this client needs one of the versions ${api.versions.min} to ` +
        `${max}, the broker ${theirs}`,
      { retriable: false },
    );
  }
}
