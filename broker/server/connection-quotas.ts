import { plainIp } from '../config/ip-overrides.ts';

export interface ConnectionQuotasOptions {
  /** `max.connections`, and no more than the limit of open files leaves to sockets. */
  readonly connectionsMax: number;
  /** The setting that `connectionsMax` comes from, as a user knows it. */
  readonly connectionsMaxFrom: string;
  /** `max.connections.per.ip`. */
  readonly perIpMax: number;
  /** `max.connections.per.ip.overrides`, by address. */
  readonly perIpOverrides: ReadonlyMap<string, number>;
}

/** Whose a connection is: the limits of clients are not those of the broker's own. */
export type ConnectionOrigin = 'client' | 'controller' | 'own';

/** Connections of the other controllers: each has a few, and some more while those before a restart are not noticed. */
const CONTROLLER_CONNECTIONS_MAX = 64;

/**
 * How many connections the broker takes from clients, from all together and from each address (Kafka's
 * ConnectionQuotas). Clients leave those alone that the cluster itself cannot do without (KIP-402 protects the listener
 * between brokers): what this process has opened, such as its SQL server, is not counted, and controllers, which have a
 * listener of their own, have places of their own.
 */
export class ConnectionQuotas {
  readonly #options: ConnectionQuotasOptions;
  readonly #byIp = new Map<string, number>();
  #count = 0;
  #controllerCount = 0;

  constructor(options: ConnectionQuotasOptions) {
    this.#options = options;
  }

  /** Connections that clients may have together. */
  get connectionsMax(): number {
    return this.#options.connectionsMax;
  }

  /** Counts a connection, which {@link release} has to follow; or answers why it is refused. */
  acquire(host: string, origin: ConnectionOrigin): string | undefined {
    if (origin === 'own') return undefined;
    if (origin === 'controller') return this.#acquireOfController();
    const { connectionsMax, connectionsMaxFrom, perIpMax, perIpOverrides } = this.#options;
    if (this.#count >= connectionsMax)
      return `the broker has ${connectionsMax} connections, its limit (${connectionsMaxFrom})`;
    const ip = plainIp(host);
    const own = this.#byIp.get(ip) ?? 0;
    const ownMax = perIpOverrides.get(ip) ?? perIpMax;
    if (own >= ownMax) return `${ip} has ${ownMax} connections, its limit (max.connections.per.ip)`;
    this.#byIp.set(ip, own + 1);
    this.#count++;
    return undefined;
  }

  release(host: string, origin: ConnectionOrigin): void {
    if (origin === 'controller') this.#controllerCount--;
    if (origin !== 'client') return;
    const ip = plainIp(host);
    const left = (this.#byIp.get(ip) ?? 0) - 1;
    if (left > 0) this.#byIp.set(ip, left);
    else this.#byIp.delete(ip);
    this.#count--;
  }

  #acquireOfController(): string | undefined {
    if (this.#controllerCount >= CONTROLLER_CONNECTIONS_MAX)
      return `the listener of the controllers has ${CONTROLLER_CONNECTIONS_MAX} connections, its limit`;
    this.#controllerCount++;
    return undefined;
  }
}
