import { OperationalError } from '../base/errors.ts';
import {
  RegistryRefusal,
  type SchemaRegistry,
  type SchemaRequest,
  type StoredSchema,
} from '../registry/index.ts';
import {
  type RegisteredSchema,
  RegistryError,
  type SchemaRegistryClient,
  type SchemaText,
  type SubjectSchema,
} from '../serde/index.ts';

/** A registry, of this process or another, as serdes and SQL ask it: with the errors that they know. */
export function withRegistryErrors(client: SchemaRegistryClient): SchemaRegistryClient {
  return {
    register: (subject, schema) => asked(() => client.register(subject, schema)),
    latest: (subject) => asked(() => client.latest(subject)),
    versions: (subject) => asked(() => client.versions(subject)),
    byId: (id) => asked(() => client.byId(id)),
    lookup: (subject, schema) => asked(() => client.lookup(subject, schema)),
    subjects: () => asked(() => client.subjects()),
    deleteSubject: (subject) => asked(() => client.deleteSubject(subject)),
  };
}

/** The schema of an id. */
export function schemaOf(registry: SchemaRegistry, id: number): SubjectSchema | undefined {
  const [stored] = registry.byId(id);
  return stored === undefined ? undefined : placed(registry, stored);
}

/** A schema that a registry has, with what it refers to. */
export function placed(registry: SchemaRegistry, stored: StoredSchema): SubjectSchema {
  const { id, type, schema, references, subject, version } = stored;
  return { id, type, schema, references, subject, version, dependencies: dependenciesOf(registry, stored) };
}

/** What a schema refers to, and what that does. */
export function dependenciesOf(
  { parsed }: SchemaRegistry,
  { references }: Pick<SchemaText, 'references'>,
): RegisteredSchema['dependencies'] {
  return [...parsed.dependencies(references)].map(([name, schema]) => ({ name, schema }));
}

export function requestOf({ type, schema, references }: SchemaText): SchemaRequest {
  return { schema, schemaType: type, references, metadata: undefined, ruleSet: undefined };
}

async function asked<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw asRegistryError(error);
  }
}

/** A refusal of the registry as its clients know it. */
export function asRegistryError(cause: unknown): unknown {
  if (cause instanceof RegistryRefusal) {
    return new RegistryError(cause.code, cause.message, { cause, retriable: cause.status >= 500 });
  }
  if (cause instanceof OperationalError) {
    return new RegistryError(503, cause.message, { cause, retriable: cause.retriable });
  }
  return cause;
}
