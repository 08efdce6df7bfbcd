import type { Address, Connection, Environment, Listener, Timer } from '../../src/base/environment.ts';
import type { BufferPool } from '../../src/base/buffer-pool.ts';
import { AssertionFailure } from '../../src/base/errors.ts';
import type { Logger } from '../../src/base/logger.ts';
import { ProtocolError } from '../../src/base/protocol-error.ts';
import { ByteBudget, type ByteBudgetOptions } from './byte-budget.ts';
import {
  type ConnectionOrigin,
  ConnectionQuotas,
  type ConnectionQuotasOptions,
} from './connection-quotas.ts';
import type { SocketMetrics } from './metrics.ts';
import { RequestTurns } from './request-turns.ts';
import { SparseWarning } from './sparse-warning.ts';
import { UnreadableRequest } from './unreadable-request.ts';
import { ServerConnection, type ConnectionLimits, type ConnectionOwner } from './server-connection.ts';

/** One address that the broker listens on, by Kafka's listener name. */
export interface ListenerAddress extends Address {
  readonly name: string;
}

export interface SocketServerOptions {
  readonly environment: Environment;
  readonly logger: Logger;
  readonly limits: ConnectionLimits;
  readonly quotas: ConnectionQuotasOptions;
  /** The listener of the controllers, which is not for clients. */
  readonly controllerListener?: string | undefined;
  /** `queued.max.request.bytes`: what requests of all connections may take. */
  readonly requestBytesMax: number;
  /** `millrace.queued.max.response.bytes`: what responses of all connections may take. */
  readonly responseBytesMax: number;
  /** `millrace.stalled.client.timeout.ms`: how long a client may keep others waiting for memory. */
  readonly stallMsMax: number;
  /** `millrace.request.idle.timeout.ms`: silence after which a connection that owes a request is closed. */
  readonly requestIdleMsMax: number;
  /** `connections.max.idle.ms`: a connection on which nothing came or went for so long is closed. */
  readonly idleMsMax: number;
  readonly dispatcher: RequestDispatcher;
  /** Where requests get their buffers. */
  readonly buffers: BufferPool;
}

/** Where requests go. */
interface RequestDispatcher {
  startsInTurn(frame: Buffer, connection: ServerConnection): boolean;
  dispatch(frame: Buffer, connection: ServerConnection): void;
}

/** How long a closing server waits for its clients to hang up. */
const CLOSE_GRACE_MS = 50;
const IDLE_CHECK_INTERVAL_MS_MAX = 60_000;

/** Accepts connections on all listeners of a broker and keeps track of them. */
export class SocketServer implements ConnectionOwner, SocketMetrics {
  readonly limits: ConnectionLimits;
  readonly clock;
  readonly buffers: BufferPool;
  readonly requestBytes: ByteBudget<ServerConnection>;
  readonly responseBytes: ByteBudget<ServerConnection>;
  readonly turns: RequestTurns;
  readonly #quotas: ConnectionQuotas;
  readonly #options: SocketServerOptions;
  readonly #listeners = new Map<string, Listener>();
  readonly #connections = new Set<ServerConnection>();
  readonly #idleCheck: Timer;
  /** Accepted on listeners that are not open yet. */
  readonly #held = new Map<string, ServerConnection[]>();
  #createdTotal = 0;
  #refusedTotal = 0;
  readonly #refusals: SparseWarning;
  readonly #unreadable: SparseWarning;

