import type { SqlType } from '../../serde/model/sql-type.ts';
import type { LogicalSchema } from '../types/logical-schema.ts';

/** A type as ksqlDB's API describes it. */
interface SchemaEntity {
  readonly type: string;
  readonly fields: readonly { readonly name: string; readonly schema: SchemaEntity }[] | null;
  readonly memberSchema: SchemaEntity | null;
  readonly parameters?: { readonly precision: number; readonly scale: number };
}

/** A column; `type` is missing for a plain value column. */
export interface FieldEntity {
  readonly name: string;
  readonly schema: SchemaEntity;
  readonly type?: 'KEY' | 'HEADER';
  readonly headerKey?: string;
}

export function schemaEntity(type: SqlType): SchemaEntity {
  switch (type.kind) {
    case 'DECIMAL': {
      const { precision, scale } = type;
      return { type: type.kind, fields: null, memberSchema: null, parameters: { precision, scale } };
    }
    case 'ARRAY':
      return { type: type.kind, fields: null, memberSchema: schemaEntity(type.element) };
    case 'MAP':
      return { type: type.kind, fields: null, memberSchema: schemaEntity(type.value) };
    case 'STRUCT': {
      const fields = type.fields.map((field) => ({ name: field.name, schema: schemaEntity(field.type) }));
      return { type: type.kind, fields, memberSchema: null };
    }
    default:
      return { type: type.kind, fields: null, memberSchema: null };
  }
}

export function fieldEntities(schema: LogicalSchema): readonly FieldEntity[] {
  return schema.columns.map(({ name, type, namespace, headerKey }) => ({
    name,
    schema: schemaEntity(type),
    ...(namespace === 'KEY' ? { type: 'KEY' as const } : {}),
    ...(namespace === 'HEADERS' ? { type: 'HEADER' as const } : {}),
    ...(headerKey === undefined ? {} : { headerKey }),
  }));
}
