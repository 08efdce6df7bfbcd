import { OperationalError } from '../../base/errors.ts';
import type { Address, Connection, Environment, Timer } from '../../base/environment.ts';
import type { Api } from '../../protocol/message.ts';
import { correlationIdOf, decodeResponse, encodeRequest } from '../../protocol/framing.ts';
import { FrameReader } from '../../protocol/frame-reader.ts';
import { checkAnswerSize } from './check-answer-size.ts';

interface BrokerConnectionOptions {
  readonly environment: Environment;
  readonly address: Address;
  readonly clientId: string;
  readonly connectTimeoutMs: number;
}

/** A request in the version that was negotiated. */
interface OutgoingRequest<In> {
  readonly api: Api<unknown, In>;
  readonly version: number;
  readonly body: In;
  readonly timeoutMs: number;
  /** Whose it is, where the connection is not its own. */
  readonly clientId?: string | undefined;
}

interface PendingRequest {
  readonly correlationId: number;
  readonly what: string;
  readonly deadlineMs: number;
  readonly resolve: (frame: Buffer) => void;
  readonly reject: (error: Error) => void;
}

const CORRELATION_ID_MAX = 0x7fffffff;

/**
 * One connection to a broker, with many requests in flight: a broker answers in the order of the requests, so that the
 * oldest unanswered request is the one that the next frame answers; the correlation id must agree.
 *
 * An answer that is overdue ends the connection, since nothing behind it can be trusted to come, and with it all
 * requests in flight. Whoever sent them decides whether to try again.
 */
export class BrokerConnection {
  readonly address: Address;
  readonly #environment: Environment;
  readonly #connection: Connection;
  readonly #clientId: string;
  /** Requests of this turn that have not been written. */
  #outgoing: Uint8Array[] = [];
  readonly #pending: PendingRequest[] = [];
  /** Index of the oldest in {@link #pending}: shifting a long array is linear. */
  #first = 0;
  #correlationId = 0;
  #timer: Timer | undefined;
  #timerAtMs = 0;
  #closedBy: Error | undefined;
  #lastUsedMs: number;
  #onClose: ((error: Error) => void) | undefined;

  /** @throws {OperationalError} if the connection cannot be opened. */
  static async open(options: BrokerConnectionOptions): Promise<BrokerConnection> {
    const { environment, address, connectTimeoutMs } = options;
    const connection = await environment.network.connect({ ...address, timeoutMs: connectTimeoutMs });
    return new BrokerConnection(options, connection);
  }

  private constructor(options: BrokerConnectionOptions, connection: Connection) {
    this.address = options.address;
    this.#environment = options.environment;
    this.#clientId = options.clientId;
    this.#connection = connection;
    this.#lastUsedMs = options.environment.clock.monotonicMs();
    const frames = new FrameReader({ checkSize: checkAnswerSize });
    connection.start({
      memory: () => frames.target(),
      data: (chunk) => {
        frames.push(chunk);
        try {
          for (let frame = frames.next(); frame !== undefined; frame = frames.next()) this.#onFrame(frame);
        } catch (error) {
          this.close(error instanceof Error ? error : new Error(String(error)));
        }
      },
      close: (error) => this.#end(this.#lost(error)),
    });
  }

  get closed(): boolean {
    return this.#closedBy !== undefined;
  }

  /** Requests that wait for their answer. */
  get inFlight(): number {
    return this.#pending.length - this.#first;
  }

  /** When the last request was sent or answered, by the monotonic clock. */
  get lastUsedMs(): number {
    return this.#lastUsedMs;
  }

