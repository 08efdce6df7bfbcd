import type { ServerResponse } from 'node:http';

/** The streamed body of an answer: chunks with back-pressure, over HTTP/1.1 and HTTP/2 alike. */
export class AnswerStream {
  readonly #response: ServerResponse;
  readonly #gone = new AbortController();

  /** Sends the head at once, so that a client knows that its query runs before the first row is there. */
  constructor(response: ServerResponse, contentType: string) {
    this.#response = response;
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
    return text === '' || this.gone.aborted || this.#response.write(text);
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
    if (!this.gone.aborted) this.#response.end(text);
  }
}
