import { OperationalError } from '../../base/errors.ts';
import { SerdeError } from '../../serde/model/serde-error.ts';
import type { RegisteredSchema } from '../../serde/schemas/registered-schema.ts';
import { RegistryError, type SchemaRegistryClient } from '../../serde/schemas/registry-client.ts';
import type { WrittenSchema } from '../analysis/written-schemas.ts';
import type { QuerySchemas } from '../lowering/query-schemas.ts';
import type { QueryPlan } from '../physical/steps.ts';

/** What queries ask of a registry. */
export type RegistryForQueries = Pick<SchemaRegistryClient, 'byId' | 'register'>;

/**
 * What the queries of a thread know of the schema registry: schemas by id, for good, and those that they write. An id that the
 * registry does not have is asked for with each batch that has it: it may come.
 */
export class SchemaCache implements QuerySchemas {
  readonly #registry: RegistryForQueries;
  readonly #known = new Map<number, RegisteredSchema>();
  readonly #missing = new Set<number>();
  readonly #fetches = new Map<number, Promise<void>>();
  readonly #written = new Map<string, RegisteredSchema>();

  constructor(registry: RegistryForQueries) {
    this.#registry = registry;
  }

  byId(id: number): RegisteredSchema | undefined {
    const known = this.#known.get(id);
    if (known === undefined && this.#missing.has(id)) {
      throw new SerdeError(`Schema ${id} not found in the schema registry`);
    }
    return known;
  }

  /** Asks for the schema of an id, unless it is known. @throws {OperationalError} where the registry does not answer. */
  fetch(id: number): Promise<void> | undefined {
    if (this.#known.has(id)) return undefined;
    let fetch = this.#fetches.get(id);
    if (fetch === undefined) {
      fetch = this.#fetch(id).finally(() => this.#fetches.delete(id));
      this.#fetches.set(id, fetch);
    }
    return fetch;
  }

  async #fetch(id: number): Promise<void> {
    const schema = await asked(`schema ${id}`, () => this.#registry.byId(id));
    if (schema === undefined) this.#missing.add(id);
    else this.#learn(schema);
  }

  #learn(schema: RegisteredSchema): void {
    this.#known.set(schema.id, schema);
    this.#missing.delete(schema.id);
  }

  /**
   * Has the schemas registered that a query writes, before it starts.
   * @throws {OperationalError} where the registry does not answer, or does not take them.
   */
  async prepare({ root }: QueryPlan): Promise<void> {
    if (root.step !== 'sink' || root.schemas === undefined) return;
    const { key, value } = root.schemas;
    for (const written of [key, value]) if (written !== undefined) await this.#register(written);
  }

  async #register(written: WrittenSchema): Promise<void> {
    const name = nameOf(written);
    if (this.#written.has(name)) return;
    const schema = await asked(`the schema of ${written.subject}`, () =>
      'schema' in written
        ? this.#registry.register(written.subject, written.schema)
        : this.#registry.byId(written.id),
    );
    if (schema === undefined) {
      throw new OperationalError(
        'SCHEMA_REGISTRY',
        `${written.subject}: ${name} is not in the schema registry`,
        {
          retriable: true,
        },
      );
    }
    this.#learn(schema);
    this.#written.set(name, schema);
  }

  written(written: WrittenSchema): RegisteredSchema {
    const schema = this.#written.get(nameOf(written));
    if (schema === undefined) throw new SerdeError(`no schema of ${written.subject} was registered`);
    return schema;
  }
}

const nameOf = (written: WrittenSchema): string =>
  'schema' in written ? JSON.stringify([written.subject, written.schema]) : `schema ${written.id}`;

async function asked<T>(what: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    throw new OperationalError(
      'SCHEMA_REGISTRY',
      `the schema registry does not give ${what}: ${error.message}`,
      {
        retriable: error.retriable,
        cause: error,
      },
    );
  }
}
