import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { LateSignal } from '../../base/late-signal.ts';
import type { Logger } from '../../base/logger.ts';
import type { PreparedStatement, PullQuery, PushQuery, SqlEngine } from '../../sql/index.ts';
import { isOverStream } from '../../sql/queries/pull-clauses.ts';
import { resultSchemaText } from '../../sql/queries/result-schema.ts';
import { selectOf } from '../../sql/statements/streamed.ts';
import { type AnswerSink, AnswerStream } from './answer-stream.ts';
import type { AnswerWriter, QueryHeader } from './answer-writers.ts';
import type { PullPage, PullPages, PullReader } from './pull-reader.ts';
import type { QueryLimits } from './query-limits.ts';
import type { RequestProperties } from './request-properties.ts';
import { RestError, RestErrorCode, shuttingDown, toRestError } from './rest-error.ts';
import { type PushOutcome, RowSender } from './row-sender.ts';
import { WebSocketAnswer } from './web-socket-answer.ts';

/** What queries may take. */
interface RunnerLimits {
  /** Push queries and PRINTs at a time, from their request until all that they had is released. */
  readonly pushQueriesMax: number;
  /** Bytes of rows that wait for a client. */
  readonly waitingBytesMax: number;
  /** How long a client may take nothing of what waits for it. */
  readonly stallTimeoutMs: number;
  /** What all queries of a kind may take together. */
  readonly pull: QueryLimits;
  readonly push: QueryLimits;
}

interface QueryExchange {
  /** What the client has sent, in which places are counted. */
  readonly script: string;
  readonly prepared: PreparedStatement;
  readonly properties: RequestProperties;
  readonly writer: AnswerWriter;
  /** Aborted when the client has gone away. */
  readonly gone: LateSignal;
  /** Called when the query can run, and nothing is answered by a status any more. */
  readonly begin: (contentType: string) => AnswerSink;
}

/** A pull query whose first rows are at hand. */
interface OpenPull {
  readonly query: PullQuery;
  readonly pages: PullPages;
  readonly text: string;
}

/** Where the rows of a query go, and in which form. */
interface Answer {
  readonly stream: AnswerSink;
  readonly writer: AnswerWriter;
}

/** Runs the SELECTs of clients and knows those that run. */
export class QueryRunner {
  readonly #engine: SqlEngine;
  readonly #pulls: PullReader;
  readonly #limits: RunnerLimits;
  readonly #logger: Logger;
  readonly #running = new Map<string, RowSender>();
  #slotsTaken = 0;
  #pullNumber = 0;
  #isClosing = false;

  constructor(
    engine: SqlEngine,
    options: { readonly pulls: PullReader; readonly limits: RunnerLimits; readonly logger: Logger },
  ) {
    this.#engine = engine;
    this.#pulls = options.pulls;
    this.#limits = options.limits;
    this.#logger = options.logger;
  }

  /** Push queries and PRINTs that run, are starting, or are being released. */
  get pushCount(): number {
    return this.#slotsTaken;
  }

  /** Whether a SELECT streams its rows: with EMIT, and over a stream, whose pull queries end when it is read. */
  isPush({ statement }: PreparedStatement): boolean {
    const query = selectOf(statement);
    return query !== undefined && (query.emit !== undefined || isOverStream(query, this.#engine));
  }

  /** Runs a query and sends its answer until the query ends, is closed, or the client goes away. @throws {RestError} */
  async run(exchange: QueryExchange): Promise<void> {
    const { prepared } = exchange;
    const { pull, push } = this.#limits;
    if (!this.isPush(prepared)) return this.#within(pull, exchange);
    return this.withSlot(prepared, () => this.#run(exchange, push));
  }

  /**
   * Does something that holds a consumer for a client, within the limit of those.
   * @throws {RestError} 40003 where the limit is reached.
   */
  async withSlot(prepared: PreparedStatement, work: () => Promise<void>): Promise<void> {
    if (this.#isClosing) throw shuttingDown();
    if (this.#slotsTaken >= this.#limits.pushQueriesMax) {
      throw new RestError(
        RestErrorCode.TOO_MANY_PUSH_QUERIES,
        `Maximum number of push queries exceeded: ksql.max.push.queries is ${this.#limits.pushQueriesMax}`,
        { statementText: prepared.text },
      );
    }
    this.#slotsTaken += 1;
    try {
      await work();
    } finally {
      this.#slotsTaken -= 1;
    }
  }

  /** The stream of an answer that begins now, within the limits. */
  answerTo(
    response: ServerResponse,
    options: { readonly contentType: string; readonly gone: LateSignal; readonly text: string },
  ): AnswerStream {
    const { stallTimeoutMs } = this.#limits;
    return new AnswerStream(response, {
      ...options,
      stallTimeoutMs,
      onStall: () =>
        this.#logger.warn('a client that did not read the rows of its query was cut off', {
          client: `${response.req.socket.remoteAddress ?? ''}:${response.req.socket.remotePort ?? ''}`,
          stallTimeoutMs,
          statement: options.text,
        }),
    });
  }

  /** The same over a WebSocket. @param socket what it is written to. */
  answerToWebSocket(
    client: WebSocket,
    socket: Duplex,
    { gone, text }: { readonly gone: LateSignal; readonly text: string },
  ): WebSocketAnswer {
    const { stallTimeoutMs } = this.#limits;
    const onStall = (): void =>
      this.#logger.warn('a client that did not read the rows of its query was cut off', {
        stallTimeoutMs,
        statement: text,
      });
    return new WebSocketAnswer(client, socket, { gone, stallTimeoutMs, onStall });
  }

