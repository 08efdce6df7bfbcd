import type { FormatColumn } from '../../serde/contract/format.ts';
import { formatOf } from '../../serde/formats.ts';
import { sameType } from '../../serde/model/sql-type.ts';
import type { SchemaText } from '../../serde/schemas/registered-schema.ts';
import type { DataSource } from '../catalog/data-source.ts';
import { schemaMessages } from '../messages/schemas.ts';
import { columnsOfSchema, schemaIdIn } from './infer-columns.ts';
import { noSchemaFacts, subjectOf } from './schema-facts.ts';
import type { AnalysisContext } from './session.ts';
import { refuse } from './sql-error.ts';
import type { WithProperties } from './with-properties.ts';

/** The schema that a side of a topic's records is written with: a text to register, or what an id names. */
export type WrittenSchema =
  | { readonly subject: string; readonly schema: SchemaText }
  | { readonly subject: string; readonly id: number };

/** By side; absent where the format has none. */
export interface WrittenSchemas {
  readonly key?: WrittenSchema;
  readonly value?: WrittenSchema;
}

/** A schema that a plan registers. */
export interface SchemaRegistration {
  readonly subject: string;
  readonly schema: SchemaText;
  /** Only where the subject has none: a topic's own schema stays what it is. */
  readonly ifAbsent?: true;
}

/** What is registered for a source: what an id names is registered already. */
export function registrationsOf(
  source: Pick<DataSource, 'topic' | 'schema'>,
  options: { readonly ifAbsent?: true } = {},
): readonly SchemaRegistration[] {
  const { key, value } = writtenSchemas(source);
  return [key, value].flatMap((written) =>
    written === undefined || !('schema' in written) ? [] : [{ ...written, ...options }],
  );
}

/** The schemas that records of a source are written with, as its formats and its columns say. */
export function writtenSchemas({ topic, schema }: Pick<DataSource, 'topic' | 'schema'>): WrittenSchemas {
  const key = writtenSchema(topic.name, 'KEY', topic.keyFormat, schema.key);
  const value = writtenSchema(topic.name, 'VALUE', topic.valueFormat, schema.value);
  return { ...(key === undefined ? {} : { key }), ...(value === undefined ? {} : { value }) };
}

function writtenSchema(
  topic: string,
  side: 'KEY' | 'VALUE',
  { format, properties, features }: DataSource['topic']['valueFormat'],
  columns: readonly FormatColumn[],
): WrittenSchema | undefined {
  const { schemas } = formatOf(format);
  if (schemas === undefined || columns.length === 0) return undefined;
  const subject = subjectOf(topic, side);
  const { schemaId } = properties;
  if (schemaId !== undefined) return { subject, id: Number(schemaId) };
  const spec = {
    columns: columns.map(({ name, type }) => ({ name, type })),
    side: side === 'KEY' ? ('key' as const) : ('value' as const),
    features: new Set(features),
    properties,
  };
  return { subject, schema: schemas.toSchema(spec) };
}

/**
 * Checks the columns of a sink against the schemas that its WITH clause names: they must be its first ones, in its order.
 * @throws {DiagnosticError}
 */
export function checkSinkSchemas(
  { topic, schema }: Pick<DataSource, 'topic' | 'schema'>,
  properties: WithProperties,
  context: AnalysisContext,
): void {
  for (const side of ['KEY', 'VALUE'] as const) {
    const id = schemaIdIn(properties, side);
    if (id === undefined) continue;
    const registered = (context.schemas ?? noSchemaFacts).ids.get(id);
    const subject = subjectOf(topic.name, side);
    if (registered === undefined) {
      throw refuse(schemaMessages.missing({ side, topic: topic.name, subject, id }));
    }
    const { format } = side === 'KEY' ? topic.keyFormat : topic.valueFormat;
    const found = columnsOfSchema({ side, topic: topic.name, format, properties }, registered);
    const wanted = side === 'KEY' ? schema.key : schema.value;
    const changed = wanted.filter(({ name, type }, index) => {
      const other = found[index];
      return other === undefined || other.name !== name || !sameType(other.type, type);
    });
    if (changed.length > 0) throw refuse(schemaMessages.changedColumns({ side, changed, registered: found }));
  }
}
