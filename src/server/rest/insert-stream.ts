import type { Readable } from 'node:stream';
import type { Json } from '../../serde/json/coercion.ts';
import { SerdeError } from '../../serde/model/serde-error.ts';
import { parseInserted } from '../../sql/inserts/json-coercion.ts';
import type { RowInserts } from '../../sql/inserts/row-inserts.ts';
import type { AnswerStream } from './answer-stream.ts';
import type { AckWriter } from './insert-acks.ts';
import type { LineSplitter } from './line-splitter.ts';
import { RestError, RestErrorCode, shuttingDown, toRestError } from './rest-error.ts';

/** Rows that are on their way to the topic at a time; with more the client is held up. */
const UNDER_WAY_MAX = 1_000;
/** With so few the client goes on. */
const UNDER_WAY_LOW = 500;

interface InsertStreamOptions {
  readonly rows: RowInserts;
  readonly body: Readable;
  readonly lines: LineSplitter;
  readonly stream: AnswerStream;
  readonly writer: AckWriter;
  /** Aborted when the server stops. */
  readonly stopped: AbortSignal;
  /** What an error of the cluster is told as. */
  readonly named: (error: unknown) => unknown;
}

/**
 * Inserts the rows of a request as they come, a line each, and acknowledges them in their order, each when it is in the topic.
 * The first row that is not ends the stream, after the acknowledgements of those before it: what its client has sent behind
 * it is not inserted, but for what was on its way already.
 *
 * Rows that come together are produced together. A client whose rows are not written as fast as they come, or that
 * does not read its acknowledgements, is held up.
 */
export class InsertStream {
  readonly #options: InsertStreamOptions;
  /** How rows have ended that are not told yet, by number: what they failed of, or undefined. */
  readonly #outcomes = new Map<number, RestError | undefined>();
  readonly #ended: Promise<void>;
  #end: () => void = () => undefined;
  /** Number of the next row. */
  #next = 0;
  /** Number of the next row whose end is told. */
  #told = 0;
  /** No further row is taken: it has failed, or there is none. */
  #isClosed = false;
  #isOver = false;
  #isTelling = false;

  constructor(options: InsertStreamOptions) {
    this.#options = options;
    this.#ended = new Promise((resolve) => (this.#end = resolve));
  }

  /** @param first lines that have come already. Resolves when the answer has ended, or the client has gone. */
  async run(first: readonly string[]): Promise<void> {
    const { body, stream, stopped } = this.#options;
    const onData = (chunk: Buffer): void => this.#takeBytes(chunk);
    const leave = (): void => this.#finish();
    const stop = (): void => this.#close(shuttingDown());
    stream.gone.signal.addEventListener('abort', leave);
    stopped.addEventListener('abort', stop);
    body.on('data', onData);
    body.once('end', () => this.#onBodyEnd());
    body.once('error', leave);
    this.#takeLines(first);
    if (stopped.aborted) stop();
    if (stream.gone.aborted) leave();
    if (body.readableEnded) this.#onBodyEnd();
    else if (!this.#isFull) body.resume();
    await this.#ended;
    stream.gone.signal.removeEventListener('abort', leave);
    stopped.removeEventListener('abort', stop);
    body.off('data', onData);
    // What is still on its way is thrown away.
    body.resume();
  }

  get #isFull(): boolean {
    return this.#next - this.#told >= UNDER_WAY_MAX;
  }

  #takeBytes(chunk: Buffer): void {
    const { lines, body } = this.#options;
    if (this.#isClosed) return;
    this.#takeLines(lines.push(chunk));
    if (lines.isTooLong)
      this.#close(new RestError(RestErrorCode.BAD_REQUEST, 'A row of the inserts stream is too large'));
    if (this.#isFull) body.pause();
  }

  #takeLines(lines: readonly string[]): void {
    for (const line of lines) {
      if (this.#isClosed) return;
      if (line.trim() !== '') this.#insert(line);
    }
  }

  #onBodyEnd(): void {
    this.#takeLines([this.#options.lines.end()]);
    this.#isClosed = true;
    this.#tell();
  }

  #insert(line: string): void {
    const { rows, named } = this.#options;
    let record: ReturnType<RowInserts['record']>;
    try {
      record = rows.record(parsed(line));
    } catch (error) {
      return this.#close(refusalOf(error));
    }
    const seq = this.#next;
    this.#next += 1;
    rows.write(record).then(
      () => this.#onWritten(seq, undefined),
      (error: unknown) => this.#onWritten(seq, toRestError(named(error))),
    );
  }

  /** Rows of a batch are acknowledged one after the other, and told together. */
  #onWritten(seq: number, failure: RestError | undefined): void {
    this.#outcomes.set(seq, failure);
    if (this.#isTelling) return;
    this.#isTelling = true;
    queueMicrotask(() => {
      this.#isTelling = false;
      this.#tell();
    });
  }

  /** The row whose turn it is has failed: none is taken behind it. */
  #close(failure: RestError): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#outcomes.set(this.#next, failure);
    this.#next += 1;
    this.#tell();
  }

  /** Tells of all rows in their order whose end is known. */
  #tell(): void {
    const { stream, writer, body } = this.#options;
    if (this.#isOver) return;
    let text = '';
    while (this.#outcomes.has(this.#told)) {
      const failure = this.#outcomes.get(this.#told);
      this.#outcomes.delete(this.#told);
      if (failure !== undefined) {
        stream.end(text + writer.error(this.#told, failure.toBody()) + writer.end());
        return this.#finish();
      }
      text += writer.ack(this.#told);
      this.#told += 1;
    }
    const isFlowing = stream.write(text);
    if (this.#isClosed && this.#told === this.#next) {
      stream.end(writer.end());
      return this.#finish();
    }
    if (!isFlowing) void this.#waitForClient();
    else if (body.isPaused() && this.#next - this.#told <= UNDER_WAY_LOW) body.resume();
  }

  /** Nothing more is read of a client that does not read what is told. */
  async #waitForClient(): Promise<void> {
    const { stream, body } = this.#options;
    body.pause();
    await stream.drained();
    if (!this.#isOver && !this.#isFull) body.resume();
  }

  #finish(): void {
    this.#isOver = true;
    this.#isClosed = true;
    this.#end();
  }
}

function parsed(line: string): Json {
  try {
    return parseInserted(line);
  } catch (error) {
    throw new RestError(RestErrorCode.BAD_REQUEST, 'Invalid JSON in inserts stream', { cause: error });
  }
}

/** What the format of the stream does not hold is the client's mistake, too. */
function refusalOf(error: unknown): RestError {
  if (!(error instanceof SerdeError)) return toRestError(error);
  return new RestError(RestErrorCode.BAD_REQUEST, error.message, { cause: error });
}
