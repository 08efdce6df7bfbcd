/** The place of one response in its connection's order. */
export interface ResponseSlot {
  /** Encoded response; null until it is there, and for a request that gets none. */
  chunks: readonly Uint8Array[] | null;
  ready: boolean;
  /** Told when the operating system has taken the response. */
  onSent: (() => void) | undefined;
  /** Size of the request, whose memory is held until the response is there. */
  readonly requestBytes: number;
  /** The request, where its memory may be used again once the response is there. */
  request: Buffer | undefined;
}

/** Responses that are written together. */
interface ReadyResponses {
  readonly chunks: readonly Uint8Array[];
  /** Whom to tell when they are sent; mostly nobody. */
  readonly onSent: readonly (() => void)[] | undefined;
}

/**
 * Responses leave a connection in the order of its requests, however they finish: a slot is opened per request, and
 * only the run of finished slots at the head may be written.
 */
export class ResponseQueue {
  #slots: ResponseSlot[] = [];
  #head = 0;

  /** Requests that were read and whose response has not been handed to the connection. */
  get size(): number {
    return this.#slots.length - this.#head;
  }

  open(requestBytes: number, request?: Buffer): ResponseSlot {
    const slot: ResponseSlot = { chunks: null, ready: false, onSent: undefined, requestBytes, request };
    this.#slots.push(slot);
    return slot;
  }

  /** Removes the finished slots at the head; answers their chunks in order, for one write. */
  takeReady(): ReadyResponses {
    let first = this.#slots[this.#head];
    if (first === undefined || !first.ready) return NOTHING;
    const chunks: Uint8Array[] = [];
    let onSent: (() => void)[] | undefined;
    while (first?.ready === true) {
      if (first.chunks !== null) for (const chunk of first.chunks) chunks.push(chunk);
      if (first.onSent !== undefined) (onSent ??= []).push(first.onSent);
      first = this.#slots[++this.#head];
    }
    if (this.#head === this.#slots.length) {
      this.#slots.length = 0;
      this.#head = 0;
    } else if (this.#head > 64) {
      this.#slots = this.#slots.slice(this.#head);
      this.#head = 0;
    }
    return { chunks, onSent };
  }

  clear(): void {
    this.#slots.length = 0;
    this.#head = 0;
  }
}

const NOTHING: ReadyResponses = { chunks: [], onSent: undefined };