  /** As {@link close}, by an id in any case: names that are not quoted are in capitals. */
  closeNamed(id: string): boolean {
    const named = [...this.#running.keys()].find((each) => each.toUpperCase() === id.toUpperCase());
    return named !== undefined && this.close(named);
  }

  /** Ends a running push query. @returns false when there is none of this id. */
  close(id: string): boolean {
    const sender = this.#running.get(id);
    sender?.close();
    return sender !== undefined;
  }

  /** Ends all push queries, whose last message says why they are not whole, and takes no more. */
  closeAll(): void {
    this.#isClosing = true;
    for (const sender of this.#running.values()) sender.close(shuttingDown());
  }

  async #within(limits: QueryLimits, exchange: QueryExchange): Promise<void> {
    const end = limits.begin();
    try {
      await this.#run(exchange, limits);
    } finally {
      end();
    }
  }

  async #run(exchange: QueryExchange, limits: QueryLimits): Promise<void> {
    const { prepared, writer, begin } = exchange;
    const failed = (error: unknown): never => {
      throw toRestError(error, prepared.text, exchange.script);
    };
    const query = await this.#engine.open(prepared, exchange.properties).catch(failed);
    if (query.kind === 'pull') {
      const request = { ...exchange, passes: writer.passes };
      const pages = await this.#pulls.read(query, request).catch(failed);
      const stream = limits.counted(begin(writer.contentType));
      return this.#sendPull({ query, pages, text: prepared.text }, { stream, writer });
    }
    // Of push queries the scalable ones alone are limited, and count.
    const isCounted = query.plan.isShared === true;
    try {
      if (isCounted) limits.begin()();
      const stream = begin(writer.contentType);
      await this.#sendPush(query, isCounted ? limits.counted(stream) : stream, writer);
    } finally {
      // The client has its answer; leaving the consumer group is nothing that it should wait for.
      await query.close();
    }
  }

  async #sendPull({ query, pages, text }: OpenPull, { stream, writer }: Answer): Promise<void> {
    this.#pullNumber += 1;
    stream.write(writer.header(headerOf(query, `query_${this.#pullNumber}`)));
    let { limit: room = Number.POSITIVE_INFINITY } = query;
    try {
      for await (const page of pages) {
        for (const row of written(page, writer)) {
          if (room-- <= 0) break;
          if (!stream.write(row)) await stream.drained();
          if (stream.gone.aborted) return;
        }
        if (room <= 0) break;
      }
    } catch (error) {
      // The status has been sent: the client learns it from the last message.
      // Whatever fails once the queries are being closed does so for that.
      const told = this.#isClosing ? shuttingDown() : toRestError(error, text);
      stream.write(writer.error(told.toBody()));
    }
    stream.end(writer.end());
  }

  async #sendPush(query: PushQuery, stream: AnswerSink, writer: AnswerWriter): Promise<void> {
    stream.write(writer.header(headerOf(query, query.id)));
    const { continuationToken } = query;
    if (continuationToken !== undefined) stream.write(writer.continuation(continuationToken));
    const sender = new RowSender(query, {
      stream,
      writer,
      waitingBytesMax: this.#limits.waitingBytesMax,
    });
    this.#running.set(query.id, sender);
    if (this.#isClosing) sender.close(shuttingDown());
    const outcome = await sender.run().finally(() => this.#running.delete(query.id));
    stream.write(lastMessage(outcome, query, writer));
    stream.end(writer.end());
  }
}

function* written(page: PullPage, writer: AnswerWriter): Generator<string, void> {
  if ('texts' in page) for (const text of page.texts) yield writer.passed(text);
  else for (const row of page.rows) yield writer.row(row);
}

function lastMessage(outcome: PushOutcome, query: PushQuery, writer: AnswerWriter): string {
  switch (outcome.kind) {
    case 'completed':
      return writer.final(query.finalMessage());
    case 'closed':
      return writer.final('Query Completed');
    case 'failed':
      return writer.error(toRestError(outcome.error).toBody());
  }
}

/** Key columns carry ` KEY` in a pull query's schema only. */
function headerOf(query: PushQuery | PullQuery, queryId: string): QueryHeader {
  const schemaText = resultSchemaText(query.columns, query.kind);
  return { queryId, schemaText, columns: query.columns };
}
