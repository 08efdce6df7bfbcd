/** The column names of a schema text such as `` `ID` INTEGER KEY, `TAGS` MAP<STRING, STRING> ``. */
export function columnNames(schema: string): readonly string[] {
  const names: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i <= schema.length; i++) {
    const character = schema[i];
    if (character === '`') i = skipQuoted(schema, i);
    else if (character === '<' || character === '(') depth += 1;
    else if (character === '>' || character === ')') depth -= 1;
    else if ((character === ',' && depth === 0) || character === undefined) {
      const name = columnName(schema.slice(start, i).trim());
      if (name !== '') names.push(name);
      start = i + 1;
    }
  }
  return names;
}

function columnName(column: string): string {
  if (!column.startsWith('`')) return column.split(/\s/, 1)[0] ?? '';
  return column.slice(1, skipQuoted(column, 0)).replaceAll('``', '`');
}

/** The index of the backquote that closes the one at `open`; a doubled one stands for itself. */
function skipQuoted(text: string, open: number): number {
  let i = open + 1;
  while (i < text.length) {
    if (text[i] === '`' && text[i + 1] !== '`') return i;
    i += text[i] === '`' ? 2 : 1;
  }
  return i;
}
