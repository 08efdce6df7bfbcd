import { DiagnosticError } from '../../base/errors.ts';
import type { SqlType } from '../model/sql-type.ts';
import type { FormatColumn, InferenceOptions } from './format.ts';

/** Names of the properties of formats whose schemas may be a bare value's. */
export const CONNECT_PROPERTIES: readonly string[] = ['fullSchemaName', 'schemaId'];

/**
 * The columns of a schema: the fields of its struct, or the whole as the only column, `ROWKEY` or `ROWVAL`.
 * @param type what the schema is as a SQL type; undefined where it has none.
 * @throws {DiagnosticError} for a schema that is no struct, where the bare value is not asked for.
 */
export function columnsOfType(
  type: SqlType | undefined,
  { side, features }: Pick<InferenceOptions, 'side' | 'features'>,
): readonly FormatColumn[] {
  if (features.has('UNWRAP_SINGLES')) {
    return type === undefined ? [] : [{ name: side === 'key' ? 'ROWKEY' : 'ROWVAL', type }];
  }
  if (type?.kind === 'STRUCT') return type.fields;
  throw new DiagnosticError({ message: 'KSQL stream/table schema must be structured' });
}
