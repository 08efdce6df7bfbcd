import type { Address, Connection, Environment, Timer } from '../../src/base/environment.ts';
import { OperationalError } from '../../src/base/errors.ts';
import { correlationIdOf, decodeResponse, encodeRequest } from '../../src/protocol/framing.ts';
import type { Api, RequestInput, ResponseOf } from '../../src/protocol/message.ts';
import { FrameReader } from '../../src/protocol/frame-reader.ts';
import { frameSizesUpTo } from './frame-sizes.ts';
import type { PeerChannel, PeerChannels } from './peer-channel.ts';

interface NetworkPeerChannelsOptions {
  readonly environment: Environment;
  /** Name under which this broker's requests appear in logs. */
  readonly clientId: string;
  /** `replica.socket.timeout.ms`: a request without an answer for so long ends the connection. */
  readonly requestTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly responseBytesMax: number;
}

/** Lines to other brokers over the environment's network. */
export class NetworkPeerChannels implements PeerChannels {
  readonly #options: NetworkPeerChannelsOptions;
  readonly #open = new Set<NetworkPeerChannel>();

  constructor(options: NetworkPeerChannelsOptions) {
    this.#options = options;
  }

  to(nodeId: number, address: Address): PeerChannel {
    const channel = new NetworkPeerChannel(this.#options, nodeId, address, () => this.#open.delete(channel));
    this.#open.add(channel);
    return channel;
  }

  close(): void {
    for (const channel of this.#open) channel.close();
  }
}

interface Pending {
  readonly settle: (frame: Buffer) => void;
  readonly reject: (error: Error) => void;
  readonly timer: Timer;
}

/** One connection at a time to one peer, requests pipelined on it. */
class NetworkPeerChannel implements PeerChannel {
  readonly #options: NetworkPeerChannelsOptions;
  readonly #nodeId: number;
  readonly #address: Address;
  readonly #onClosed: () => void;
  readonly #pending = new Map<number, Pending>();
  #connecting: Promise<Connection> | undefined;
  #connection: Connection | undefined;
  #correlationId = 0;
  #closed = false;

  constructor(options: NetworkPeerChannelsOptions, nodeId: number, address: Address, onClosed: () => void) {
    this.#options = options;
    this.#nodeId = nodeId;
    this.#address = address;
    this.#onClosed = onClosed;
  }

  async send<A extends Api>(api: A, version: number, request: RequestInput<A>): Promise<ResponseOf<A>> {
    const connection = this.#connection ?? (await this.#connect());
    if (this.#closed) throw this.#closedError();
    if (connection !== this.#connection) throw this.#error('DISCONNECTED', 'connection lost');
    const correlationId = this.#correlationId++ & 0x7fffffff;
    const chunks = encodeRequest(api, version, { correlationId, clientId: this.#options.clientId }, request);
    const frame = await new Promise<Buffer>((settle, reject) => {
      const timer = this.#options.environment.timers.after(this.#options.requestTimeoutMs, () =>
        connection.destroy(this.#error('TIMED_OUT', `no answer to ${api.name}`)),
      );
      this.#pending.set(correlationId, { settle, reject, timer });
      connection.write(chunks);
    });
    return decodeResponse(api, version, frame) as ResponseOf<A>;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#connection?.destroy();
    this.#rejectAll(this.#closedError());
    this.#onClosed();
  }

  #connect(): Promise<Connection> {
    if (this.#closed) return Promise.reject(this.#closedError());
    this.#connecting ??= this.#open().finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  async #open(): Promise<Connection> {
    const { environment, connectTimeoutMs, responseBytesMax } = this.#options;
    const connection = await environment.network.connect({ ...this.#address, timeoutMs: connectTimeoutMs });
    if (this.#closed) {
      connection.destroy();
      throw this.#closedError();
    }
    const reader = new FrameReader({ checkSize: frameSizesUpTo(responseBytesMax) });
    connection.start({
      memory: () => reader.target(),
      data: (chunk) => this.#onData(connection, reader, chunk),
      close: (error) => this.#onDisconnect(connection, error),
    });
    this.#connection = connection;
    return connection;
  }

  #onData(connection: Connection, reader: FrameReader, chunk: Buffer): void {
    if (connection !== this.#connection) return;
    try {
      reader.push(chunk);
      for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
        const correlationId = correlationIdOf(frame);
        const pending = this.#pending.get(correlationId);
        this.#pending.delete(correlationId);
        pending?.timer.cancel();
        pending?.settle(frame);
      }
    } catch (error) {
      connection.destroy(error instanceof Error ? error : undefined);
    }
  }

  #onDisconnect(connection: Connection, error: Error | undefined): void {
    if (connection !== this.#connection) return;
    this.#connection = undefined;
    this.#rejectAll(
      error instanceof OperationalError ? error : this.#error('DISCONNECTED', 'connection lost', error),
    );
  }

  #rejectAll(error: Error): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject, timer } of pending) {
      timer.cancel();
      reject(error);
    }
  }

  #closedError(): OperationalError {
    return this.#error('CLOSED', 'channel closed');
  }

  #error(code: string, what: string, cause?: unknown): OperationalError {
    const { host, port } = this.#address;
    return new OperationalError(code, `${what}: node ${this.#nodeId} at ${host}:${port}`, {
      retriable: code !== 'CLOSED',
      cause,
    });
  }
}