  constructor(options: SocketServerOptions) {
    this.#options = options;
    this.limits = options.limits;
    this.buffers = options.buffers;
    this.clock = options.environment.clock;
    this.turns = new RequestTurns(options.environment);
    const telling = { clock: this.clock, logger: options.logger };
    this.#refusals = new SparseWarning('connections are refused', telling);
    this.#unreadable = new SparseWarning(
      'a connection is closed, because its request cannot be read',
      telling,
    );
    this.#quotas = new ConnectionQuotas(options.quotas);
    this.requestBytes = this.#budget(options.requestBytesMax, {
      stalledSinceMs: (connection) => connection.frameSinceMs,
      what: 'sends a request and does not end it',
    });
    this.responseBytes = this.#budget(options.responseBytesMax, {
      stalledSinceMs: (connection) => connection.unsentSinceMs,
      what: 'does not read its responses',
    });
    const idleMsMin = Math.min(options.idleMsMax, options.requestIdleMsMax);
    this.#idleCheck = options.environment.timers.every(
      Math.max(10, Math.min(idleMsMin / 2, IDLE_CHECK_INTERVAL_MS_MAX)),
      () => this.#closeIdle(),
    );
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  get connectionsMax(): number {
    return this.#quotas.connectionsMax;
  }

  get connectionCreationTotal(): number {
    return this.#createdTotal;
  }

  get connectionRefusalTotal(): number {
    return this.#refusedTotal;
  }

  get queuedRequestBytes(): number {
    return this.requestBytes.usedBytes;
  }

  get queuedResponseBytes(): number {
    return this.responseBytes.usedBytes;
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
      onError: (error) => this.#options.logger.warn('a connection could not be accepted', { error }),
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

  startsInTurn(frame: Buffer, connection: ServerConnection): boolean {
    return this.#options.dispatcher.startsInTurn(frame, connection);
  }

  dispatch(frame: Buffer, connection: ServerConnection): void {
    this.#options.dispatcher.dispatch(frame, connection);
  }

  closed(connection: ServerConnection, error: Error | undefined): void {
    this.#connections.delete(connection);
    this.#quotas.release(connection.remote.host, connection.origin);
    if (error instanceof ProtocolError) this.#tellUnreadable(connection, error);
    else if (error !== undefined) {
      const level = error instanceof AssertionFailure ? 'error' : 'debug';
      this.#options.logger[level]('connection closed', { client: nameOf(connection), error });
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
    this.requestBytes.close();
    this.responseBytes.close();
  }

  #accept(listener: string, connection: Connection): void {
    const origin = this.#originOf(listener, connection);
    const refusal = this.#quotas.acquire(connection.remote.host, origin);
    if (refusal !== undefined) {
      connection.destroy();
      this.#tellRefusal(refusal, connection);
      return;
    }
    const accepted = new ServerConnection({ listener, origin, connection, owner: this });
    this.#createdTotal++;
    this.#connections.add(accepted);
    const held = this.#held.get(listener);
    if (held === undefined) accepted.start();
    else held.push(accepted);
  }

  #originOf(listener: string, connection: Connection): ConnectionOrigin {
    if (connection.isFromThisProcess === true) return 'own';
    return listener === this.#options.controllerListener ? 'controller' : 'client';
  }

  #closeIdle(): void {
    const nowMs = this.clock.monotonicMs();
    const { idleMsMax, requestIdleMsMax } = this.#options;
    for (const connection of this.#connections) {
      const idleMs = connection.idleMs(nowMs);
      // Not `end`: what a client does not read would keep the connection open for ever.
      if (idleMs > idleMsMax || (idleMs > requestIdleMsMax && connection.owesRequest)) connection.destroy();
    }
  }

  #budget(
    bytesMax: number,
    stall: Pick<ByteBudgetOptions<ServerConnection>, 'stalledSinceMs'> & { readonly what: string },
  ): ByteBudget<ServerConnection> {
    const { environment, logger, stallMsMax } = this.#options;
    return new ByteBudget({
      clock: environment.clock,
      timers: environment.timers,
      bytesMax,
      stallMsMax,
      stalledSinceMs: stall.stalledSinceMs,
      reclaim: (connection, { bytes, ms }) => {
        logger.warn('a client is disconnected, because others wait for the memory that it holds', {
          client: nameOf(connection),
          clientId: connection.clientId,
          reason: stall.what,
          bytes,
          stalledMs: Math.round(ms),
        });
        connection.destroy();
      },
    });
  }

  #tellRefusal(reason: string, connection: Connection): void {
    this.#refusedTotal++;
    this.#refusals.tell({ client: nameOf(connection), reason });
  }

  #tellUnreadable(connection: ServerConnection, error: ProtocolError): void {
    const request =
      error instanceof UnreadableRequest
        ? { clientId: error.clientId, api: error.api, apiVersion: error.apiVersion }
        : { clientId: connection.clientId };
    this.#unreadable.tell({
      client: nameOf(connection),
      listener: connection.listener,
      ...request,
      reason: error.message,
    });
  }
}

function nameOf({ remote }: { readonly remote: Address }): string {
  return `${remote.host}:${remote.port}`;
}
