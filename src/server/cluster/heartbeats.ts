import type { Clock, Timer, Timers } from '../../base/environment.ts';

/** `ksql.heartbeat.*`, all in milliseconds but for the threshold. */
export interface HeartbeatSettings {
  readonly sendIntervalMs: number;
  readonly checkIntervalMs: number;
  /** How far back heartbeats are looked at. */
  readonly windowMs: number;
  /** So many of them in a row that have not come make a server dead. */
  readonly missedThreshold: number;
  readonly discoverIntervalMs: number;
}

/** What is known of a server of the service. */
export interface HostStatus {
  readonly isAlive: boolean;
  /** When that was found out, in milliseconds since the epoch. */
  readonly lastStatusUpdateMs: number;
}

interface HeartbeatOptions {
  /** `host:port` of this server. */
  readonly self: string;
  readonly settings: HeartbeatSettings;
  readonly environment: { readonly clock: Clock; readonly timers: Timers };
  /** Names of the servers that the persistent queries run on, as their groups know them. Never rejects. */
  readonly discover: () => Promise<readonly string[]>;
  /** Tells a server that this one is alive. Never throws; what becomes of it is seen by that server. */
  readonly send: (host: string, timestampMs: number) => void;
}

/** Servers that are remembered: each restart at another port is one more. */
const HOSTS_MAX = 1_000;

/**
 * Knows which servers of the service are alive, as ksqlDB's HeartbeatAgent does: each sends heartbeats to all that it has
 * discovered through the metadata of persistent queries, whether they are thought dead or not, and one whose heartbeats do not come is
 * dead. A server that was discovered just now counts as alive.
 *
 * Heartbeats are counted by when they come, not by the time that they name: clocks of two machines need not agree.
 */
export class Heartbeats {
  readonly #options: HeartbeatOptions;
  readonly #statuses = new Map<string, HostStatus>();
  /** When heartbeats of each server came, oldest first, within the window. */
  readonly #arrivals = new Map<string, number[]>();
  #timers: readonly Timer[] = [];

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#statuses.set(options.self, { isAlive: true, lastStatusUpdateMs: this.#nowMs });
  }

  /** All servers that were ever discovered, this one first. */
  get statuses(): ReadonlyMap<string, HostStatus> {
    return this.#statuses;
  }

  /** Of one that is not known yet nothing bad is. */
  statusOf(host: string): HostStatus | undefined {
    return this.#statuses.get(host);
  }

  /** The others that are alive. */
  get others(): readonly string[] {
    const { self } = this.#options;
    return [...this.#statuses].flatMap(([host, { isAlive }]) => (isAlive && host !== self ? [host] : []));
  }

  start(): void {
    const { settings, environment } = this.#options;
    const { timers } = environment;
    this.#timers = [
      timers.every(settings.discoverIntervalMs, () => void this.discover()),
      timers.every(settings.sendIntervalMs, () => this.#sendToAll()),
      timers.every(settings.checkIntervalMs, () => this.check()),
    ];
  }

  close(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers = [];
  }

  /** Called for each heartbeat that comes. */
  receive(host: string): void {
    const arrivals = this.#arrivals.get(host);
    if (arrivals !== undefined) arrivals.push(this.#nowMs);
    else if (this.#arrivals.size < HOSTS_MAX) this.#arrivals.set(host, [this.#nowMs]);
  }

  /** Learns of servers that it does not know. */
  async discover(): Promise<void> {
    for (const host of await this.#options.discover()) {
      if (this.#statuses.has(host) || this.#statuses.size >= HOSTS_MAX) continue;
      this.#statuses.set(host, { isAlive: true, lastStatusUpdateMs: this.#nowMs });
      // It has as much time for its first heartbeat as for any other.
      this.receive(host);
    }
  }

  /** Decides which servers are alive. */
  check(): void {
    const nowMs = this.#nowMs;
    const windowStartMs = nowMs - this.#options.settings.windowMs;
    for (const [host, status] of this.#statuses) {
      if (host === this.#options.self) continue;
      const arrivals = (this.#arrivals.get(host) ?? []).filter((atMs) => atMs >= windowStartMs);
      this.#arrivals.set(host, arrivals);
      // Of one that says nothing it is remembered when it was last heard of.
      this.#statuses.set(
        host,
        arrivals.length === 0
          ? { ...status, isAlive: false }
          : { isAlive: this.#isAlive(arrivals, nowMs), lastStatusUpdateMs: nowMs },
      );
    }
  }

  /** By the heartbeats that did not come since the last one that did: those that were missed before do not count any more. */
  #isAlive(arrivals: readonly number[], nowMs: number): boolean {
    const { sendIntervalMs, missedThreshold } = this.#options.settings;
    const silentMs = nowMs - (arrivals.at(-1) ?? Number.NEGATIVE_INFINITY);
    return Math.floor(Math.max(silentMs - 1, 0) / sendIntervalMs) < missedThreshold;
  }

  #sendToAll(): void {
    const { self, send } = this.#options;
    const nowMs = this.#nowMs;
    for (const host of this.#statuses.keys()) if (host !== self) send(host, nowMs);
  }

  get #nowMs(): number {
    return this.#options.environment.clock.nowMs();
  }
}
