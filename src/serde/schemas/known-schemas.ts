import { OperationalError } from '../../base/errors.ts';
import { SerdeError } from '../model/serde-error.ts';
import type { RegisteredSchema } from './registered-schema.ts';
import { RegistryError, type SchemaRegistryClient } from './registry-client.ts';
import type { SchemaLookup } from './schema-lookup.ts';

/**
 * What was learnt of a registry: schemas by id, for good. An id that the registry does not have is asked for with each batch that
 * has it: it may come.
 */
export class KnownSchemas implements SchemaLookup {
  readonly #registry: Pick<SchemaRegistryClient, 'byId'>;
  readonly #known = new Map<number, RegisteredSchema>();
  readonly #missing = new Set<number>();
  readonly #fetches = new Map<number, Promise<void>>();

  constructor(registry: Pick<SchemaRegistryClient, 'byId'>) {
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
    const schema = await askRegistry(`schema ${id}`, () => this.#registry.byId(id));
    if (schema === undefined) this.#missing.add(id);
    else this.learn(schema);
  }

  learn(schema: RegisteredSchema): void {
    this.#known.set(schema.id, schema);
    this.#missing.delete(schema.id);
  }
}

/**
 * Asks a registry.
 * @param what is asked for, as the error names it.
 * @throws {OperationalError} `SCHEMA_REGISTRY` for what it refuses, and where it does not answer.
 */
export async function askRegistry<T>(what: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    throw new OperationalError(
      'SCHEMA_REGISTRY',
      `the schema registry does not give ${what}: ${error.message}`,
      { retriable: error.retriable, cause: error },
    );
  }
}
