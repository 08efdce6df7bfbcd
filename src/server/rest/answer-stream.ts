import type { ServerResponse } from 'node:http';
import type { LateSignal } from '../../base/late-signal.ts';
import { Queue } from '../../base/queue.ts';

/** Characters of chunks that wait for the one before them; beyond it the writer is told to wait. */
const WAITING_CHARS_MAX = 65_536;

/** Where the pieces of an answer go. */
export interface AnswerSink {
  /** Aborted when the client has gone away. */
  readonly gone: LateSignal;
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
  readonly gone: LateSignal;
  /** How long a client may take nothing of what waits for it. */
  readonly stallTimeoutMs: number;
  /** Called when a client that took nothing for so long was cut off. */
  readonly onStall: () => void;
}

/**
 * The streamed body of an answer: chunks with back-pressure, over HTTP/1.1 and HTTP/2 alike. A client that stops to
 * read is cut off after a while, because all that waits for it is held in memory.
 *
 * Over HTTP/1.1 what is written in one turn of the event loop is one chunk, and an answer that has ended by then is sent
 * whole, with its head and length in one write. Over HTTP/2 each piece is a DATA frame of its own, because clients parse
 * frames one by one. Node would join those that are written while one is under way, so the next is written when the last one
 * has left.
 */
export class AnswerStream implements AnswerSink {
  readonly #response: ServerResponse;
  readonly #options: AnswerStreamOptions;
  readonly #framed: boolean;
  /** Over HTTP/1.1: what was written in this turn. */
  #gathered = '';
  #isGathering = false;
  readonly #waiting = new Queue<string>();
  #waitingChars = 0;
  #isWriting = false;
  #isFull = false;
  #ended = false;
  #stall: NodeJS.Timeout | undefined;

  /** Sends the head in this turn, so that a client knows that its query runs before the first row is there. */
  constructor(response: ServerResponse, options: AnswerStreamOptions) {
    this.#response = response;
    this.#options = options;
    this.#framed = response.req.httpVersionMajor === 2;
    response.on('error', () => response.destroy());
    if (this.gone.aborted) return;
    response.once('close', () => clearTimeout(this.#stall));
    response.on('drain', () => this.#onDrain());
    if (this.#framed) {
      response.writeHead(200, { 'content-type': options.contentType });
      // Responses of HTTP/2 send their head with the first byte.
      response.flushHeaders?.();
    } else {
      response.setHeader('content-type', options.contentType);
      this.#gather();
    }
  }

  /** Aborted when the client has gone away. */
  get gone(): LateSignal {
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
    } else {
      this.#gathered += text;
      this.#gather();
      if (this.#gathered.length >= WAITING_CHARS_MAX) this.#sendGathered();
    }
    if (this.#isFull) this.#watch();
    return !this.#isFull;
  }

  /** Resolves when the client has taken what was queued, or is gone. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      if (this.gone.aborted || !this.#isFull) return resolve();
      const done = (): void => {
        this.#response.off('drain', done);
        this.gone.signal.removeEventListener('abort', done);
        resolve();
      };
      this.#response.on('drain', done);
      this.gone.signal.addEventListener('abort', done);
    });
  }

  /** Sends what is queued, and ends the answer. A client that does not take it is cut off, too. */
  end(text: string): void {
    this.write(text);
    this.#ended = true;
    if (this.gone.aborted) return;
    this.#watch();
    if (!this.#framed) this.#sendGathered();
    else if (!this.#isWriting) this.#response.end();
  }

  /** Over HTTP/1.1: sends what is written in this turn at its end. */
  #gather(): void {
    if (this.#isGathering) return;
    this.#isGathering = true;
    setImmediate(() => {
      this.#isGathering = false;
      if (!this.#ended && !this.gone.aborted) this.#sendGathered();
    });
  }

  #sendGathered(): void {
    const text = this.#gathered;
    this.#gathered = '';
    if (this.#ended) this.#response.end(text);
    else if (text !== '') this.#isFull = !this.#response.write(text);
    else if (!this.#response.headersSent) this.#response.flushHeaders();
    if (this.#isFull) this.#watch();
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
