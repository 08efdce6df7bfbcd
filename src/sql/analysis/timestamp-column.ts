import type { TimestampColumn } from '../catalog/data-source.ts';
import type { LogicalSchema } from '../types/logical-schema.ts';
import { sqlError } from './sql-error.ts';
import type { WithProperties } from './with-properties.ts';

/**
 * The TIMESTAMP property: a BIGINT or TIMESTAMP column, or a STRING one with TIMESTAMP_FORMAT.
 * @throws {DiagnosticError} when there is no such column, or none of these types.
 */
export function checkTimestampColumn(
  properties: WithProperties,
  schema: LogicalSchema,
): TimestampColumn | undefined {
  const named = properties.string('TIMESTAMP');
  const format = properties.string('TIMESTAMP_FORMAT');
  if (named === undefined) {
    if (format === undefined) return undefined;
    throw sqlError("Invalid configuration: 'TIMESTAMP_FORMAT' set without setting 'TIMESTAMP'");
  }
  const column = /^`.*`$/.test(named) ? named.slice(1, -1) : named.toUpperCase();
  const found = schema.find(column) ?? schema.find(named);
  if (found === undefined) {
    throw sqlError(`The TIMESTAMP column set in the WITH clause does not exist in the schema: '${column}'`);
  }
  switch (found.type.kind) {
    case 'BIGINT':
    case 'TIMESTAMP':
      if (format !== undefined) {
        throw sqlError("'TIMESTAMP_FORMAT' set for field that is not a STRING");
      }
      return { column: found.name };
    case 'STRING':
      if (format === undefined) {
        throw sqlError(
          `A String timestamp field has been specified without also specifying the TIMESTAMP_FORMAT`,
        );
      }
      return { column: found.name, format };
    default:
      throw sqlError(
        `Timestamp column, \`${found.name}\`, should be LONG(INT64), TIMESTAMP, or a String with a TIMESTAMP_FORMAT specified.`,
      );
  }
}
