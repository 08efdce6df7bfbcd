import { parseColumns } from '../../../grammar/parse.ts';
import type { SqlType } from '../../serde/model/sql-type.ts';
import { typeFromSyntax } from './from-syntax.ts';
import { LogicalSchema, type SchemaColumn } from './logical-schema.ts';

/**
 * Reads a schema as people write it in tests, for example ``id INT KEY, `v` STRUCT<a STRING>``. What plans have is read
 * by `readSchema`.
 * @throws {DiagnosticError} where the text is no list of columns.
 */
export function parseSchema(
  text: string,
  resolveCustom?: (name: string) => SqlType | undefined,
): LogicalSchema {
  return new LogicalSchema(
    parseColumns(text).map((column): SchemaColumn => {
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
