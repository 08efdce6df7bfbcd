import type { Timers } from '../../base/environment.ts';
import { OperationalError } from '../../base/errors.ts';
import {
  isJsonArray,
  isJsonObject,
  JsonNumber,
  type JsonObject,
  type JsonValue,
} from '../languages/json-text.ts';
import type { SchemaReference, SchemaType } from '../languages/parsed-schema.ts';
import { orUndefined, RegistryRefusal } from '../refusals/refusal.ts';
import { isSchemaType } from '../subjects/languages.ts';
import { referencesOf } from '../subjects/record-codec.ts';
import type { RegistryExchange } from './exchange.ts';

/** A schema as it is sent. */
export interface ClientSchema {
  readonly type: SchemaType;
  readonly schema: string;
  readonly references: readonly SchemaReference[];
}

/** A schema with its id, and with the texts of what it refers to, each after those that it uses itself. */
export interface ClientRegisteredSchema extends ClientSchema {
  readonly id: number;
  readonly dependencies: readonly { readonly name: string; readonly schema: string }[];
}

export interface ClientSubjectSchema extends ClientRegisteredSchema {
  readonly subject: string;
  readonly version: number;
}

interface RegistryClientOptions {
  readonly exchange: RegistryExchange;
  /** Base URLs of the servers of one registry: another one is asked where one does not answer. */
  readonly urls: readonly string[];
  readonly timers: Timers;
  /** Times that all servers are asked before it is given up. */
  readonly attemptsMax?: number;
  readonly backoffMs?: number;
}

/** What is asked of a registry. */
interface Request {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: string;
}

const ATTEMPTS_MAX = 4;
const BACKOFF_MS = 100;
/** Schemas that are kept by id, and by subject and version; neither changes. */
const KEPT_MAX = 10_000;

/**
 * A client of a schema registry elsewhere, by Confluent's REST API. What never changes is asked for once: schemas by id, and
 * versions. Rejects with {@link RegistryRefusal} for what the registry refuses, and with an {@link OperationalError}
 * `REGISTRY_UNAVAILABLE` where no server answers.
 */
export class RegistryClient {
  readonly #options: RegistryClientOptions;
  readonly #byId = new Map<number, Promise<ClientRegisteredSchema | undefined>>();
  readonly #versions = new Map<string, Promise<ClientSubjectSchema>>();
  /** The server that has answered last. */
  #server = 0;

  constructor(options: RegistryClientOptions) {
    this.#options = options;
  }

