import type { ServerResponse } from 'node:http';
import { Queue } from '../../base/queue.ts';

/** Characters of chunks that wait for the one before them; beyond it the writer is told to wait. */
const WAITING_CHARS_MAX = 65_536;

/** Where the pieces of an answer go. */
export interface AnswerSink {
  /** Aborted when the client has gone away. */
  readonly gone: AbortSignal;
  /** @returns false when more is queued than is good to hold: wait for {@link AnswerSink.drained}. */
  write(text: string): boolean;
  /** Resolves when the client has taken what was queued, or is gone. */
  drained(): Promise<void>;
  /** Sends what is queued, and ends the answer. */
  end(text: string): void;
}

interface AnswerStreamOptions {
  readonly contentType: string;
  /** Aborted when the client has gone away. */
  readonly gone: AbortSignal;
  /** How long a client may take nothing of what waits for it. */
  readonly stallTimeoutMs: number;
  /** Called when a client that took nothing for so long was cut off. */
  readonly onStall: () => void;
}

function corkForNow(response: ServerResponse): void {
  const { socket } = response;
  socket?.cork();
  process.nextTick(() => socket?.uncork());
}

/**
 * The streamed body of an answer: chunks with back-pressure, over HTTP/1.1 and HTTP/2 alike. A client that stops to
 * read is cut off after a while, because all that waits for it is held in memory.
 *
 * Over HTTP/2 each chunk is a DATA frame of its own, because clients parse frames one by one. Node would join chunks
 * that are written while one is under way, so the next is written when the last one has left.
 */
export class AnswerStream implements AnswerSink {
  readonly #response: ServerResponse;
  readonly #options: AnswerStreamOptions;
  readonly #framed: boolean;
  readonly #waiting = new Queue<string>();
  #waitingChars = 0;
  #isWriting = false;
  #isFull = false;
  #ended = false;
  #stall: NodeJS.Timeout | undefined;

  /** Sends the head at once, so that a client knows that its query runs before the first row is there. */
  constructor(response: ServerResponse, options: AnswerStreamOptions) {
    this.#response = response;
    this.#options = options;
    this.#framed = response.req.httpVersionMajor === 2;
    response.on('error', () => response.destroy());
    if (this.gone.aborted) return;
    this.gone.addEventListener('abort', () => clearTimeout(this.#stall), { once: true });
    response.on('drain', () => this.#onDrain());
    // Of a query whose rows are at hand, the head and all that comes with it is one write.
    if (!this.#framed) corkForNow(response);
    response.writeHead(200, { 'content-type': options.contentType });
    // HTTP/2 responses send their head with the first byte or on demand, HTTP/1 ones have the call.
    response.flushHeaders?.();
  }

  /** Aborted when the client has gone away. */
  get gone(): AbortSignal {
    return this.#options.gone;
  }

  /** @returns false when more is queued than is good to hold: wait for {@link AnswerStream.drained}. */
  write(text: string): boolean {
    if (text === '' || this.gone.aborted) return true;
    if (this.#framed) {
      this.#waiting.push(text);
      this.#waitingChars += text.length;
      if (!this.#isWriting) this.#writeNext();
      this.#isFull = this.#waitingChars >= WAITING_CHARS_MAX;
    } else this.#isFull = !this.#response.write(text);
    if (this.#isFull) this.#watch();
    return !this.#isFull;
  }

  /** Resolves when the client has taken what was queued, or is gone. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      if (this.gone.aborted || !this.#isFull) return resolve();
      const done = (): void => {
        this.#response.off('drain', done);
        this.gone.removeEventListener('abort', done);
        resolve();
      };
      this.#response.on('drain', done);
      this.gone.addEventListener('abort', done);
    });
  }

  /** Sends what is queued, and ends the answer. A client that does not take it is cut off, too. */
  end(text: string): void {
    this.write(text);
    this.#ended = true;
    if (this.gone.aborted) return;
    this.#watch();
    if (!this.#isWriting) this.#response.end();
  }

  #writeNext(): void {
    const text = this.#waiting.shift();
    this.#isWriting = text !== undefined;
    if (text !== undefined) {
      this.#waitingChars -= text.length;
      this.#response.write(text, () => {
        this.#stall?.refresh();
        this.#writeNext();
      });
      return;
    }
    if (this.#ended) this.#response.end();
    else this.#response.emit('drain');
  }

  #onDrain(): void {
    this.#isFull = false;
    if (this.#ended) return;
    clearTimeout(this.#stall);
    this.#stall = undefined;
  }

  #watch(): void {
    this.#stall ??= setTimeout(() => {
      this.#options.onStall();
      this.#response.destroy();
    }, this.#options.stallTimeoutMs);
  }
}
