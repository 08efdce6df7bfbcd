import type { Address, Clock, Connection } from '../../src/base/environment.ts';
import { FrameReader } from './frame-reader.ts';
import { type ResponseSlot, ResponseQueue } from './response-queue.ts';

/** What one connection may hold. */
export interface ConnectionLimits {
  /** `socket.request.max.bytes`. */
  readonly frameBytesMax: number;
  /** Pipelined requests that may be in work at once; beyond, the connection is not read. */
  readonly requestsInFlightMax: number;
  /** Response bytes that a slow reader may have queued; beyond, the connection is not read. */
  readonly queuedBytesMax: number;
}

export interface ConnectionOwner {
  readonly clock: Clock;
  readonly limits: ConnectionLimits;
  /** Takes one request; what answers it fills the slot through {@link ServerConnection.complete}. */
  dispatch(frame: Buffer, connection: ServerConnection): void;
  closed(connection: ServerConnection, error: Error | undefined): void;
}

/** How many pipelined responses are gathered for one write: enough to save calls, few enough to see back-pressure. */
const RESPONSES_PER_WRITE_MAX = 8;

/**
 * One client's connection: frames in, responses out in request order. It stops reading while the client does not read
 * its responses or has too many requests in work, so that a slow client costs bounded memory.
 */
export class ServerConnection {
  readonly listener: string;
  readonly #owner: ConnectionOwner;
  readonly #connection: Connection;
  readonly #reader: FrameReader;
  readonly #responses = new ResponseQueue();
  #lastActiveMs: number;
  #closed = false;
  #paused = false;
  #pumping = false;

  constructor(listener: string, connection: Connection, owner: ConnectionOwner) {
    this.listener = listener;
    this.#owner = owner;
    this.#connection = connection;
    this.#reader = new FrameReader(owner.limits.frameBytesMax);
    this.#lastActiveMs = owner.clock.monotonicMs();
  }

  get local(): Address {
    return this.#connection.local;
  }

  get remote(): Address {
    return this.#connection.remote;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** How long nothing came or went, in milliseconds; 0 while requests are in work. */
  idleMs(nowMs: number): number {
    return this.#responses.size > 0 ? 0 : nowMs - this.#lastActiveMs;
  }

  start(): void {
    this.#connection.start({
      data: (chunk) => this.#onData(chunk),
      drain: () => this.#pump(),
      close: (error) => this.#onClose(error),
    });
  }

  /** Opens the place of the next response; called once per request, in request order. */
  openResponse(): ResponseSlot {
    return this.#responses.open();
  }

  /** Gives a response its bytes (or null for none) and sends all whose turn it is. */
  complete(slot: ResponseSlot, chunks: readonly Uint8Array[] | null): void {
    slot.chunks = chunks;
    slot.ready = true;
    // Inside the pump more responses may become ready; they leave in one write at its end.
    if (this.#pumping) return;
    this.#flush();
    if (this.#paused) this.#pump();
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
    this.#pump();
  }

  #pump(): void {
    if (this.#pumping || this.#closed) return;
    this.#pumping = true;
    try {
      while (!this.#isFull()) {
        const frame = this.#reader.next();
        if (frame === undefined) break;
        this.#owner.dispatch(frame, this);
        if (this.#responses.size >= RESPONSES_PER_WRITE_MAX) this.#flush();
      }
    } catch (error) {
      // Nothing after a broken frame can be understood.
      this.#connection.destroy(error as Error);
    } finally {
      this.#pumping = false;
    }
    this.#flush();
    this.#updatePause();
  }

  #isFull(): boolean {
    const limits = this.#owner.limits;
    return (
      this.#closed ||
      this.#responses.size >= limits.requestsInFlightMax ||
      this.#connection.queuedBytes > limits.queuedBytesMax
    );
  }

  #updatePause(): void {
    const full = this.#isFull();
    if (full === this.#paused || this.#closed) return;
    this.#paused = full;
    if (full) this.#connection.pause();
    else this.#connection.resume();
  }

  #flush(): void {
    const chunks = this.#responses.takeReady();
    if (chunks.length === 0 || this.#closed) return;
    this.#lastActiveMs = this.#owner.clock.monotonicMs();
    this.#connection.write(chunks);
  }

  #onClose(error: Error | undefined): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#responses.clear();
    this.#owner.closed(this, error);
  }
}