  /** Registers a schema; one that is there already has its id again. */
  async register(subject: string, schema: ClientSchema): Promise<ClientRegisteredSchema> {
    const path = `/subjects/${encodeURIComponent(subject)}/versions`;
    const answer = await this.#ask({ method: 'POST', path, body: requestBody(schema) });
    const id = integer(answer, 'id');
    return { ...schema, id, dependencies: await this.#dependencies(schema.references) };
  }

  /** The newest version of a subject; undefined where there is no such subject. */
  latest(subject: string): Promise<ClientSubjectSchema | undefined> {
    return orUndefined([40401], () => this.#version(subject, 'latest'));
  }

  /** All versions of a subject, the oldest first; none where there is no such subject. */
  async versions(subject: string): Promise<readonly ClientSubjectSchema[]> {
    const path = `/subjects/${encodeURIComponent(subject)}/versions`;
    const answer = await orUndefined([40401], () => this.#ask({ method: 'GET', path }));
    const numbers = isJsonArray(answer) ? answer.filter((each) => each instanceof JsonNumber) : [];
    return Promise.all(numbers.map(({ value }) => this.#keptVersion(subject, value)));
  }

  /** The schema of an id; undefined where there is none. */
  byId(id: number): Promise<ClientRegisteredSchema | undefined> {
    return kept(this.#byId, id, () =>
      orUndefined([40403], async () => {
        const answer = await this.#ask({ method: 'GET', path: `/schemas/ids/${id}` });
        return { ...(await this.#content(answer)), id };
      }),
    );
  }

  /** Where a schema is in a subject; undefined where it is not there. */
  lookup(subject: string, schema: ClientSchema): Promise<ClientSubjectSchema | undefined> {
    return orUndefined([40401, 40403], async () => {
      const path = `/subjects/${encodeURIComponent(subject)}`;
      const answer = await this.#ask({ method: 'POST', path, body: requestBody(schema) });
      return this.#placed(answer, subject);
    });
  }

  /** Names of the subjects, sorted. */
  async subjects(): Promise<readonly string[]> {
    const answer = await this.#ask({ method: 'GET', path: '/subjects' });
    return isJsonArray(answer) ? answer.filter((name) => typeof name === 'string').toSorted() : [];
  }

  /** Deletes all versions of a subject, softly. No error where there is no such subject, or it was deleted before. */
  async deleteSubject(subject: string): Promise<void> {
    const path = `/subjects/${encodeURIComponent(subject)}`;
    await orUndefined([40401, 40404], () => this.#ask({ method: 'DELETE', path }));
  }

  async #version(subject: string, version: number | 'latest'): Promise<ClientSubjectSchema> {
    const path = `/subjects/${encodeURIComponent(subject)}/versions/${version}`;
    return this.#placed(await this.#ask({ method: 'GET', path }), subject);
  }

  #keptVersion(subject: string, version: number): Promise<ClientSubjectSchema> {
    return kept(this.#versions, `${version} ${subject}`, () => this.#version(subject, version));
  }

  async #placed(answer: JsonValue, subject: string): Promise<ClientSubjectSchema> {
    const [id, version] = [integer(answer, 'id'), integer(answer, 'version')];
    return { ...(await this.#content(answer)), id, subject, version };
  }

  async #content(answer: JsonValue): Promise<Omit<ClientRegisteredSchema, 'id'>> {
    const json = object(answer);
    const [schema, type] = [json.get('schema'), json.get('schemaType') ?? 'AVRO'];
    if (typeof schema !== 'string' || typeof type !== 'string' || !isSchemaType(type)) throw unreadable();
    const references = referencesOf(json.get('references'));
    return { type, schema, references, dependencies: await this.#dependencies(references) };
  }

  async #dependencies(
    references: readonly SchemaReference[],
  ): Promise<readonly { readonly name: string; readonly schema: string }[]> {
    const found = await Promise.all(
      references.map(async ({ name, subject, version }) => {
        const used = await this.#keptVersion(subject, version);
        return [...used.dependencies, { name, schema: used.schema }];
      }),
    );
    // What several refer to is told once.
    return [...new Map(found.flat().map((dependency) => [dependency.name, dependency])).values()];
  }

  /** Asks one server after the other, and all of them again after a while. */
  async #ask({ method, path, body }: Request): Promise<JsonValue> {
    const { exchange, urls, timers, attemptsMax = ATTEMPTS_MAX, backoffMs = BACKOFF_MS } = this.#options;
    let failure: unknown;
    for (let attempt = 0; attempt < attemptsMax * urls.length; attempt++) {
      const isNextRound = attempt > 0 && attempt % urls.length === 0;
      if (isNextRound) await timers.sleep(backoffMs * 2 ** (attempt / urls.length - 1));
      const url = urls[this.#server % urls.length] ?? '';
      try {
        const { status, json } = await exchange({ method, url: `${url.replace(/\/$/, '')}${path}`, body });
        if (status < 500) return answered(status, json);
        failure = new Error(`status ${status}`);
      } catch (error) {
        if (error instanceof RegistryRefusal) throw error;
        failure = error;
      }
      this.#server += 1;
    }
    const why = failure instanceof Error ? failure.message : String(failure);
    // Logs and other clients are told: not the users and passwords.
    const places = urls.map((url) => url.replace(/\/\/[^/]*@/, '//')).join(', ');
    throw new OperationalError(
      'REGISTRY_UNAVAILABLE',
      `the schema registry at ${places} does not answer: ${why}`,
      { retriable: true, cause: failure },
    );
  }
}

/** @throws {RegistryRefusal} for an answer that is one. */
function answered(status: number, json: JsonValue | undefined): JsonValue {
  if (status < 300) return json ?? null;
  const code = isJsonObject(json) ? json.get('error_code') : undefined;
  const message = isJsonObject(json) ? json.get('message') : undefined;
  throw new RegistryRefusal(
    code instanceof JsonNumber ? code.value : status,
    typeof message === 'string' ? message : `HTTP ${status}`,
  );
}

function requestBody({ type, schema, references }: ClientSchema): string {
  return JSON.stringify({
    schema,
    ...(type === 'AVRO' ? {} : { schemaType: type }),
    ...(references.length === 0 ? {} : { references }),
  });
}

function object(json: JsonValue): JsonObject {
  if (isJsonObject(json)) return json;
  throw unreadable();
}

function integer(json: JsonValue, name: string): number {
  const value = object(json).get(name);
  if (value instanceof JsonNumber && value.isIntegral) return value.value;
  throw unreadable();
}

function unreadable(): OperationalError {
  return new OperationalError(
    'REGISTRY_UNREADABLE',
    'the schema registry has answered what is not of its API',
    { retriable: false },
  );
}

/** Asks once at a time, and not again for what was answered. */
function kept<K, T>(answers: Map<K, Promise<T>>, key: K, ask: () => Promise<T>): Promise<T> {
  const known = answers.get(key);
  if (known !== undefined) return known;
  const [oldest] = answers.keys();
  if (answers.size >= KEPT_MAX && oldest !== undefined) answers.delete(oldest);
  const asked = ask().then(
    (answer) => {
      // What is not there may come.
      if (answer === undefined) answers.delete(key);
      return answer;
    },
    (error: unknown) => {
      answers.delete(key);
      throw error;
    },
  );
  answers.set(key, asked);
  return asked;
}
