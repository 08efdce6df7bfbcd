import type { Subscription } from 'rxjs';
import { Queue } from '../../base/queue.ts';
import type { PushQuery, PushRow } from '../../sql/index.ts';
import type { AnswerSink } from './answer-stream.ts';
import type { AnswerWriter } from './answer-writers.ts';
import { RestError, RestErrorCode } from './rest-error.ts';

/** How a push query has come to its end. */
export type PushOutcome =
  | { readonly kind: 'completed' }
  | { readonly kind: 'closed' }
  | { readonly kind: 'failed'; readonly error: unknown };

interface RowSenderOptions {
  readonly stream: AnswerSink;
  readonly writer: AnswerWriter;
  /** Bytes of rows that may wait for a client; a query that has more at once is ended. */
  readonly waitingBytesMax: number;
}

/**
 * Sends the rows of a push query as fast as its client takes them. While the client does not, the query is held up
 * before its next record, so no more waits than what one record has resulted in.
 */
export class RowSender {
  readonly #query: PushQuery;
  readonly #options: RowSenderOptions;
  readonly #waiting = new Queue<string>();
  readonly #ended: Promise<PushOutcome>;
  #waitingBytes = 0;
  #isHeld = false;
  #result: PushOutcome | undefined;
  #end: (outcome: PushOutcome) => void = () => undefined;
  #subscription: Subscription | undefined;

  constructor(query: PushQuery, options: RowSenderOptions) {
    this.#query = query;
    this.#options = options;
    this.#ended = new Promise((resolve) => (this.#end = resolve));
  }

  /** Starts the query. Resolves when it has ended and its rows are sent, was closed, or the client has gone away. */
  async run(): Promise<PushOutcome> {
    const { gone } = this.#options.stream;
    const leave = (): void => this.close();
    if (gone.aborted) return { kind: 'closed' };
    gone.signal.addEventListener('abort', leave);
    this.#subscription = this.#query.rows$.subscribe({
      next: (row) => this.#onRow(row),
      error: (error: unknown) => this.#finish({ kind: 'failed', error }),
      complete: () => this.#finish({ kind: 'completed' }),
    });
    const outcome = await this.#ended;
    gone.signal.removeEventListener('abort', leave);
    this.#subscription.unsubscribe();
    return outcome;
  }

  /** Ends the query now; rows that wait are dropped. @param error why it cannot go on, where nobody has asked for its end. */
  close(error?: unknown): void {
    this.#waiting.clear();
    this.#result = error === undefined ? { kind: 'closed' } : { kind: 'failed', error };
    this.#end(this.#result);
  }

  #onRow(row: PushRow): void {
    // A source may emit more in the same turn in which it was ended.
    if (this.#result !== undefined) return;
    const { writer, waitingBytesMax } = this.#options;
    this.#tell(row.tombstone === true ? writer.tombstone(row.columns) : writer.row(row.columns));
    // A chunk of its own: clients parse them one by one.
    if (row.continuationToken !== undefined) this.#tell(writer.continuation(row.continuationToken));
    if (this.#waitingBytes <= waitingBytesMax) return;
    const message = `The client is too slow: more than ${waitingBytesMax} bytes of rows wait for it`;
    this.#waiting.clear();
    this.#result = { kind: 'failed', error: new RestError(RestErrorCode.SERVER_ERROR, message) };
    this.#end(this.#result);
  }

  #tell(text: string): void {
    if (!this.#isHeld) return this.#send(text);
    this.#waiting.push(text);
    this.#waitingBytes += text.length;
  }

  #finish(outcome: PushOutcome): void {
    this.#result ??= outcome;
    if (!this.#isHeld) this.#end(this.#result);
  }

  #send(text: string): void {
    if (this.#options.stream.write(text)) return;
    this.#isHeld = true;
    this.#query.pause();
    void this.#options.stream.drained().then(() => this.#resume());
  }

  #resume(): void {
    this.#isHeld = false;
    while (!this.#isHeld) {
      const text = this.#waiting.shift();
      if (text === undefined) break;
      this.#waitingBytes -= text.length;
      this.#send(text);
    }
    if (this.#isHeld) return;
    this.#query.resume();
    if (this.#result !== undefined) this.#end(this.#result);
  }
}
