import type { Row } from '../../serde/model/sql-value.ts';
import { formatOf } from '../../serde/formats.ts';
import { SerdeError } from '../../serde/model/serde-error.ts';
import type { RegisteredSchema } from '../../serde/schemas/registered-schema.ts';
import { RegistryError, type SchemaRegistryClient } from '../../serde/schemas/registry-client.ts';
import type { SerdeSchemas } from '../../serde/schemas/schema-lookup.ts';
import { registrationFailure } from '../analysis/registration-failure.ts';
import { type WrittenSchema, writtenSchemas } from '../analysis/written-schemas.ts';
import { refuse } from '../analysis/sql-error.ts';
import type { DataSource } from '../catalog/data-source.ts';
import { insertValuesMessages } from '../messages/insert-values.ts';

type Side = 'key' | 'value';

/** Writes rows of one side of a source as what its records hold. @throws {DiagnosticError} for what the schema does not take. */
export type SideWriter = (row: Row) => Buffer | null;

/**
 * The writer of a side of a source's records.
 * @param written the schema that they are written with, where the format has registered ones.
 */
export function sideWriter(
  side: Side,
  { topic, schema }: DataSource,
  written: RegisteredSchema | undefined,
): SideWriter {
  const columns = side === 'key' ? schema.key : schema.value;
  if (columns.length === 0) return () => null;
  const { format, properties, features } = side === 'key' ? topic.keyFormat : topic.valueFormat;
  const spec = { columns, side, properties, features: new Set(features) };
  const serde = formatOf(format).createSerde(spec, writing(written));
  return (row) => {
    try {
      return serde.serialize(row);
    } catch (error) {
      if (written === undefined || !(error instanceof SerdeError)) throw error;
      throw refuse(insertValuesMessages.value(error.message));
    }
  };
}

/**
 * The schema that a side of a source's records is written with, registered where it is not yet.
 * @throws {DiagnosticError} where the registry refuses it; {OperationalError} where it does not answer.
 */
export async function registeredSchema(
  side: Side,
  source: DataSource,
  registry: SchemaRegistryClient,
): Promise<RegisteredSchema | undefined> {
  const written = writtenSchemas(source)[side];
  return written === undefined ? undefined : registered(written, registry);
}

async function registered(written: WrittenSchema, registry: SchemaRegistryClient): Promise<RegisteredSchema> {
  try {
    if ('schema' in written) return await registry.register(written.subject, written.schema);
    const schema = await registry.byId(written.id);
    if (schema !== undefined) return schema;
    throw refuse(insertValuesMessages.value(`Schema ${written.id} not found`));
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    throw registrationFailure(written.subject, error);
  }
}

/** What is only written, by a schema that is known. */
function writing(written: RegisteredSchema | undefined): SerdeSchemas | undefined {
  if (written === undefined) return undefined;
  return { lookup: { byId: () => undefined }, written: () => written };
}
