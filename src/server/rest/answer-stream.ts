import type { ServerResponse } from 'node:http';

/** Chunks that wait for the one before them; beyond it the writer is told to wait. */
const WAITING_CHUNKS_MAX = 1_000;

/**
 * The streamed body of an answer: chunks with back-pressure, over HTTP/1.1 and HTTP/2 alike.
 *
 * Over HTTP/2 each chunk is a DATA frame of its own, because clients parse frames one by one. Node would join chunks
 * that are written while one is under way, so the next is written when the last one has left.
 */
export class AnswerStream {
  readonly #response: ServerResponse;
  readonly #gone = new AbortController();
  readonly #framed: boolean;
  readonly #waiting: string[] = [];
  #isWriting = false;
  #ended = false;

  /** Sends the head at once, so that a client knows that its query runs before the first row is there. */
  constructor(response: ServerResponse, contentType: string) {
    this.#response = response;
    this.#framed = response.req.httpVersionMajor === 2;
    response.on('close', () => this.#gone.abort());
    response.on('error', () => this.#gone.abort());
    response.writeHead(200, { 'content-type': contentType });
    // HTTP/2 responses send their head with the first byte or on demand, HTTP/1 ones have the call.
    response.flushHeaders?.();
  }

  /** Aborted when the client has gone away. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** @returns false when more is queued than is good to hold: wait for {@link AnswerStream.drained}. */
  write(text: string): boolean {
    if (text === '' || this.gone.aborted) return true;
    if (!this.#framed) return this.#response.write(text);
    this.#waiting.push(text);
    if (!this.#isWriting) this.#writeNext();
    return this.#waiting.length < WAITING_CHUNKS_MAX;
  }

  /** Resolves when the client has taken what was queued, or is gone. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      if (this.gone.aborted) return resolve();
      const done = (): void => {
        this.#response.off('drain', done);
        this.gone.removeEventListener('abort', done);
        resolve();
      };
      this.#response.on('drain', done);
      this.gone.addEventListener('abort', done);
    });
  }

  end(text: string): void {
    this.write(text);
    this.#ended = true;
    if (!this.#isWriting && !this.gone.aborted) this.#response.end();
  }

  #writeNext(): void {
    const text = this.#waiting.shift();
    this.#isWriting = text !== undefined;
    if (text !== undefined) {
      this.#response.write(text, () => this.#writeNext());
      return;
    }
    if (this.#ended) this.#response.end();
    else this.#response.emit('drain');
  }
}
