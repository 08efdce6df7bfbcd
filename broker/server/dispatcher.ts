import type { Address, Clock } from '../../src/base/environment.ts';
import { mustStop } from '../../src/base/assert.ts';
import type { AssertionFailure } from '../../src/base/errors.ts';
import type { Logger } from '../../src/base/logger.ts';
import type { BytesReader } from '../../src/base/bytes-reader.ts';
import { ProtocolError } from '../../src/base/protocol-error.ts';
import { ErrorCode } from '../../src/protocol/error-codes.ts';
import {
  decodeRequest,
  decodeRequestHeader,
  encodeResponse,
  type RequestHeader,
} from '../../src/protocol/framing.ts';
import type { Api } from '../../src/protocol/message.ts';
import { includesVersion } from '../../src/protocol/version-range.ts';
import { countRequestTime, type Metrics } from './broker-metrics.ts';
import { guarded } from './guarded.ts';
import type { RequestMetrics } from './metrics.ts';
import type { RequestContext } from './request-context.ts';
import type { AnyRequestHandler } from './request-handler.ts';
import type { ResponseSlot } from './response-queue.ts';
import { STALL_MS, type StallWatch } from './stall-watch.ts';
import type { ServerConnection } from './server-connection.ts';
import { UnreadableRequest } from './unreadable-request.ts';

const API_KEY_BYTES = 2;
const API_VERSIONS_KEY = 18;
/** What a client that asks in an unknown version of ApiVersions can always read. */
const API_VERSIONS_FALLBACK = 0;

interface DispatcherOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Hears how long each request holds the event loop. */
  readonly stalls: Pick<StallWatch, 'note'>;
  /** What each listener serves, by listener name. */
  readonly handlersOf: (listener: string) => ReadonlyMap<number, AnyRequestHandler>;
  /** Stops the broker: what a handler works on is shared by all, and it is broken. */
  readonly onAssertion: (failure: AssertionFailure) => void;
}

/**
 * Takes frames apart, gives each request to the handler of its API key and encodes what that answers. A request that
 * cannot be understood (unknown key or version, malformed body) throws: the connection has to be closed, because no
 * response could be read either.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** Whether a request waits until all earlier responses are taken, see {@link AnyRequestHandler.inTurn}. */
  readonly startsInTurn = (frame: Buffer, connection: ServerConnection): boolean =>
    frame.length >= API_KEY_BYTES &&
    this.#options.handlersOf(connection.listener).get(frame.readInt16BE(0))?.inTurn === true;

  readonly dispatch = (frame: Buffer, connection: ServerConnection): void => {
    const handlers = this.#options.handlersOf(connection.listener);
    const { header, reader } = decodeRequestHeader(frame);
    const handler = handlers.get(header.apiKey);
    if (handler === undefined) throw unreadable(header, 'the API is not served here');
    const { api } = handler;
    if (includesVersion(api.versions, header.apiVersion)) {
      const request = readBody(api, header, reader);
      new Exchange(this.#options, connection, handler, header, frame.length).run(request);
      return;
    }
    if (header.apiKey !== API_VERSIONS_KEY) throw unreadable(header, 'the version is not served here');
    const fallback = { ...header, apiVersion: API_VERSIONS_FALLBACK };
    new Exchange(this.#options, connection, handler, fallback, frame.length).fail(
      null,
      ErrorCode.UNSUPPORTED_VERSION,
    );
  };
}

function readBody(api: Api, header: RequestHeader, reader: BytesReader): unknown {
  try {
    return decodeRequest(api, header.apiVersion, reader);
  } catch (error) {
    throw error instanceof ProtocolError ? new UnreadableRequest(header, error) : error;
  }
}

function unreadable(header: RequestHeader, reason: string): UnreadableRequest {
  return new UnreadableRequest(header, new ProtocolError(ErrorCode.INVALID_REQUEST, reason));
}

/** One request and its way to a response; it is the context that the handler sees. */
class Exchange implements RequestContext {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly clientId: string | null;
  readonly #correlationId: number;
  readonly #options: DispatcherOptions;
  readonly #connection: ServerConnection;
  readonly #handler: AnyRequestHandler;
  readonly #slot: ResponseSlot;
  readonly #metrics: RequestMetrics;
  readonly #startMs: number;
  #replied = false;
  #request: unknown = null;
  #onClosed: (() => void) | undefined;
  #onSent: (() => void) | undefined;

