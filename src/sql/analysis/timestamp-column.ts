import type { TimestampColumn } from '../catalog/data-source.ts';
import type { LogicalSchema } from '../types/logical-schema.ts';
import { withMessages } from '../messages/with-properties.ts';
import { refuse } from './sql-error.ts';
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
    throw refuse(withMessages.timestampFormatAlone(), properties.place('TIMESTAMP_FORMAT'));
  }
  const column = /^`.*`$/.test(named) ? named.slice(1, -1) : named.toUpperCase();
  const found = schema.find(column) ?? schema.find(named);
  if (found === undefined) {
    const names = schema.columns.map(({ name }) => name);
    throw refuse(withMessages.timestampMissing(column, names), properties.place('TIMESTAMP'));
  }
  switch (found.type.kind) {
    case 'BIGINT':
    case 'TIMESTAMP':
      if (format !== undefined) {
        throw refuse(withMessages.timestampFormatOfNumber(), properties.place('TIMESTAMP_FORMAT'));
      }
      return { column: found.name };
    case 'STRING':
      if (format === undefined) {
        throw refuse(withMessages.timestampFormatMissing(), properties.place('TIMESTAMP'));
      }
      return { column: found.name, format };
    default:
      throw refuse(withMessages.timestampType(found.name), properties.place('TIMESTAMP'));
  }
}
