import { DiagnosticError } from '../../base/errors.ts';
import type { FormatColumn } from '../../serde/contract/format.ts';
import { formatOf } from '../../serde/formats.ts';
import { structType, type SqlType } from '../../serde/model/sql-type.ts';
import { SerdeError } from '../../serde/model/serde-error.ts';
import type { RegisteredSchema } from '../../serde/schemas/registered-schema.ts';
import { schemaMessages } from '../messages/schemas.ts';
import { noSchemaFacts, subjectOf } from './schema-facts.ts';
import type { AnalysisContext } from './session.ts';
import { refuse } from './sql-error.ts';
import type { WithProperties } from './with-properties.ts';

type Side = 'KEY' | 'VALUE';

interface Inference {
  readonly side: Side;
  readonly topic: string;
  /** Upper case. */
  readonly format: string;
  readonly properties: WithProperties;
}

/** The id that a WITH clause names for a side. */
export function schemaIdIn(properties: WithProperties, side: Side): number | undefined {
  const text = properties.string(`${side}_SCHEMA_ID`);
  return text === undefined ? undefined : Number(text);
}

/**
 * The columns of a side by its registered schema: the one of the id that the statement names, with the names as they are there,
 * or the newest one of the topic, with names as if nobody had quoted them.
 * @throws {DiagnosticError} where there is none, or none that rows can have.
 */
export function inferColumns(inference: Inference, context: AnalysisContext): readonly FormatColumn[] {
  const { side, topic, properties } = inference;
  const { subjects, ids } = context.schemas ?? noSchemaFacts;
  const id = schemaIdIn(properties, side);
  const subject = subjectOf(topic, side);
  const schema = id === undefined ? subjects.get(subject) : ids.get(id);
  if (schema === undefined) throw refuse(schemaMessages.missing({ side, topic, subject, id }));
  const columns = columnsOfSchema(inference, schema);
  return id === undefined ? columns.map(upperCased) : columns;
}

/** The columns that a registered schema has, with its own names. @throws {DiagnosticError} */
export function columnsOfSchema(
  { side, topic, format, properties }: Inference,
  schema: RegisteredSchema,
): readonly FormatColumn[] {
  const { schemas, features } = formatOf(format);
  if (schemas === undefined) return [];
  if (schemas.type !== schema.type) {
    const registered = schema.type === 'JSON' ? 'JSON_SR' : schema.type;
    throw refuse(schemaMessages.wrongFormat({ side, registered }));
  }
  const wrap = properties.boolean('WRAP_SINGLE_VALUE');
  const isBare = side === 'KEY' ? features.has('UNWRAP_SINGLES') : wrap === false;
  try {
    const columns = schemas.toColumns(schema, {
      side: side === 'KEY' ? 'key' : 'value',
      features: new Set(isBare ? ['UNWRAP_SINGLES'] : []),
      properties: properties.formatProperties(side),
    });
    if (columns.length === 0) throw refuse(schemaMessages.noColumns(schema.schema));
    return columns;
  } catch (error) {
    if (!(error instanceof DiagnosticError || error instanceof SerdeError || error instanceof RangeError)) {
      throw error;
    }
    const reason = error.message;
    throw refuse(schemaMessages.incompatible({ side, topic, reason, schema: schema.schema }));
  }
}

/** A column whose names, and those of its fields, are as if nobody had quoted them. */
export function upperCased({ name, type }: FormatColumn): FormatColumn {
  return { name: name.toUpperCase(), type: upperCasedType(type) };
}

function upperCasedType(type: SqlType): SqlType {
  switch (type.kind) {
    case 'STRUCT':
      return structType(type.fields.map(upperCased));
    case 'ARRAY':
      return { ...type, element: upperCasedType(type.element) };
    case 'MAP':
      return { ...type, value: upperCasedType(type.value) };
    default:
      return type;
  }
}
