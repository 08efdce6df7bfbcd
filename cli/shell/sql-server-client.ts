import type { IncomingMessage } from 'node:http';
import { DiagnosticError, messageOf, OperationalError } from '../../src/base/errors.ts';
import { parseExact } from './exact-json.ts';
import { exchange, linesOf, textOf, type TlsTrust } from './http-exchange.ts';

/** What a session carries along with each statement: `SET` properties and `DEFINE` variables. */
interface SessionSettings {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly variables: Readonly<Record<string, string>>;
}

interface ServerInfo {
  readonly version: string;
  readonly kafkaClusterId: string;
  readonly ksqlServiceId: string;
  readonly serverStatus: string;
  /** What a start is at that is under way. */
  readonly startProgress?: string;
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

/** Who the shell is, for a server that asks, and how it knows the server. */
interface ClientOptions {
  readonly user?: string;
  readonly password?: string;
  /** A bearer token, instead of a name and a password. */
  readonly token?: string;
  readonly tls?: TlsTrust;
}

function authorizationOf({ user, password = '', token }: ClientOptions): string | undefined {
  if (token !== undefined) return `Bearer ${token}`;
  return user === undefined ? undefined : `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** Speaks to a SQL server over its REST API. */
export class SqlServerClient {
  readonly url: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #options: ClientOptions;

  /** @throws {DiagnosticError} for what is no URL of HTTP. */
  constructor(url: string, options: ClientOptions = {}) {
    this.url = serverUrl(url).replace(/\/+$/, '');
    this.#options = options;
    const authorization = authorizationOf(options);
    this.#headers = {
      'content-type': 'application/json',
      ...(authorization === undefined ? {} : { authorization }),
    };
  }

  /** The same client at another server. @throws {DiagnosticError} for what is no URL of HTTP. */
  at(url: string): SqlServerClient {
    return new SqlServerClient(url, this.#options);
  }

  /** @throws {OperationalError} `NO_ANSWER` where no server listens. */
  async info(): Promise<ServerInfo> {
    const text = await this.#textOf(await this.#request('/info', undefined), undefined);
    return (JSON.parse(text) as { KsqlServerInfo: ServerInfo }).KsqlServerInfo;
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
  ): Promise<IncomingMessage> {
    const { signal } = options;
    const { tls } = this.#options;
    let answer: IncomingMessage;
    try {
      answer = await exchange(new URL(this.url + path), {
        method: body === undefined ? 'GET' : 'POST',
        headers: { ...this.#headers, accept: options.accept ?? 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal === undefined ? {} : { signal }),
        ...(tls === undefined ? {} : { tls }),
      });
    } catch (error) {
      if (signal?.aborted === true) throw error;
      throw this.#noAnswer(`no SQL server answers at ${this.url}`, error);
    }
    const status = answer.statusCode ?? 0;
    if (status >= 200 && status < 300) return answer;
    const text = await this.#textOf(answer, signal);
    throw new SqlServerError(parseError(text) ?? { error_code: status * 100, message: text });
  }

  async #textOf(answer: IncomingMessage, signal: AbortSignal | undefined): Promise<string> {
    try {
      return await textOf(answer);
    } catch (error) {
      if (signal?.aborted === true) throw error;
      throw this.#noAnswer(`the SQL server at ${this.url} has gone away in the middle of its answer`, error);
    }
  }

  async *#linesOf(answer: IncomingMessage, signal: AbortSignal): AsyncGenerator<string> {
    try {
      yield* linesOf(answer);
    } catch (error) {
      if (signal.aborted) throw error;
      throw this.#noAnswer(`the SQL server at ${this.url} has gone away in the middle of its answer`, error);
    }
  }

  #noAnswer(what: string, error: unknown): OperationalError {
    return new OperationalError('NO_ANSWER', `${what}: ${reasonOf(error)}`, {
      retriable: true,
      cause: error,
    });
  }
}

function serverUrl(text: string): string {
  if (/^https?:\/\//i.test(text) && URL.canParse(text)) return text;
  const guess = `http://${text}`;
  throw new DiagnosticError({
    message: `${JSON.stringify(text)} is no URL of a SQL server`,
    hint: `write it as ${text.includes('://') || !URL.canParse(guess) ? 'http://127.0.0.1:8088' : guess}`,
  });
}

/** Of a name with several addresses each has its own error, and their sum has no text. */
function reasonOf(error: unknown): string {
  if (error instanceof Error && error.message === 'aborted') return 'its connection was closed';
  return error instanceof AggregateError && error.message === ''
    ? error.errors.map(messageOf).join('; ')
    : messageOf(error);
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
