type Named = readonly { readonly name: string }[];

/**
 * How columns and the fields of a schema find each other: by the name itself, else in any letters, since names that nobody quoted
 * are upper case in SQL. @returns -1 where there is none.
 */
export function indexOfName(all: Named, name: string): number {
  const exact = all.findIndex((each) => each.name === name);
  if (exact >= 0) return exact;
  const upper = name.toUpperCase();
  return all.findIndex((each) => each.name.toUpperCase() === upper);
}

/** The column that a field is read into. One that has the name of another of the fields is that one's. @returns -1 where there is none. */
export function columnOfField(columns: Named, name: string, fields: Named): number {
  const exact = columns.findIndex((column) => column.name === name);
  if (exact >= 0) return exact;
  const upper = name.toUpperCase();
  return columns.findIndex(
    (column) => column.name.toUpperCase() === upper && fields.every((field) => field.name !== column.name),
  );
}
