import type { Timers } from '../../base/environment.ts';
import { OperationalError } from '../../base/errors.ts';
import {
  orUndefined,
  RegistryClient,
  RegistryRefusal,
  type SchemaRegistry,
  type SchemaRequest,
  type StoredSchema,
} from '../../registry/index.ts';
import {
  type RegisteredSchema,
  RegistryError,
  type SchemaRegistryClient,
  type SchemaText,
  type SubjectSchema,
} from '../../serde/index.ts';
import type { RegistryService } from './registry-service.ts';

/** Asks the registry of this server, without a way over HTTP. Rejects with {@link RegistryRefusal}, see {@link refusingAsSql}. */
export class EmbeddedRegistryClient implements SchemaRegistryClient {
  readonly #service: RegistryService;
  readonly #timers: Timers;

  constructor(service: RegistryService, timers: Timers) {
    this.#service = service;
    this.#timers = timers;
  }

  async register(subject: string, schema: SchemaText): Promise<RegisteredSchema> {
    const { exchange } = this.#service;
    const registered = await this.#service.forward((url) =>
      new RegistryClient({ exchange, urls: [url], timers: this.#timers, attemptsMax: 1 }).register(
        subject,
        schema,
      ),
    );
    if (registered !== undefined) return registered;
    const request = requestOf(schema);
    const id = await this.#service.change((all) => all.register(subject, request, { normalize: false }));
    const dependencies = await this.#service.read((all) => dependenciesOf(all, schema));
    return { ...schema, id, dependencies };
  }

  latest(subject: string): Promise<SubjectSchema | undefined> {
    return orUndefined([40401], () =>
      this.#service.read((all) => placed(all, all.version(subject, 'latest'))),
    );
  }

  byId(id: number): Promise<RegisteredSchema | undefined> {
    return orUndefined([40403], () =>
      this.#service.read((all) => {
        const [stored] = all.byId(id);
        return stored === undefined ? undefined : placed(all, stored);
      }),
    );
  }

  lookup(subject: string, schema: SchemaText): Promise<SubjectSchema | undefined> {
    return orUndefined([40401, 40403], () =>
      this.#service.read((all) =>
        placed(all, all.lookup(subject, requestOf(schema), { normalize: false, deleted: 'left out' })),
      ),
    );
  }

  async subjects(): Promise<readonly string[]> {
    return this.#service.read(({ state }) => state.subjects('left out'));
  }
}

/** A registry, this server's or another, as SQL asks it: with the errors that SQL knows. */
export function refusingAsSql(client: SchemaRegistryClient): SchemaRegistryClient {
  return {
    register: (subject, schema) => asked(() => client.register(subject, schema)),
    latest: (subject) => asked(() => client.latest(subject)),
    byId: (id) => asked(() => client.byId(id)),
    lookup: (subject, schema) => asked(() => client.lookup(subject, schema)),
    subjects: () => asked(() => client.subjects()),
  };
}

function placed(registry: SchemaRegistry, stored: StoredSchema): SubjectSchema {
  const { id, type, schema, references, subject, version } = stored;
  return { id, type, schema, references, subject, version, dependencies: dependenciesOf(registry, stored) };
}

function dependenciesOf(
  { parsed }: SchemaRegistry,
  { references }: Pick<SchemaText, 'references'>,
): RegisteredSchema['dependencies'] {
  return [...parsed.dependencies(references)].map(([name, schema]) => ({ name, schema }));
}

function requestOf({ type, schema, references }: SchemaText): SchemaRequest {
  return { schema, schemaType: type, references, metadata: undefined, ruleSet: undefined };
}

async function asked<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw asRegistryError(error);
  }
}

function asRegistryError(cause: unknown): unknown {
  if (cause instanceof RegistryRefusal) {
    return new RegistryError(cause.code, cause.message, { cause, retriable: cause.status >= 500 });
  }
  if (cause instanceof OperationalError) {
    return new RegistryError(503, cause.message, { cause, retriable: cause.retriable });
  }
  return cause;
}
