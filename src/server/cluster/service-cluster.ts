import type { Environment, Timer } from '../../base/environment.ts';
import type { SqlEngine } from '../../sql/index.ts';
import { queryApplicationId } from '../../sql/runtime/app-options.ts';
import { hostInfoOf } from '../../streams/runtime/host-info.ts';
import type { StoreLags } from '../../streams/runtime/state-locations.ts';
import { RestError, RestErrorCode } from '../rest/rest-error.ts';
import { clusterStatus } from './cluster-status.ts';
import { Heartbeats, type HeartbeatSettings } from './heartbeats.ts';
import type { PeerClient } from './peer-client.ts';
import { hostsOf, queryHosts } from './service-hosts.ts';
import { type HostStoreLags, ReportedLags } from './store-lags.ts';

/** How a server takes part in its service. */
export interface ClusterSettings {
  readonly serviceId: string;
  /** Undefined where `ksql.heartbeat.enable` is false: then all servers count as alive. */
  readonly heartbeats: HeartbeatSettings | undefined;
  /** `ksql.lag.reporting.send.interval.ms`; undefined where lags are not told. */
  readonly lagIntervalMs: number | undefined;
}

interface ClusterOptions {
  readonly settings: ClusterSettings;
  readonly engine: SqlEngine;
  readonly peers: PeerClient;
  readonly environment: Pick<Environment, 'clock' | 'timers'>;
}

/** A message that comes too late is worth nothing: the next one is on its way. */
const MESSAGE_TIMEOUT_MS = 2_000;

/** What a server knows of the other servers of its service, and tells them of itself. */
export class ServiceCluster {
  readonly #options: ClusterOptions;
  readonly #lags = new ReportedLags();
  #self = '';
  #heartbeats: Heartbeats | undefined;
  #lagTimer: Timer | undefined;

  constructor(options: ClusterOptions) {
    this.#options = options;
  }

  /** `host:port` of this server; empty before it listens. */
  get self(): string {
    return this.#self;
  }

  /** Begins to tell the others of this server. @param self its `host:port`. */
  open(self: string): void {
    const { settings, environment } = this.#options;
    this.#self = self;
    if (settings.heartbeats === undefined) return;
    this.#heartbeats = new Heartbeats({
      ...{ self, environment, settings: settings.heartbeats },
      discover: () => this.hosts(),
      send: (host, timestamp) => this.#tell(host, '/heartbeat', { hostInfo: hostInfoOf(self), timestamp }),
    });
    this.#heartbeats.start();
    if (settings.lagIntervalMs === undefined) return;
    this.#lagTimer = environment.timers.every(settings.lagIntervalMs, () => void this.#tellLags());
  }

  close(): void {
    this.#heartbeats?.close();
    this.#lagTimer?.cancel();
    this.#options.peers.close();
  }

  /** Names of the servers that run persistent queries, this one included where it runs any. */
  async hosts(): Promise<readonly string[]> {
    return hostsOf(await queryHosts(this.#options.engine.runningQueries()));
  }

  /** The others of them. */
  async otherHosts(): Promise<readonly string[]> {
    return (await this.hosts()).filter((host) => host !== this.#self);
  }

  /** Why a server is not to be asked, in ksqlDB's words; undefined where nothing is known against it. */
  whyDead(host: string): string | undefined {
    const status = this.#heartbeats?.statusOf(host);
    if (status === undefined || status.isAlive) return undefined;
    return `Host is not alive as of ${status.lastStatusUpdateMs}`;
  }

  /** How many records a server lacks of a partition of a query's store; undefined where it has not told. */
  lagOf(
    host: string,
    of: {
      readonly queryId: string;
      readonly store: string;
      readonly partition: number;
      readonly hosts: readonly string[];
    },
  ): number | undefined {
    const store = `${this.#applicationId(of.queryId)}#${of.store}`;
    return this.#lags.lagOf(host, { ...of, store });
  }

  /** The body of `/clusterStatus`. @throws {RestError} 40400 where there are no heartbeats. */
  async status(): Promise<unknown> {
    const { statuses } = this.#requireHeartbeats();
    const queries = await queryHosts(this.#options.engine.runningQueries());
    return clusterStatus(statuses, { queries, lags: this.#lags });
  }

  /** @throws {RestError} 40400 where there are no heartbeats. */
  receiveHeartbeat(host: string): void {
    this.#requireHeartbeats().receive(host);
  }

  /** @throws {RestError} 40400 where lags are not told. */
  receiveLags(host: string, lags: HostStoreLags): void {
    if (this.#lagTimer === undefined) throw notEnabled('ksql.lag.reporting.enable');
    this.#lags.receive(host, lags);
  }

  #requireHeartbeats(): Heartbeats {
    if (this.#heartbeats === undefined) throw notEnabled('ksql.heartbeat.enable');
    return this.#heartbeats;
  }

  async #tellLags(): Promise<void> {
    const { engine, environment } = this.#options;
    const asked = await Promise.allSettled(
      engine
        .runningQueries()
        .map(async (query) => lagEntries(this.#applicationId(query.plan.queryId), await query.lags())),
    );
    const entries = asked.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
    const hostStoreLags = {
      stateStoreLags: Object.fromEntries(entries),
      updateTimeMs: environment.clock.nowMs(),
    };
    this.#lags.receive(this.#self, hostStoreLags);
    const ksqlHost = hostInfoOf(this.#self);
    for (const host of this.#heartbeats?.others ?? []) this.#tell(host, '/lag', { ksqlHost, hostStoreLags });
  }

  #applicationId(queryId: string): string {
    return queryApplicationId(this.#options.settings, queryId);
  }

  /** What becomes of it is seen by whoever it is for. */
  #tell(host: string, path: string, body: unknown): void {
    const told = this.#options.peers.postForJson({ host, path, body, timeoutMs: MESSAGE_TIMEOUT_MS });
    told.catch(() => undefined);
  }
}

/** The stores of a query, by their names in `hostStoreLags`. */
function lagEntries(
  applicationId: string,
  stores: StoreLags,
): readonly (readonly [string, HostStoreLags['stateStoreLags'][string]])[] {
  return [...stores].map(([store, partitions]) => [
    `${applicationId}#${store}`,
    { lagByPartition: Object.fromEntries(partitions) },
  ]);
}

function notEnabled(property: string): RestError {
  return new RestError(RestErrorCode.NOT_FOUND, `Not served while ${property} is false`);
}
