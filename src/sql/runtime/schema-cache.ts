import { OperationalError } from '../../base/errors.ts';
import { SerdeError } from '../../serde/model/serde-error.ts';
import type { RegisteredSchema } from '../../serde/schemas/registered-schema.ts';
import { askRegistry, KnownSchemas } from '../../serde/schemas/known-schemas.ts';
import type { SchemaRegistryClient } from '../../serde/schemas/registry-client.ts';
import type { WrittenSchema } from '../analysis/written-schemas.ts';
import type { QuerySchemas } from '../lowering/query-schemas.ts';
import type { QueryPlan } from '../physical/steps.ts';

/** What queries ask of a registry. */
export type RegistryForQueries = Pick<SchemaRegistryClient, 'byId' | 'register'>;

/** What the queries of a thread know of the schema registry: schemas by id, and those that they write. */
export class SchemaCache extends KnownSchemas implements QuerySchemas {
  readonly #registry: RegistryForQueries;
  readonly #written = new Map<string, RegisteredSchema>();

  constructor(registry: RegistryForQueries) {
    super(registry);
    this.#registry = registry;
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
    const schema = await askRegistry(`the schema of ${written.subject}`, () =>
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
    this.learn(schema);
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
