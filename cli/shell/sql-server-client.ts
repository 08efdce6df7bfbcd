import { OperationalError, messageOf } from '../../src/base/errors.ts';
import { parseExact } from './exact-json.ts';

/** What a session carries along with each statement: `SET` properties and `DEFINE` variables. */
export interface SessionSettings {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly variables: Readonly<Record<string, string>>;
}

export interface ServerInfo {
  readonly version: string;
  readonly kafkaClusterId: string;
  readonly ksqlServiceId: string;
  readonly serverStatus: string;
}

/** One entity of a `/ksql` answer; its fields depend on `@type`. */
export type Entity = Readonly<Record<string, unknown>> & { readonly '@type': string };

/** One message of a query's answer: exactly one of the fields is there. */
export interface StreamedRow {
  readonly header?: { readonly queryId?: string; readonly schema: string };
  readonly row?: { readonly columns: readonly unknown[]; readonly tombstone?: boolean };
  readonly errorMessage?: { readonly error_code: unknown; readonly message: string };
  readonly finalMessage?: string;
}

/** The server refused a statement. */
export class SqlServerError extends Error {
  override readonly name = 'SqlServerError';
  readonly errorCode: number;
  readonly statementText: string | undefined;

  constructor(body: {
    /** A number, or its text. */
    readonly error_code?: unknown;
    readonly message?: string;
    readonly statementText?: string;
  }) {
    super(body.message ?? 'the server gave no reason');
    this.errorCode = body.error_code === undefined ? 50_000 : Number(body.error_code);
    this.statementText = body.statementText;
  }
}

const ROWS_TYPE = 'application/vnd.ksql.v1+json';

/** Speaks to a SQL server over its REST API. */
export class SqlServerClient {
  readonly url: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(url: string, options: { readonly user?: string; readonly password?: string } = {}) {
    this.url = url.replace(/\/+$/, '');
    const credentials = `${options.user ?? ''}:${options.password ?? ''}`;
    this.#headers = {
      'content-type': 'application/json',
      ...(options.user === undefined
        ? {}
        : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }),
    };
  }

  /** @throws {OperationalError} `NO_ANSWER` where no server listens. */
  async info(): Promise<ServerInfo> {
    const answer = (await (await this.#request('/info', undefined)).json()) as { KsqlServerInfo: ServerInfo };
    return answer.KsqlServerInfo;
  }

  /**
   * Runs statements other than queries, in one request: all are checked before the first one runs. Aborting the signal
   * ends the wait; the server may still run them.
   */
  async execute(ksql: string, session: SessionSettings, signal?: AbortSignal): Promise<readonly Entity[]> {
    const body = { ksql, streamsProperties: session.properties, sessionVariables: session.variables };
    const response = await this.#request('/ksql', body, signal === undefined ? {} : { signal });
    return parseExact(await this.#textOf(response, signal)) as readonly Entity[];
  }

  /** Runs a `SELECT`; ends with the query, or when the signal is aborted. */
  async *query(sql: string, session: SessionSettings, signal: AbortSignal): AsyncGenerator<StreamedRow> {
    const body = { sql, properties: session.properties, sessionVariables: session.variables };
    const response = await this.#request('/query-stream', body, { accept: ROWS_TYPE, signal });
    for await (const line of this.#linesOf(response, signal)) {
      // The answer is one JSON array with an object on each line, so brackets and commas outside belong to the array.
      const json = line
        .trim()
        .replace(/^\[/, '')
        .replace(/[,\]]$/, '');
      if (json !== '') yield parseExact(json) as StreamedRow;
    }
  }

  /** Runs a `PRINT`; yields the lines as the server wrote them. */
  async *print(ksql: string, session: SessionSettings, signal: AbortSignal): AsyncGenerator<string> {
    const body = { ksql, streamsProperties: session.properties, sessionVariables: session.variables };
    const response = await this.#request('/query', body, { signal });
    for await (const line of this.#linesOf(response, signal)) {
      if (line !== '') yield line;
    }
  }

  async #request(
    path: string,
    body: unknown,
    options: { readonly accept?: string; readonly signal?: AbortSignal } = {},
  ): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(this.url + path, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { ...this.#headers, accept: options.accept ?? 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      });
    } catch (error) {
      if (options.signal?.aborted === true) throw error;
      throw this.#noAnswer(`no SQL server answers at ${this.url}`, error);
    }
    if (response.ok) return response;
    const text = await response.text();
    throw new SqlServerError(parseError(text) ?? { error_code: response.status * 100, message: text });
  }

  async #textOf(response: Response, signal: AbortSignal | undefined): Promise<string> {
    try {
      return await response.text();
    } catch (error) {
      if (signal?.aborted === true) throw error;
      throw this.#noAnswer(`the SQL server at ${this.url} has gone away in the middle of its answer`, error);
    }
  }

  async *#linesOf(response: Response, signal: AbortSignal): AsyncGenerator<string> {
    try {
      yield* linesOf(response);
    } catch (error) {
      if (signal.aborted) throw error;
      throw this.#noAnswer(`the SQL server at ${this.url} has gone away in the middle of its answer`, error);
    }
  }

  #noAnswer(what: string, error: unknown): OperationalError {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    return new OperationalError('NO_ANSWER', `${what}: ${messageOf(cause)}`, {
      retriable: true,
      cause: error,
    });
  }
}

function parseError(
  text: string,
): { error_code?: unknown; message?: string; statementText?: string } | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? body : undefined;
  } catch {
    return undefined;
  }
}

async function* linesOf(response: Response): AsyncGenerator<string> {
  if (response.body === null) return;
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}
