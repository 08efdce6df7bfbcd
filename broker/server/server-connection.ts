import type { Address, Clock, Connection } from '../../src/base/environment.ts';
import { AssertionFailure } from '../../src/base/errors.ts';
import type { ConnectionOrigin } from './connection-quotas.ts';
import type { ByteBudget } from './byte-budget.ts';
import type { BufferPool } from '../../src/base/buffer-pool.ts';
import { FrameReader } from '../../src/protocol/frame-reader.ts';
import { frameSizesUpTo } from './frame-sizes.ts';
import { REQUESTS_PER_TURN_MAX, type RequestTurns } from './request-turns.ts';
import { type ResponseSlot, ResponseQueue } from './response-queue.ts';

/** What one connection may hold. */
export interface ConnectionLimits {
  /** `socket.request.max.bytes`. */
  readonly frameBytesMax: number;
  /** Pipelined requests that may be in work at once; beyond, the connection is not read. */
  readonly requestsInFlightMax: number;
  /** Bytes of the requests in work, beyond which the connection is not read. One request is always taken. */
  readonly requestBytesInFlightMax: number;
  /** Response bytes that a slow reader may have queued; beyond, the connection is not read. */
  readonly queuedBytesMax: number;
}

export interface ConnectionOwner {
  readonly clock: Clock;
  readonly limits: ConnectionLimits;
  /** Where requests get their buffers. */
  readonly buffers: BufferPool;
  /** Memory for requests, from their first byte to their response: `queued.max.request.bytes`. */
  readonly requestBytes: ByteBudget<ServerConnection>;
  /** Memory for responses that clients have not taken: `millrace.queued.max.response.bytes`. */
  readonly responseBytes: ByteBudget<ServerConnection>;
  /** Where a connection waits that has had its share of a turn of the event loop. */
  readonly turns: RequestTurns;
  /** Whether a request has to wait until all earlier responses are taken and the budget of responses has room. */
  startsInTurn(frame: Buffer, connection: ServerConnection): boolean;
  /** Takes one request; what answers it fills the slot through {@link ServerConnection.complete}. */
  dispatch(frame: Buffer, connection: ServerConnection): void;
  closed(connection: ServerConnection, error: Error | undefined): void;
}

interface ServerConnectionOptions {
  /** The name of the listener that it came in by. */
  readonly listener: string;
  readonly origin: ConnectionOrigin;
  readonly connection: Connection;
  readonly owner: ConnectionOwner;
}

/** How many pipelined responses are gathered for one write: enough to save calls, few enough to see back-pressure. */
const RESPONSES_PER_WRITE_MAX = 8;
/** What every connection may hold without asking the budget of requests: small requests pass while large ones wait. */
const REQUEST_BYTES_FREE = 64 * 1024;
const NO_FRAME = Buffer.alloc(0);

/**
 * One client's connection: frames in, responses out in request order. It stops reading while the client does not read
 * its responses or has too many requests in work, and while the budgets that all connections share are exhausted, so
 * that no client costs more than bounded memory; and it begins a share of its requests per turn of the event loop, so
 * that no client keeps the others waiting.
 */
export class ServerConnection {
  readonly listener: string;
  readonly origin: ConnectionOrigin;
  readonly #owner: ConnectionOwner;
  readonly #connection: Connection;
  readonly #reader: FrameReader;
  readonly #responses = new ResponseQueue();
  /** Called when the connection ends, by what waits for a response; see {@link onClosed}. */
  readonly #waiting = new Set<() => void>();
  #lastActiveMs: number;
  /** Since when a part of a frame is there and the rest is waited for. */
  #frameSinceMs: number | undefined;
  /** Since when the client has left something of its responses in the queue. */
  #unsentSinceMs: number | undefined;
  /** A request that waits for its turn. */
  #heldBack: Buffer | undefined;
  #requestCount = 0;
  /** As the latest request has it. */
  #clientId: string | null = null;
  /** The request that is being dispatched. */
  #frame: Buffer = NO_FRAME;
  /** Bytes of the requests in work. */
  #requestBytes = 0;
  /** Bytes of responses that wait for earlier ones. */
  #readyBytes = 0;
  #requestBytesCharged = 0;
  #responseBytesCharged = 0;
  #closed = false;
  #paused = false;
  #pumping = false;
  /** Requests that have to be through before the next one may begin. */
  #holds = 0;
  /** Requests that were begun in this turn of the event loop, or since the latest read. */
  #begunInTurn = 0;
  #awaitsTurn = false;

