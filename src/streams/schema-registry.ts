import type { Environment } from '../base/environment.ts';
import { nodeEnvironment } from '../base/io/node-environment.ts';
import {
  type CompatibilityLevel,
  deleteSubject,
  httpExchange,
  RegistryClient,
  RegistryState,
  SchemaRegistry,
  type Change,
} from '../registry/index.ts';
import { RegistryError, type ImmediateRegistry, type SchemaRegistryClient } from '../serde/index.ts';
import {
  asRegistryError,
  dependenciesOf,
  placed,
  requestOf,
  schemaOf,
  withRegistryErrors,
} from './registry-answers.ts';

/** How a schema registry elsewhere is asked. */
export interface SchemaRegistryOptions {
  /** `user:password`; those of a URL, where it has some, come first. */
  readonly basicAuth?: string;
  readonly bearerToken?: string;
  /** Certificates and keys, as texts in PEM, as `node:tls` has them. */
  readonly tls?: Parameters<typeof httpExchange>[0]['tls'];
  /** For a whole answer; 30 seconds by default. */
  readonly timeoutMs?: number;
  readonly environment?: Environment;
}

const TIMEOUT_MS = 30_000;

/**
 * A schema registry elsewhere, by Confluent's REST API.
 * @param urls of the servers of one registry: another one is asked where one does not answer.
 * @example
 * const registry = schemaRegistry('http://localhost:8081');
 */
export function schemaRegistry(
  urls: string | readonly string[],
  options: SchemaRegistryOptions = {},
): SchemaRegistryClient & { close(): void } {
  const { environment = nodeEnvironment, timeoutMs = TIMEOUT_MS, basicAuth, bearerToken, tls } = options;
  const http = httpExchange({
    timeoutMs,
    basicAuth,
    bearerToken,
    ...(tls !== undefined && { tls }),
  });
  const client = new RegistryClient({
    exchange: http.exchange,
    urls: typeof urls === 'string' ? [urls] : urls,
    timers: environment.timers,
  });
  return { ...withRegistryErrors(client), close: () => http.close() };
}

/**
 * A schema registry in memory, with the rules of a real one, which answers at once: for tests.
 * @param options.compatibility of all subjects; BACKWARD by default.
 */
export function inMemorySchemaRegistry(
  options: { readonly compatibility?: CompatibilityLevel } = {},
): SchemaRegistryClient {
  const state = new RegistryState();
  const all = new SchemaRegistry(state, { compatibilityLevel: options.compatibility ?? 'BACKWARD' });
  const changed = <T>({ records, answer }: Change<T>): T => {
    for (const record of records) state.apply(record);
    return answer;
  };
  const now: ImmediateRegistry = {
    register: (subject, schema) =>
      answered(() => {
        const id = changed(all.register(subject, requestOf(schema), { normalize: false }));
        return { ...schema, id, dependencies: dependenciesOf(all, schema) };
      }),
    latest: (subject) => found([40401], () => placed(all, all.version(subject, 'latest'))),
    byId: (id) => found([40403], () => schemaOf(all, id)),
    lookup: (subject, schema) =>
      found([40401, 40403], () =>
        placed(all, all.lookup(subject, requestOf(schema), { normalize: false, deleted: 'left out' })),
      ),
  };
  return {
    now,
    register: async (subject, schema) => now.register(subject, schema),
    latest: async (subject) => now.latest(subject),
    versions: async (subject) => state.versions(subject, 'left out').map((stored) => placed(all, stored)),
    byId: async (id) => now.byId(id),
    lookup: async (subject, schema) => now.lookup(subject, schema),
    subjects: async () => state.subjects('left out'),
    deleteSubject: async (subject) => {
      found([40401, 40404], () => changed(deleteSubject(all, subject, { isPermanent: false })));
    },
  };
}

function answered<T>(ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    throw asRegistryError(error);
  }
}

/** Answers undefined for a refusal with one of these codes. */
function found<T>(codes: readonly number[], ask: () => T): T | undefined {
  try {
    return answered(ask);
  } catch (error) {
    if (error instanceof RegistryError && codes.includes(error.code)) return undefined;
    throw error;
  }
}
