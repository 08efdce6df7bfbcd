/**
 * Whether a field is a column's by its spelling: names that a user did not quote are upper case in the schema, whatever
 * their case in the data. A field of the column's exact name counts more.
 */
export function isSpellingOf(column: string, field: string): boolean {
  return field.length === column.length && field.toUpperCase() === column;
}