  constructor({ listener, origin, connection, owner }: ServerConnectionOptions) {
    this.listener = listener;
    this.origin = origin;
    this.#owner = owner;
    this.#connection = connection;
    this.#reader = new FrameReader({
      checkSize: frameSizesUpTo(owner.limits.frameBytesMax),
      memory: owner.buffers,
    });
    this.#lastActiveMs = owner.clock.monotonicMs();
  }

  get local(): Address {
    return this.#connection.local;
  }

  get remote(): Address {
    return this.#connection.remote;
  }

  get clientId(): string | null {
    return this.#clientId;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Since when a request has begun to come and has not ended. */
  get frameSinceMs(): number | undefined {
    return this.#frameSinceMs;
  }

  /** Since when responses lie in the queue that the client does not read. */
  get unsentSinceMs(): number | undefined {
    return this.#unsentSinceMs;
  }

  /** How long nothing came or went, in milliseconds; 0 while requests are in work. */
  idleMs(nowMs: number): number {
    return this.#responses.size > 0 ? 0 : nowMs - this.#lastActiveMs;
  }

  /** Whether the client owes the rest of a request, or its first one. */
  get owesRequest(): boolean {
    return this.#requestCount === 0 || (this.#frameSinceMs !== undefined && !this.#paused);
  }

  start(): void {
    this.#connection.start({
      memory: () => this.#reader.target(),
      data: (chunk) => this.#onData(chunk),
      drain: () => this.#onDrain(),
      close: (error) => this.#onClose(error),
    });
  }

  /**
   * Opens the place of the next response; called once per request, in request order.
   * @param options.reuse whether nobody looks at the request's bytes any more once it is answered.
   */
  openResponse(clientId: string | null, { reuse }: { readonly reuse: boolean }): ResponseSlot {
    this.#clientId = clientId;
    this.#requestBytes += this.#frame.length;
    this.#requestCount++;
    return this.#responses.open(this.#frame.length, reuse ? this.#frame : undefined);
  }

  /**
   * Gives a response its bytes (or null for none) and sends all whose turn it is.
   * @param onSent called when the operating system has taken it; not where the connection ends first.
   */
  complete(slot: ResponseSlot, chunks: readonly Uint8Array[] | null, onSent?: () => void): void {
    if (this.#closed) return;
    slot.chunks = chunks;
    slot.onSent = onSent;
    slot.ready = true;
    this.#requestBytes -= slot.requestBytes;
    if (slot.request !== undefined) this.#owner.buffers.giveBack(slot.request);
    slot.request = undefined;
    if (chunks !== null) for (const chunk of chunks) this.#readyBytes += chunk.length;
    // Inside the pump more responses may become ready; they leave in one write at its end.
    if (this.#pumping) return;
    this.#flush();
    if (this.#requestBytesCharged > 0) this.#chargeRequests();
    if (this.#paused) this.#pump();
  }

  /** Calls back when the connection ends; {@link offClosed} takes that back. */
  onClosed(callback: () => void): void {
    this.#waiting.add(callback);
  }

  offClosed(callback: () => void): void {
    this.#waiting.delete(callback);
  }

  /**
   * Lets no further request begin until what it answers is called: the request in work goes on later, and those behind
   * it must not overtake it.
   */
  hold(): () => void {
    this.#holds++;
    return () => {
      this.#holds--;
      this.#pump();
    };
  }

  /** Closes at once; responses that were not sent are dropped. */
  destroy(error?: Error): void {
    this.#connection.destroy(error);
  }

  /** Sends what is ready, then closes. */
  end(): void {
    this.#connection.end();
  }

  #onData(chunk: Buffer): void {
    this.#lastActiveMs = this.#owner.clock.monotonicMs();
    this.#reader.push(chunk);
    if (!this.#awaitsTurn) this.#begunInTurn = 0;
    this.#pump();
  }

  #onDrain(): void {
    this.#lastActiveMs = this.#owner.clock.monotonicMs();
    this.#chargeResponses();
    this.#pump();
  }

  readonly #resume = (): void => {
    if (this.#paused) this.#pump();
  };

  readonly #takeTurn = (): void => {
    this.#awaitsTurn = false;
    this.#begunInTurn = 0;
    this.#pump();
  };

  #pump(): void {
    if (this.#pumping || this.#closed) return;
    this.#pumping = true;
    try {
      while (this.#hasRoom()) {
        const frame = this.#heldBack ?? this.#reader.next();
        this.#heldBack = undefined;
        if (frame === undefined) {
          if (this.#reader.isMidFrame) this.#frameSinceMs ??= this.#lastActiveMs;
          break;
        }
        this.#frameSinceMs = undefined;
        if (this.#owner.startsInTurn(frame, this) && !this.#isInTurn()) {
          this.#heldBack = frame;
          break;
        }
        this.#begin(frame);
        if (this.#responses.size >= RESPONSES_PER_WRITE_MAX) this.#flush();
      }
    } catch (error) {
      // Nothing after a broken frame can be understood; the state of a connection is its own.
      if (error instanceof AssertionFailure)
        error.stopped ??= `connection of ${this.remote.host}:${this.remote.port}`;
      this.#connection.destroy(error instanceof Error ? error : undefined);
    } finally {
      this.#pumping = false;
    }
    this.#flush();
    this.#chargeRequests();
    this.#updatePause();
  }

  #begin(frame: Buffer): void {
    this.#frame = frame;
    this.#owner.dispatch(frame, this);
    this.#frame = NO_FRAME;
    if (++this.#begunInTurn < REQUESTS_PER_TURN_MAX || !this.#reader.hasFrame) return;
    this.#awaitsTurn = true;
    this.#owner.turns.wait(this.#takeTurn);
  }

  #hasRoom(): boolean {
    if (!this.#isFull()) return true;
    this.#flush();
    return !this.#isFull();
  }

  #isInTurn(): boolean {
    this.#flush();
    if (this.#responses.size > 0 || this.#connection.queuedBytes > 0) return false;
    const { responseBytes } = this.#owner;
    if (!responseBytes.isExhausted) return true;
    responseBytes.wait(this.#resume);
    return false;
  }

  #isFull(): boolean {
    const { limits } = this.#owner;
    return (
      this.#closed ||
      this.#awaitsTurn ||
      this.#holds > 0 ||
      this.#responses.size >= limits.requestsInFlightMax ||
      this.#requestBytes >= limits.requestBytesInFlightMax ||
      this.#readyBytes + this.#connection.queuedBytes > limits.queuedBytesMax
    );
  }

  #updatePause(): void {
    if (this.#closed) return;
    const pause = this.#heldBack !== undefined || this.#isFull() || this.#isOverBudget();
    if (pause === this.#paused) return;
    this.#paused = pause;
    if (pause) this.#connection.pause();
    else this.#connection.resume();
  }

  #isOverBudget(): boolean {
    const { requestBytes } = this.#owner;
    if (this.#requestBytesCharged === 0 || !requestBytes.isExhausted) return false;
    requestBytes.wait(this.#resume);
    return true;
  }

  #flush(): void {
    const { chunks, onSent } = this.#responses.takeReady();
    if (chunks.length > 0 && !this.#closed) {
      this.#lastActiveMs = this.#owner.clock.monotonicMs();
      for (const chunk of chunks) this.#readyBytes -= chunk.length;
      if (onSent === undefined) this.#connection.write(chunks);
      else this.#connection.write(chunks, () => onSent.forEach((callback) => callback()));
    }
    this.#chargeResponses();
  }

  /** Most often there is nothing: what was ready has been written, and the operating system has taken it. */
  #chargeResponses(): void {
    if (this.#closed) return;
    const { queuedBytes } = this.#connection;
    if (queuedBytes === 0) this.#unsentSinceMs = undefined;
    else this.#unsentSinceMs ??= this.#owner.clock.monotonicMs();
    const bytes = this.#readyBytes + queuedBytes;
    if (bytes === this.#responseBytesCharged) return;
    this.#responseBytesCharged = bytes;
    this.#owner.responseBytes.set(this, bytes);
  }

  #chargeRequests(): void {
    if (this.#closed) return;
    const held = this.#requestBytes + this.#reader.bufferedBytes + (this.#heldBack?.length ?? 0);
    const bytes = held <= REQUEST_BYTES_FREE ? 0 : held;
    if (bytes === this.#requestBytesCharged) return;
    this.#requestBytesCharged = bytes;
    this.#owner.requestBytes.set(this, bytes);
  }

  #onClose(error: Error | undefined): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#responses.clear();
    this.#heldBack = undefined;
    const { requestBytes, responseBytes } = this.#owner;
    requestBytes.set(this, 0);
    requestBytes.cancel(this.#resume);
    responseBytes.set(this, 0);
    responseBytes.cancel(this.#resume);
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const callback of waiting) callback();
    this.#owner.closed(this, error);
  }
}
