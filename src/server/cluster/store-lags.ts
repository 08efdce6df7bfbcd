import { requireObject } from '../rest/request-body.ts';
import { RestError, RestErrorCode } from '../rest/rest-error.ts';

/** How far a server has a partition of a store, in offsets of its changelog. */
interface LagInfo {
  readonly currentOffsetPosition: number;
  readonly endOffsetPosition: number;
  readonly offsetLag: number;
}

/** `hostStoreLags` of ksqlDB's entities: by `applicationId#store`, then by partition. */
export interface HostStoreLags {
  readonly stateStoreLags: Readonly<
    Record<string, { readonly lagByPartition: Readonly<Record<string, LagInfo>> }>
  >;
  readonly updateTimeMs: number;
}

export const noStoreLags: HostStoreLags = { stateStoreLags: {}, updateTimeMs: 0 };

/** Servers of which lags are kept. */
const HOSTS_MAX = 1_000;

/** What each server of the service has told last of how far it has its stores. */
export class ReportedLags {
  readonly #reports = new Map<string, HostStoreLags>();

  /** Called with each report; one that is older than what is known is passed over. */
  receive(host: string, lags: HostStoreLags): void {
    const known = this.#reports.get(host);
    if (known === undefined ? this.#reports.size < HOSTS_MAX : known.updateTimeMs <= lags.updateTimeMs) {
      this.#reports.set(host, lags);
    }
  }

  of(host: string): HostStoreLags | undefined {
    return this.#reports.get(host);
  }

  /**
   * How far a server is behind the furthest end of a partition that any of the servers has told; undefined where it has told nothing.
   * @param hosts all that have the partition.
   */
  lagOf(
    host: string,
    {
      hosts,
      store,
      partition,
    }: { readonly hosts: readonly string[]; readonly store: string; readonly partition: number },
  ): number | undefined {
    const told = (of: string): LagInfo | undefined =>
      this.#reports.get(of)?.stateStoreLags[store]?.lagByPartition[partition];
    const own = told(host);
    if (own === undefined) return undefined;
    const end = Math.max(...hosts.map((each) => told(each)?.endOffsetPosition ?? 0));
    return Math.max(end - own.currentOffsetPosition, 0);
  }
}

/** Reads the `hostStoreLags` of a LagReportingMessage. @throws {RestError} 40000 for what is none. */
export function readStoreLags(value: unknown): HostStoreLags {
  const { stateStoreLags, updateTimeMs } = requireObject(value, '"hostStoreLags"');
  const stores: Record<string, { lagByPartition: Record<string, LagInfo> }> = Object.create(null);
  for (const [store, lags] of Object.entries(requireObject(stateStoreLags, '"stateStoreLags"'))) {
    const { lagByPartition } = requireObject(lags, store);
    const partitions: Record<string, LagInfo> = Object.create(null);
    for (const [partition, info] of Object.entries(requireObject(lagByPartition, '"lagByPartition"'))) {
      const fields = requireObject(info, partition);
      partitions[partition] = {
        currentOffsetPosition: requireNumber(fields['currentOffsetPosition']),
        endOffsetPosition: requireNumber(fields['endOffsetPosition']),
        offsetLag: requireNumber(fields['offsetLag']),
      };
    }
    stores[store] = { lagByPartition: partitions };
  }
  return { stateStoreLags: stores, updateTimeMs: requireNumber(updateTimeMs) };
}

/** @throws {RestError} 40000 */
export function requireNumber(value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new RestError(RestErrorCode.BAD_REQUEST, 'an offset or a time must be a number');
}
