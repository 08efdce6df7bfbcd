/**
 * Returns which field a column is read from: the one of its exact name, else the first one whose name in upper case it
 * is. Names that a user did not quote are upper case in the schema, whatever their case in the data.
 */
export function fieldNamed(fields: readonly string[], column: string): string | undefined {
  if (fields.includes(column)) return column;
  return fields.find((field) => field.length === column.length && field.toUpperCase() === column);
}
