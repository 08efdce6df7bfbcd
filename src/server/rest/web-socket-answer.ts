import type { LateSignal } from '../../base/late-signal.ts';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { schemaEntity } from '../../sql/entities/field-entity.ts';
import type { Row } from '../../serde/model/sql-value.ts';
import type { AnswerSink } from './answer-stream.ts';
import type { AnswerWriter, QueryHeader } from './answer-writers.ts';
import { rowJson } from './value-json.ts';

/** Codes that a WebSocket is closed with (RFC 6455, section 7.4.1). */
export const CloseCode = {
  NORMAL: 1000,
  /** ksqlDB's for a request that is not right. */
  UNSUPPORTED_DATA: 1003,
  INTERNAL_ERROR: 1011,
  TRY_AGAIN_LATER: 1013,
} as const;

/** What a frame that closes holds at most, in bytes of UTF-8. */
const REASON_BYTES_MAX = 123;
const ELLIPSIS = '...';

/** The columns as ksqlDB describes them, and rows as its StreamedRow messages. */
class MessageWriter implements AnswerWriter {
  readonly contentType = '';
  readonly passes = 'delimited';
  /** What the query has failed of: the code at the end says it, as it says a normal end. */
  failure: string | undefined;
  #row: (row: Row) => string = () => '[]';

  header({ columns }: QueryHeader): string {
    this.#row = rowJson(columns.map(({ type }) => type));
    return JSON.stringify(columns.map(({ name, type }) => ({ name, schema: schemaEntity(type) })));
  }

  row(row: Row): string {
    return `{"row":{"columns":${this.#row(row)}}}`;
  }

  passed(text: string): string {
    return `{"row":{"columns":${text}}}`;
  }

  tombstone(row: Row): string {
    return `{"row":{"columns":${this.#row(row)},"tombstone":true}}`;
  }

  continuation(continuationToken: string): string {
    return JSON.stringify({ continuationToken: { continuationToken } });
  }

  final(): string {
    return '';
  }

  error({ message }: Readonly<Record<string, unknown>>): string {
    this.failure = String(message);
    return '';
  }

  end(): string {
    return '';
  }
}

interface WebSocketAnswerOptions {
  /** Aborted when the client has gone away. */
  readonly gone: LateSignal;
  /** How long a client may take nothing of what waits for it. */
  readonly stallTimeoutMs: number;
  /** Called when a client that took nothing for so long was cut off. */
  readonly onStall: () => void;
}

/**
 * The answer of a query over a WebSocket: the columns as one message, then one for each row or printed line; how the query has ended
 * is the code that the connection is closed with.
 */
export class WebSocketAnswer implements AnswerSink {
  /** Of its messages. */
  readonly writer = new MessageWriter();
  readonly #client: WebSocket;
  readonly #socket: Duplex;
  readonly #options: WebSocketAnswerOptions;
  #stall: NodeJS.Timeout | undefined;

  /** @param socket what the client's WebSocket is written to. */
  constructor(client: WebSocket, socket: Duplex, options: WebSocketAnswerOptions) {
    this.#client = client;
    this.#socket = socket;
    this.#options = options;
    // Whatever a client sends is not looked at; one that breaks the protocol is closed by the library.
    client.on('error', () => client.terminate());
    socket.on('drain', () => {
      clearTimeout(this.#stall);
      this.#stall = undefined;
    });
    this.gone.signal.addEventListener('abort', () => clearTimeout(this.#stall), { once: true });
  }

  get gone(): LateSignal {
    return this.#options.gone;
  }

  write(text: string): boolean {
    if (text === '' || this.gone.aborted) return true;
    this.#client.send(text);
    const isFull = this.#socket.writableNeedDrain;
    if (isFull) this.#watch();
    return !isFull;
  }

  drained(): Promise<void> {
    return new Promise((resolve) => {
      if (this.gone.aborted || !this.#socket.writableNeedDrain) return resolve();
      const done = (): void => {
        this.#socket.off('drain', done);
        this.gone.signal.removeEventListener('abort', done);
        resolve();
      };
      this.#socket.on('drain', done);
      this.gone.signal.addEventListener('abort', done);
    });
  }

  end(text: string): void {
    this.write(text);
    const { failure } = this.writer;
    if (failure === undefined) this.close(CloseCode.NORMAL, 'done');
    else this.close(CloseCode.INTERNAL_ERROR, failure);
  }

  /** Ends the answer with a code and the reason, of a long one its beginning. */
  close(code: number, reason: string): void {
    if (this.gone.aborted) return;
    this.#watch();
    this.#client.close(code, shortReason(reason));
  }

  #watch(): void {
    this.#stall ??= setTimeout(() => {
      this.#options.onStall();
      this.#client.terminate();
    }, this.#options.stallTimeoutMs);
  }
}

function shortReason(text: string): string {
  if (Buffer.byteLength(text) <= REASON_BYTES_MAX) return text;
  const bytes = Buffer.from(text).subarray(0, REASON_BYTES_MAX - ELLIPSIS.length);
  // A character that was cut in two is left out.
  return bytes.toString('utf8').replace(/\uFFFD$/u, '') + ELLIPSIS;
}
