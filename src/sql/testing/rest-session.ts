import { nodeEnvironment } from '../../base/io/node-environment.ts';
import { OperationalError } from '../../base/errors.ts';
import type { RunningQuery } from './case-cluster.ts';
import { isArray, isObject, type Json, type JsonObject, parseJson, printJson } from './lossless-json.ts';

/** How long an answer may be on its way. */
const ANSWER_MS_MAX = 10_000;
/** After the messages that are expected, how long one too many is waited for. */
const EXTRA_MS = 50;
const CONTENT_TYPE = 'application/json';
const PROTOBUF = 'application/vnd.ksql.v1+protobuf';

/** The server has refused a request. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  /** ksqlDB's class of the error's message. */
  readonly type: string;

  constructor(status: number, body: Json) {
    const message = isObject(body) ? body['message'] : undefined;
    super(typeof message === 'string' ? message : printJson(body));
    this.status = status;
    const isStatement = isObject(body) && body['@type'] === 'statement_error';
    this.type = `io.confluent.ksql.rest.entity.Ksql${isStatement ? 'Statement' : ''}ErrorMessage`;
  }
}

interface QueryOptions {
  /** How many messages there should be: where the last one does not end the answer, it is left after them. */
  readonly messages: number;
  readonly ends: boolean;
  /** Called once the query runs. */
  readonly onHeader?: () => Promise<void>;
}

/** A client of the REST API of one server. */
export class RestSession {
  readonly #url: string;
  readonly #properties: Readonly<Record<string, string>>;

  constructor(url: string, properties: Readonly<Record<string, string>>) {
    this.#url = url;
    this.#properties = properties;
  }

  /** Posts statements to `/ksql`; answers its entities. @throws {Refusal} */
  async statements(text: string): Promise<readonly Json[]> {
    const response = await this.#post('/ksql', text);
    const body = parseJson(await response.text());
    return isArray(body) ? body : [body];
  }

  /** Posts a SELECT to `/query`; answers its messages. @throws {Refusal} */
  async query(text: string, options: QueryOptions): Promise<readonly Json[]> {
    const left = new AbortController();
    const response = await this.#post('/query', text, left.signal);
    const messages = new MessageReader(response);
    const wait = (ms: number): Promise<'late'> =>
      nodeEnvironment.timers.sleep(ms).then(() => 'late' as const);
    try {
      for (;;) {
        const isFull = !options.ends && messages.all.length >= options.messages;
        const read = await Promise.race([messages.read(), wait(isFull ? EXTRA_MS : ANSWER_MS_MAX)]);
        if (read === 'late' && isFull) return messages.all;
        if (read === 'late') {
          throw new OperationalError(
            'NO_ANSWER',
            `no more than ${messages.all.length} messages in ${ANSWER_MS_MAX / 1000} s: ${printJson(messages.all)}`,
            { retriable: false },
          );
        }
        if (read === 'end') return messages.all;
        if (read === 'header') await options.onHeader?.();
      }
    } finally {
      left.abort();
    }
  }

  /** Posts a SELECT to `/query-stream` for rows in protobuf; answers the messages. @throws {Refusal} */
  async protobufQuery(text: string): Promise<readonly Json[]> {
    const response = await this.#send('/query-stream', PROTOBUF, { sql: text, properties: this.#properties });
    const body = parseJson(await response.text());
    return isArray(body) ? body : [body];
  }

  /** The persistent queries, with the topics of the sources that each reads. */
  async runningQueries(): Promise<readonly RunningQuery[]> {
    const [listed, streams, tables] = await this.statements('SHOW QUERIES; SHOW STREAMS; SHOW TABLES;');
    const sources = [...itemsOf(streams, 'streams'), ...itemsOf(tables, 'tables')];
    const topicOf = new Map(sources.map(({ name, topic }) => [textOf(name), textOf(topic)]));
    return Promise.all(
      itemsOf(listed, 'queries')
        .filter(({ queryType }) => queryType === 'PERSISTENT')
        .map(async ({ id }) => {
          const [entity] = await this.statements(`EXPLAIN ${textOf(id)};`);
          const found = isObject(entity) ? entity['queryDescription'] : undefined;
          const description = isObject(found) ? found : {};
          const read = isArray(description['sources']) ? description['sources'].map(textOf) : [];
          const topics = read.map((name) => topicOf.get(name) ?? '').filter((topic) => topic !== '');
          return { groupId: textOf(description['consumerGroupId']), topics };
        }),
    );
  }

  #post(path: string, ksql: string, signal?: AbortSignal): Promise<Response> {
    return this.#send(path, CONTENT_TYPE, { ksql, streamsProperties: this.#properties }, signal);
  }

  async #send(path: string, accept: string, body: unknown, signal?: AbortSignal): Promise<Response> {
    const response = await fetch(this.#url + path, {
      method: 'POST',
      headers: { 'content-type': CONTENT_TYPE, accept },
      body: JSON.stringify(body),
      ...(signal === undefined ? {} : { signal }),
    });
    if (response.ok) return response;
    const text = await response.text();
    throw new Refusal(response.status, isJson(text) ? parseJson(text) : text);
  }
}

const isJson = (text: string): boolean => /^\s*[[{]/.test(text);

function itemsOf(entity: Json | undefined, name: string): readonly JsonObject[] {
  const items = isObject(entity) ? entity[name] : undefined;
  return isArray(items) ? items.filter(isObject) : [];
}

function textOf(json: Json | undefined): string {
  return typeof json === 'string' ? json : '';
}

/** Reads the messages of an answer while it comes: one a line, in one JSON array. */
class MessageReader {
  readonly all: Json[] = [];
  readonly #body: AsyncIterator<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #rest = '';
  #pending: Promise<IteratorResult<Uint8Array>> | undefined;

  constructor(response: Response) {
    if (response.body === null) throw new Error('an answer without a body');
    this.#body = response.body[Symbol.asyncIterator]();
  }

  /** Resolves when there are more messages, the header among them or not, or no more to come. */
  async read(): Promise<'header' | 'messages' | 'end'> {
    this.#pending ??= this.#body.next();
    const { done, value } = await this.#pending;
    this.#pending = undefined;
    if (done === true) {
      this.#take(this.#rest);
      return 'end';
    }
    const lines = (this.#rest + this.#decoder.decode(value, { stream: true })).split('\n');
    this.#rest = lines.pop() ?? '';
    const before = this.all.length;
    for (const line of lines) this.#take(line);
    return before === 0 && this.all.length > 0 ? 'header' : 'messages';
  }

  #take(line: string): void {
    const json = line
      .trim()
      .replace(/^\[/, '')
      .replace(/[,\]]$/, '');
    if (json !== '') this.all.push(parseJson(json));
  }
}