  constructor(
    options: DispatcherOptions,
    connection: ServerConnection,
    handler: AnyRequestHandler,
    header: RequestHeader,
    requestBytes: number,
  ) {
    this.apiKey = header.apiKey;
    this.apiVersion = header.apiVersion;
    this.clientId = header.clientId;
    this.#correlationId = header.correlationId;
    this.#options = options;
    this.#connection = connection;
    this.#handler = handler;
    this.#slot = connection.openResponse(header.clientId, { reuse: handler.forgetsRequest === true });
    this.#startMs = options.clock.monotonicMs();
    this.#metrics = options.metrics.request(handler.api);
    this.#metrics.requestsTotal++;
    this.#metrics.requestBytesTotal += requestBytes;
  }

  get listener(): string {
    return this.#connection.listener;
  }

  get local(): Address {
    return this.#connection.local;
  }

  get remote(): Address {
    return this.#connection.remote;
  }

  get closed(): boolean {
    return this.#connection.closed;
  }

  onClosed(callback: () => void): void {
    this.#onClosed = callback;
    this.#connection.onClosed(callback);
  }

  onSent(callback: () => void): void {
    this.#onSent = callback;
  }

  guard<T extends readonly unknown[]>(work: (...args: T) => void): (...args: T) => void {
    return guarded(work, (error) => this.#onBug(this.#request, error));
  }

  hold(): () => void {
    return this.#connection.hold();
  }

  disconnect(): void {
    this.#connection.destroy();
  }

  run(request: unknown): void {
    this.#answer(request);
    const { clock, stalls } = this.#options;
    // What an answer waits for holds up nobody: only this first step counts, and the encoding.
    stalls.note(this.#handler.api.name, clock.monotonicMs() - this.#startMs);
  }

  #answer(request: unknown): void {
    this.#request = request;
    const handler = this.#handler;
    try {
      if (handler.handle !== undefined) {
        handler.handle(request, this, (response) => this.#reply(response));
        return;
      }
      const answer = handler.answer?.(request, this);
      if (answer instanceof Promise) {
        answer.then(
          (response) => this.#reply(response),
          (error: unknown) => this.#onBug(request, error),
        );
      } else {
        this.#reply(answer);
      }
    } catch (error) {
      this.#onBug(request, error);
    }
  }

  /** Answers that all of the request failed; closes the connection where the API has no way to say so. */
  fail(request: unknown, errorCode: number): void {
    const { api } = this.#handler;
    this.#metrics.errorsTotal++;
    const own = api.response.fields['errorCode'];
    if (this.#handler.failure !== undefined) this.#reply(this.#handler.failure(request, errorCode, this));
    else if (own !== undefined && includesVersion(own.versions, this.apiVersion)) this.#reply({ errorCode });
    else this.#connection.destroy();
  }

  #onBug(request: unknown, error: unknown): void {
    this.#logBug('failed', error);
    if (this.#stopsOn(error) || this.#replied) return;
    try {
      this.fail(request, ErrorCode.UNKNOWN_SERVER_ERROR);
    } catch (second) {
      this.#logBug('could not answer that it failed', second);
      this.#connection.destroy();
      this.#stopsOn(second);
    }
  }

  /** Nobody is told what came of a request in which an assertion failed: it may be anything. */
  #stopsOn(error: unknown): boolean {
    if (!mustStop(error)) return false;
    this.#connection.destroy();
    this.#options.onAssertion(error);
    return true;
  }

  #logBug(what: string, error: unknown): void {
    const { key, name } = this.#handler.api;
    this.#options.logger.error(`${name} ${what}`, {
      error,
      apiKey: key,
      apiVersion: this.apiVersion,
      clientId: this.clientId,
      client: `${this.remote.host}:${this.remote.port}`,
    });
  }

  #reply(response: unknown): void {
    if (this.#replied) return;
    this.#replied = true;
    if (this.#onClosed !== undefined) this.#connection.offClosed(this.#onClosed);
    countRequestTime(this.#metrics, this.#options.clock.monotonicMs() - this.#startMs);
    if (this.#connection.closed) return;
    const chunks = response === null ? null : this.#encode(response);
    this.#connection.complete(this.#slot, chunks, this.#onSent);
  }

  #encode(response: unknown): readonly Uint8Array[] | null {
    const { clock, stalls } = this.#options;
    const startMs = clock.monotonicMs();
    try {
      const chunks = encodeResponse(this.#handler.api, this.apiVersion, this.#correlationId, response);
      const ms = clock.monotonicMs() - startMs;
      // Mostly it is part of what is noted already; not where the answer had to be waited for.
      if (ms >= STALL_MS) stalls.note(`encoding of ${this.#handler.api.name}`, ms);
      return chunks;
    } catch (error) {
      this.#logBug('answered what cannot be encoded', error);
      this.#connection.destroy();
      this.#stopsOn(error);
      return null;
    }
  }
}