  /** Called once when the connection has ended. */
  onClose(callback: (error: Error) => void): void {
    this.#onClose = callback;
    if (this.#closedBy !== undefined) callback(this.#closedBy);
  }

  /**
   * Sends a request and resolves with its answer.
   * @throws {OperationalError} (retriable) `REQUEST_TIMED_OUT` or `CONNECTION_LOST`: the broker may have done it or not.
   */
  async send<In, Out>(
    api: Api<unknown, In, Out>,
    version: number,
    body: In,
    timeoutMs: number,
  ): Promise<Out> {
    return decodeResponse(api, version, await this.sendForFrame({ api, version, body, timeoutMs }));
  }

  /** As {@link send}, but leaves the answer undecoded. */
  sendForFrame<In>(request: OutgoingRequest<In>): Promise<Buffer> {
    const { api, timeoutMs } = request;
    return new Promise((resolve, reject) => {
      if (this.#closedBy !== undefined) {
        reject(this.#closedBy);
        return;
      }
      const correlationId = this.#write(request);
      const deadlineMs = this.#lastUsedMs + timeoutMs;
      this.#pending.push({ correlationId, what: api.name, deadlineMs, resolve, reject });
      this.#watch(deadlineMs);
    });
  }

  /** Sends a request that the broker never answers: Produce with acks 0. */
  sendWithoutAnswer<In>(request: Omit<OutgoingRequest<In>, 'timeoutMs'>): void {
    if (this.#closedBy !== undefined) throw this.#closedBy;
    this.#write(request);
  }

  close(error: Error = this.#lost(undefined)): void {
    if (this.#closedBy !== undefined) return;
    // One without an answer has been sent, as far as its sender knows.
    this.#writeOut();
    this.#end(error);
    this.#connection.destroy();
  }

  #write<In>({ api, version, body, clientId }: Omit<OutgoingRequest<In>, 'timeoutMs'>): number {
    this.#correlationId = this.#correlationId === CORRELATION_ID_MAX ? 0 : this.#correlationId + 1;
    const header = { correlationId: this.#correlationId, clientId: clientId ?? this.#clientId };
    // What is sent in one go, such as the heartbeats of a hundred members, leaves in one write.
    if (this.#outgoing.length === 0) queueMicrotask(() => this.#writeOut());
    for (const chunk of encodeRequest(api, version, header, body)) this.#outgoing.push(chunk);
    this.#lastUsedMs = this.#environment.clock.monotonicMs();
    return this.#correlationId;
  }

  #writeOut(): void {
    const chunks = this.#outgoing;
    if (chunks.length === 0) return;
    this.#outgoing = [];
    this.#connection.write(chunks);
  }

  #onFrame(frame: Buffer): void {
    if (this.#closedBy !== undefined) return;
    const oldest = this.#pending[this.#first];
    const correlationId = correlationIdOf(frame);
    if (oldest?.correlationId !== correlationId) {
      const expected = oldest === undefined ? 'nothing was asked' : `${oldest.correlationId} was due`;
      throw new OperationalError(
        'PROTOCOL_VIOLATION',
        `${this.#name()} answered request ${correlationId} where ${expected}`,
        { retriable: true },
      );
    }
    this.#first++;
    if (this.#first === this.#pending.length || this.#first > 256) {
      this.#pending.splice(0, this.#first);
      this.#first = 0;
    }
    this.#lastUsedMs = this.#environment.clock.monotonicMs();
    oldest.resolve(frame);
  }

  /** One timer watches all requests in flight; it is moved only to an earlier time, and looks again when it fires. */
  #watch(deadlineMs: number): void {
    if (this.#timer !== undefined && this.#timerAtMs <= deadlineMs) return;
    this.#timer?.cancel();
    this.#timerAtMs = deadlineMs;
    const delayMs = Math.max(0, Math.ceil(deadlineMs - this.#environment.clock.monotonicMs()));
    this.#timer = this.#environment.timers.after(delayMs, () => {
      this.#timer = undefined;
      this.#expire();
    });
  }

  #expire(): void {
    const nowMs = this.#environment.clock.monotonicMs();
    let earliest: PendingRequest | undefined;
    for (let i = this.#first; i < this.#pending.length; i++) {
      const request = this.#pending[i] as PendingRequest;
      if (earliest === undefined || request.deadlineMs < earliest.deadlineMs) earliest = request;
    }
    if (earliest === undefined) return;
    if (earliest.deadlineMs > nowMs) {
      this.#watch(earliest.deadlineMs);
      return;
    }
    this.close(
      new OperationalError('REQUEST_TIMED_OUT', `${this.#name()} did not answer ${earliest.what} in time`, {
        retriable: true,
      }),
    );
  }

  #end(error: Error): void {
    if (this.#closedBy !== undefined) return;
    this.#closedBy = error;
    this.#timer?.cancel();
    const pending = this.#pending.splice(0).slice(this.#first);
    this.#first = 0;
    for (const { reject } of pending) reject(error);
    this.#onClose?.(error);
  }

  #lost(cause: Error | undefined): OperationalError {
    const why = cause === undefined ? '' : `: ${cause.message}`;
    return new OperationalError('CONNECTION_LOST', `the connection to ${this.#name()} was lost${why}`, {
      retriable: true,
      cause,
    });
  }

  #name(): string {
    return `${this.address.host}:${this.address.port}`;
  }
}
