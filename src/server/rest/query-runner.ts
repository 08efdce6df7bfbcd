import type { Subscription } from 'rxjs';
import type { PreparedStatement, PullResult, PushQuery, PushRow, SqlEngine } from '../../sql/index.ts';
import { isOverStream } from '../../sql/engine/pull-clauses.ts';
import { resultSchemaText } from '../../sql/engine/result-schema.ts';
import type { AnswerStream } from './answer-stream.ts';
import type { AnswerWriter, QueryHeader } from './answer-writers.ts';
import { RestError, RestErrorCode, toRestError } from './rest-error.ts';

/** Rows that wait for a slow client; beyond it the query is ended, because it must not hold up the others. */
const WAITING_ROWS_MAX = 100_000;

/** Runs the SELECTs of clients and knows those that run. */
export class QueryRunner {
  readonly #engine: SqlEngine;
  readonly #pushLimit: number;
  readonly #running = new Map<string, () => void>();
  #pullNumber = 0;

  constructor(engine: SqlEngine, options: { readonly pushLimit: number }) {
    this.#engine = engine;
    this.#pushLimit = options.pushLimit;
  }

  get pushCount(): number {
    return this.#running.size;
  }

  /** Plans a query and starts it. @throws {RestError} where it cannot run; nothing has been sent then. */
  async start(prepared: PreparedStatement): Promise<PushQuery | PullResult> {
    const isPush = this.isPush(prepared);
    if (isPush && this.#running.size >= this.#pushLimit) {
      throw new RestError(
        RestErrorCode.TOO_MANY_PUSH_QUERIES,
        `${this.#running.size} push queries run already, which is the limit`,
        { statementText: prepared.text },
      );
    }
    return this.#engine.query(prepared).catch((error: unknown) => {
      throw toRestError(error, prepared.text);
    });
  }

  /** Sends a query's answer until the query ends, is closed, or the client goes away. */
  async send(query: PushQuery | PullResult, stream: AnswerStream, writer: AnswerWriter): Promise<void> {
    if (query.kind === 'pull') return this.#sendPull(query, stream, writer);
    return this.#sendPush(query, stream, writer);
  }

  /** Whether a SELECT streams its rows: with EMIT, and over a stream, whose pull queries end when it is read. */
  isPush({ statement }: PreparedStatement): boolean {
    if (statement.kind !== 'QueryStatement') return false;
    return statement.query.emit !== undefined || isOverStream(statement.query, this.#engine);
  }

  /** Ends a running push query. @returns false when there is none of this id. */
  close(id: string): boolean {
    const end = this.#running.get(id);
    end?.();
    return end !== undefined;
  }

  closeAll(): void {
    for (const end of this.#running.values()) end();
  }

  async #sendPull(query: PullResult, stream: AnswerStream, writer: AnswerWriter): Promise<void> {
    this.#pullNumber += 1;
    stream.write(writer.header(headerOf(query, `query_${this.#pullNumber}`)));
    for (const row of query.rows) {
      if (!stream.write(writer.row(row))) await stream.drained();
      if (stream.gone.aborted) return;
    }
    stream.end(writer.end());
  }

  async #sendPush(query: PushQuery, stream: AnswerStream, writer: AnswerWriter): Promise<void> {
    stream.write(writer.header(headerOf(query, query.id)));
    const outcome = await new Promise<PushOutcome>((resolve) => {
      const rows = new RowSender(stream, writer, resolve);
      this.#running.set(query.id, () => resolve({ kind: 'closed' }));
      stream.gone.addEventListener('abort', () => resolve({ kind: 'closed' }));
      rows.subscribe(query);
    });
    this.#running.delete(query.id);
    switch (outcome.kind) {
      case 'completed':
        stream.write(writer.final(query.finalMessage()));
        break;
      case 'closed':
        stream.write(writer.final('Query Completed'));
        break;
      case 'failed':
        stream.write(writer.error(toRestError(outcome.error).toBody()));
        break;
    }
    stream.end(writer.end());
    // The client has its answer; leaving the consumer group is nothing that it should wait for.
    await query.close();
  }
}

type PushOutcome =
  | { readonly kind: 'completed' }
  | { readonly kind: 'closed' }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Takes rows as they come and sends them as fast as the client takes them. */
class RowSender {
  readonly #stream: AnswerStream;
  readonly #writer: AnswerWriter;
  readonly #done: (outcome: PushOutcome) => void;
  readonly #waiting: PushRow[] = [];
  #isWaiting = false;
  #end: PushOutcome | undefined;
  #subscription: Subscription | undefined;

  constructor(stream: AnswerStream, writer: AnswerWriter, done: (outcome: PushOutcome) => void) {
    this.#stream = stream;
    this.#writer = writer;
    this.#done = (outcome) => {
      this.#subscription?.unsubscribe();
      done(outcome);
    };
  }

  subscribe(query: PushQuery): void {
    this.#subscription = query.rows$.subscribe({
      next: (row) => this.#onRow(row),
      error: (error: unknown) => this.#finish({ kind: 'failed', error }),
      complete: () => this.#finish({ kind: 'completed' }),
    });
  }

  #onRow(row: PushRow): void {
    if (!this.#isWaiting) return this.#send(row);
    this.#waiting.push(row);
    if (this.#waiting.length > WAITING_ROWS_MAX) {
      const message = `the client is too slow: ${WAITING_ROWS_MAX} rows wait for it`;
      this.#done({ kind: 'failed', error: new RestError(RestErrorCode.SERVER_ERROR, message) });
    }
  }

  #finish(outcome: PushOutcome): void {
    if (this.#isWaiting) this.#end = outcome;
    else this.#done(outcome);
  }

  #send(row: PushRow): void {
    const text = row.tombstone === true ? this.#writer.tombstone(row.columns) : this.#writer.row(row.columns);
    if (this.#stream.write(text)) return;
    this.#isWaiting = true;
    void this.#stream.drained().then(() => this.#resume());
  }

  #resume(): void {
    this.#isWaiting = false;
    while (!this.#isWaiting) {
      const row = this.#waiting.shift();
      if (row === undefined) break;
      this.#send(row);
    }
    if (!this.#isWaiting && this.#end !== undefined) this.#done(this.#end);
  }
}

/** Key columns carry ` KEY` in a pull query's schema only. */
function headerOf(query: PushQuery | PullResult, queryId: string): QueryHeader {
  const schemaText = resultSchemaText(query.columns, query.kind);
  return { queryId, schemaText, columns: query.columns };
}
