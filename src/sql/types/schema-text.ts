import { parse } from '../../../grammar/parse.ts';
import { DiagnosticError } from '../../base/errors.ts';
import type { SqlType } from '../../serde/model/sql-type.ts';
import { typeFromSyntax } from './from-syntax.ts';
import { LogicalSchema, type SchemaColumn } from './logical-schema.ts';

/**
 * Reads a schema as {@link LogicalSchema.toString} prints it: ``ID INTEGER KEY, `v` STRUCT<A STRING>``.
 * @throws {DiagnosticError} where the text is no list of columns.
 */
export function parseSchema(
  text: string,
  resolveCustom?: (name: string) => SqlType | undefined,
): LogicalSchema {
  if (text.trim() === '') return new LogicalSchema([]);
  const statement = parse(`CREATE STREAM S (${text}) WITH (KAFKA_TOPIC='T');`)[0];
  if (statement?.kind !== 'CreateSource') throw new DiagnosticError({ message: `not a schema: ${text}` });
  return new LogicalSchema(
    statement.columns.map((column): SchemaColumn => {
      const { name, constraint } = column;
      const type = typeFromSyntax(column.type, resolveCustom);
      if (constraint === undefined) return { name, type, namespace: 'VALUE' };
      if (constraint.kind !== 'Headers') return { name, type, namespace: 'KEY' };
      return {
        name,
        type,
        namespace: 'HEADERS',
        ...(constraint.key === undefined ? {} : { headerKey: constraint.key }),
      };
    }),
  );
}
