import type { RegisteredSchema, SchemaText, SubjectSchema } from '../../serde/schemas/registered-schema.ts';
import { RegistryError, type SchemaRegistryClient } from '../../serde/schemas/registry-client.ts';

/**
 * A registry in memory, for tests and for cases: subjects, versions and ids. It checks no compatibility, and one schema has one
 * id under whichever subjects it is registered.
 */
export class MemoryRegistry implements SchemaRegistryClient {
  readonly #byId = new Map<number, RegisteredSchema>();
  readonly #subjects = new Map<string, SubjectSchema[]>();
  #nextId = 1;

  register(subject: string, schema: SchemaText): Promise<RegisteredSchema> {
    return Promise.resolve(this.registerNow(subject, schema));
  }

  /** As {@link register}, at once. @param id the one that it is to have; by default that of the same schema, or the next one. */
  registerNow(subject: string, schema: SchemaText, id?: number): SubjectSchema {
    const known = this.#find(subject, schema);
    if (known !== undefined && (id === undefined || known.id === id)) return known;
    const same = [...this.#byId.values()].find((each) => isSame(each, schema));
    const registered: RegisteredSchema = {
      ...schema,
      id: id ?? same?.id ?? this.#newId(),
      dependencies: schema.references.flatMap(({ name, subject: used, version }) => {
        const target = this.#subjects.get(used)?.find((each) => each.version === version);
        if (target === undefined)
          throw new RegistryError(
            42201,
            `No schema reference found for subject "${used}" and version ${version}`,
          );
        return [...target.dependencies, { name, schema: target.schema }];
      }),
    };
    this.#byId.set(registered.id, registered);
    const versions = this.#subjects.get(subject) ?? [];
    const placed = { ...registered, subject, version: versions.length + 1 };
    this.#subjects.set(subject, [...versions, placed]);
    return placed;
  }

  #newId(): number {
    while (this.#byId.has(this.#nextId)) this.#nextId += 1;
    return this.#nextId;
  }

  #find(subject: string, schema: SchemaText): SubjectSchema | undefined {
    return this.#subjects.get(subject)?.find((each) => isSame(each, schema));
  }

  latest(subject: string): Promise<SubjectSchema | undefined> {
    return Promise.resolve(this.latestNow(subject));
  }

  versions(subject: string): Promise<readonly SubjectSchema[]> {
    return Promise.resolve(this.#subjects.get(subject) ?? []);
  }

  byId(id: number): Promise<RegisteredSchema | undefined> {
    return Promise.resolve(this.byIdNow(id));
  }

  byIdNow(id: number): RegisteredSchema | undefined {
    return this.#byId.get(id);
  }

  latestNow(subject: string): SubjectSchema | undefined {
    return this.#subjects.get(subject)?.at(-1);
  }

  lookup(subject: string, schema: SchemaText): Promise<SubjectSchema | undefined> {
    return Promise.resolve(this.#find(subject, schema));
  }

  subjects(): Promise<readonly string[]> {
    return Promise.resolve([...this.#subjects.keys()].toSorted());
  }

  deleteSubject(subject: string): Promise<void> {
    this.#subjects.delete(subject);
    return Promise.resolve();
  }
}

function isSame(one: SchemaText, other: SchemaText): boolean {
  return (
    one.type === other.type &&
    one.schema === other.schema &&
    JSON.stringify(one.references) === JSON.stringify(other.references)
  );
}
