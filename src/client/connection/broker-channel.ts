import { mustStop } from '../../base/assert.ts';
import type { Address, Environment } from '../../base/environment.ts';
import { messageOf, OperationalError } from '../../base/errors.ts';
import type { Api } from '../../protocol/message.ts';
import { decodeResponse } from '../../protocol/framing.ts';
import type { ClientSettings } from '../config/settings.ts';
import { Backoff } from './backoff.ts';
import { BrokerConnection } from './broker-connection.ts';
import type { BrokerVersions } from './broker-versions.ts';
import { negotiateVersions } from './negotiate.ts';

/** A connection that is open and whose versions are known. */
export interface ReadyConnection {
  readonly connection: BrokerConnection;
  readonly versions: BrokerVersions;
}

/** What to send: the request in the version that was negotiated. */
export interface Call<In, Out> {
  readonly api: Api<unknown, In, Out>;
  readonly body: In | ((version: number) => In);
  /** Do not use a higher version. */
  readonly versionMax?: number;
  readonly timeoutMs?: number;
}

/** Whose request it is, where a line is not its own. */
export interface CallSender {
  readonly clientId: string;
  /** How long an answer may take where the call does not say. */
  readonly timeoutMs: number;
}

/**
 * A line to one broker address: it is opened when it is needed, and opened again after it broke, with pauses that grow
 * while the broker does not answer.
 */
export class BrokerChannel {
  readonly address: Address;
  readonly #settings: ClientSettings;
  readonly #environment: Environment;
  readonly #backoff: Backoff;
  #ready: ReadyConnection | undefined;
  #opening: Promise<ReadyConnection> | undefined;
  /** Open, but nothing is known of the versions yet: a peer that takes connections and says nothing stays here. */
  #negotiating: BrokerConnection | undefined;
  #failures = 0;
  #retryAtMs = 0;
  #closed = false;

  constructor(settings: ClientSettings, address: Address) {
    this.address = address;
    this.#settings = settings;
    this.#environment = settings.environment;
    this.#backoff = new Backoff(settings.environment.random, {
      firstMs: settings.reconnectBackoffMs,
      lastMs: settings.reconnectBackoffMsMax,
    });
  }

  /** The open connection, if there is one now. */
  get ready(): ReadyConnection | undefined {
    return this.#ready;
  }

  /** True while a failed connection waits for its pause to end. */
  get backingOff(): boolean {
    return this.#failures > 0 && this.#environment.clock.monotonicMs() < this.#retryAtMs;
  }

  /** The connection, opened if need be, after the pause that a failure imposes. */
  open(): Promise<ReadyConnection> {
    if (this.#ready !== undefined) return Promise.resolve(this.#ready);
    this.#opening ??= this.#connect().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  /**
   * Sends a request in the highest common version and resolves with the answer.
   * @param sender whose request it is, where the line is not its own.
   */
  async send<In, Out>(call: Call<In, Out>, sender?: CallSender): Promise<Out> {
    const { api } = call;
    const { connection, versions } = this.#ready ?? (await this.open());
    const version = versions.choose(api, call.versionMax);
    const body =
      typeof call.body === 'function' ? (call.body as (version: number) => In)(version) : call.body;
    const timeoutMs = call.timeoutMs ?? sender?.timeoutMs ?? this.#settings.requestTimeoutMs;
    const request = { api, version, body, timeoutMs, clientId: sender?.clientId };
    return decodeResponse(api, version, await connection.sendForFrame(request));
  }

  /** Closes the connection if nothing is in flight and it was not used for so long. */
  closeIdle(idleMsMax: number): void {
    const connection = this.#ready?.connection;
    if (connection === undefined || connection.inFlight > 0) return;
    if (this.#environment.clock.monotonicMs() - connection.lastUsedMs >= idleMsMax) connection.close();
  }

  close(): void {
    this.#closed = true;
    this.#ready?.connection.close(closedError());
    this.#negotiating?.close(closedError());
  }

  async #connect(): Promise<ReadyConnection> {
    const waitMs = this.#retryAtMs - this.#environment.clock.monotonicMs();
    if (this.#failures > 0 && waitMs > 0) await this.#environment.timers.sleep(Math.ceil(waitMs));
    if (this.#closed) throw closedError();
    let connection: BrokerConnection | undefined;
    try {
      connection = await BrokerConnection.open({
        environment: this.#environment,
        address: this.address,
        clientId: this.#settings.clientId,
        connectTimeoutMs: this.#settings.connectTimeoutMs,
      });
      if (this.#closed) throw closedError();
      this.#negotiating = connection;
      const versions = await negotiateVersions(connection, this.#settings.requestTimeoutMs);
      if (this.#closed) throw closedError();
      const ready: ReadyConnection = { connection, versions };
      this.#ready = ready;
      this.#failures = 0;
      connection.onClose(() => {
        if (this.#ready === ready) this.#ready = undefined;
      });
      if (connection.closed) throw lostError(this.address);
      return ready;
    } catch (error) {
      connection?.close();
      this.#failures++;
      this.#retryAtMs = this.#environment.clock.monotonicMs() + this.#backoff.delayMs(this.#failures);
      throw error instanceof OperationalError || mustStop(error)
        ? error
        : new OperationalError('CONNECTION_FAILED', messageOf(error), { retriable: true, cause: error });
    } finally {
      this.#negotiating = undefined;
    }
  }
}

/** The client has no use for this line any more: it is closing, or the broker is gone or has moved. */
function closedError(): OperationalError {
  return new OperationalError('CLOSED', 'the line to the broker is closed', { retriable: true });
}

function lostError({ host, port }: Address): OperationalError {
  const message = `the connection to ${host}:${port} was lost`;
  return new OperationalError('CONNECTION_LOST', message, { retriable: true });
}
