import { plainIp } from '../config/ip-overrides.ts';

export interface ConnectionQuotasOptions {
  /** `max.connections`, and no more than the limit of open files leaves to sockets. */
  readonly connectionsMax: number;
  /** `max.connections.per.ip`. */
  readonly perIpMax: number;
  /** `max.connections.per.ip.overrides`, by address. */
  readonly perIpOverrides: ReadonlyMap<string, number>;
}

/** How many connections the broker takes, from all together and from each address (Kafka's ConnectionQuotas). */
export class ConnectionQuotas {
  readonly #options: ConnectionQuotasOptions;
  readonly #byIp = new Map<string, number>();
  #count = 0;

  constructor(options: ConnectionQuotasOptions) {
    this.#options = options;
  }

  /** Counts a connection, which {@link release} has to follow; or answers why it is refused. */
  acquire(host: string): string | undefined {
    const { connectionsMax, perIpMax, perIpOverrides } = this.#options;
    if (this.#count >= connectionsMax) return `the broker has ${connectionsMax} connections, its limit`;
    const ip = plainIp(host);
    const own = this.#byIp.get(ip) ?? 0;
    const ownMax = perIpOverrides.get(ip) ?? perIpMax;
    if (own >= ownMax) return `${ip} has ${ownMax} connections, its limit`;
    this.#byIp.set(ip, own + 1);
    this.#count++;
    return undefined;
  }

  release(host: string): void {
    const ip = plainIp(host);
    const left = (this.#byIp.get(ip) ?? 0) - 1;
    if (left > 0) this.#byIp.set(ip, left);
    else this.#byIp.delete(ip);
    this.#count--;
  }
}
