import { quotedEnd, unquote } from '../../src/base/sql-quotes.ts';

/** The column names of a schema text such as `` `ID` INTEGER KEY, `TAGS` MAP<STRING, STRING> ``. */
export function columnNames(schema: string): readonly string[] {
  const names: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i <= schema.length; i++) {
    const character = schema[i];
    if (character === '`' || character === "'") i = closing(schema, i);
    else if (character === '<' || character === '(') depth += 1;
    else if (character === '>' || character === ')') depth -= 1;
    else if ((character === ',' && depth === 0) || character === undefined) {
      const column = schema.slice(start, i).trim();
      if (column !== '') names.push(columnName(column));
      start = i + 1;
    }
  }
  return names;
}

function columnName(column: string): string {
  if (!column.startsWith('`')) return column.split(/\s/, 1)[0] ?? '';
  return unquote(column.slice(0, closing(column, 0) + 1));
}

/** The index of the quote that closes the one at `open`; the text's last one where none does. */
function closing(text: string, open: number): number {
  const end = quotedEnd(text, open);
  return (end === -1 ? text.length : end) - 1;
}
