import type { Address, Connection, Environment, Listener, Timer } from '../../src/base/environment.ts';
import type { Logger } from '../../src/base/logger.ts';
import { ServerConnection, type ConnectionLimits, type ConnectionOwner } from './server-connection.ts';

/** One address that the broker listens on, by Kafka's listener name. */
export interface ListenerAddress extends Address {
  readonly name: string;
}

export interface SocketServerOptions {
  readonly environment: Environment;
  readonly logger: Logger;
  readonly limits: ConnectionLimits;
  /** `connections.max.idle.ms`: a connection on which nothing came or went for so long is closed. */
  readonly idleMsMax: number;
  readonly dispatch: (frame: Buffer, connection: ServerConnection) => void;
}

/** How long a closing server waits for its clients to hang up. */
const CLOSE_GRACE_MS = 50;

/** Accepts connections on all listeners of a broker and keeps track of them. */
export class SocketServer implements ConnectionOwner {
  readonly limits: ConnectionLimits;
  readonly clock;
  readonly #options: SocketServerOptions;
  readonly #listeners = new Map<string, Listener>();
  readonly #connections = new Set<ServerConnection>();
  readonly #idleCheck: Timer;
  /** Accepted on listeners that are not open yet. */
  readonly #held = new Map<string, ServerConnection[]>();
  #createdTotal = 0;

  constructor(options: SocketServerOptions) {
    this.#options = options;
    this.limits = options.limits;
    this.clock = options.environment.clock;
    const { timers } = options.environment;
    this.#idleCheck = timers.every(Math.max(10, Math.min(options.idleMsMax / 2, 60_000)), () =>
      this.#closeIdle(),
    );
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  get connectionCreationTotal(): number {
    return this.#createdTotal;
  }

  /**
   * Takes an address and accepts connections, which wait until {@link open}; answers the address with the port that was
   * really taken.
   * @throws {OperationalError} with code `ADDRESS_IN_USE` or `ADDRESS_NOT_AVAILABLE`.
   */
  async listen(address: ListenerAddress): Promise<Address> {
    this.#held.set(address.name, []);
    const listener = await this.#options.environment.network.listen({
      host: address.host,
      port: address.port,
      onConnection: (connection) => this.#accept(address.name, connection),
    });
    this.#listeners.set(address.name, listener);
    return listener.address;
  }

  /** Begins to serve a listener. */
  open(name: string): void {
    const held = this.#held.get(name) ?? [];
    this.#held.delete(name);
    for (const connection of held) connection.start();
  }

  dispatch(frame: Buffer, connection: ServerConnection): void {
    this.#options.dispatch(frame, connection);
  }

  closed(connection: ServerConnection, error: Error | undefined): void {
    this.#connections.delete(connection);
    if (error !== undefined) {
      const { host, port } = connection.remote;
      this.#options.logger.debug('connection closed', { client: `${host}:${port}`, error });
    }
  }

  /** Stops accepting, sends what is queued and closes all connections: those that do not let go, after a moment. */
  async close(): Promise<void> {
    this.#idleCheck.cancel();
    const closing = Promise.all([...this.#listeners.values()].map((listener) => listener.close()));
    for (const connection of this.#connections) connection.end();
    const timer = this.#options.environment.timers.after(CLOSE_GRACE_MS, () => {
      for (const connection of this.#connections) connection.destroy();
    });
    await closing;
    timer.cancel();
    for (const connection of this.#connections) connection.destroy();
  }

  #accept(listener: string, connection: Connection): void {
    const accepted = new ServerConnection(listener, connection, this);
    this.#createdTotal++;
    this.#connections.add(accepted);
    const held = this.#held.get(listener);
    if (held === undefined) accepted.start();
    else held.push(accepted);
  }

  #closeIdle(): void {
    const nowMs = this.clock.monotonicMs();
    for (const connection of this.#connections) {
      if (connection.idleMs(nowMs) > this.#options.idleMsMax) connection.end();
    }
  }
}
