/**
 * The names that ksqlDB gives to columns that have none. They are given here, once, and serve for display, for the schemas
 * of results and as fields of internal topics and stores; nothing is looked up by them. None of them is one that a column
 * has: a name that is taken gets a number, or its number is passed over.
 */
import type { Expression } from '../../../grammar/ast.ts';

/** Columns of joined sources by alias and by their own name. */
export type JoinedNames = ReadonlyMap<string, ReadonlyMap<string, string>>;

/**
 * `ALIAS_NAME` for the columns of joined sources, in one row, with a number where another column has that name already:
 * `B_C` of `A` and `C` of `A_B` are two columns.
 */
export function joinedNames(
  sources: readonly { readonly alias: string; readonly columns: Iterable<string> }[],
): JoinedNames {
  const taken = new Set<string>();
  return new Map(
    sources.map(({ alias, columns }) => {
      const own = Array.from(columns, (name) => [name, freeName(qualifiedName(alias, name), taken)] as const);
      return [alias, new Map(own)] as const;
    }),
  );
}

/** What a column is called where sources are joined, and where its own name is another's too. */
export function qualifiedName(alias: string, name: string): string {
  return `${alias}_${name}`;
}

/**
 * The key of a join whose condition is no column of either side, and of one that both sides may miss: `ROWKEY`, with a
 * number above those that columns have where they use that name.
 */
export function joinKeyName(rowNames: Iterable<string>): string {
  const numbers = Array.from(rowNames).flatMap((name) => {
    const match = /(?:^|_)ROWKEY(?:_([0-9]+))?$/.exec(name);
    return match === null ? [] : [Number(match[1] ?? '0')];
  });
  return numbers.length === 0 ? 'ROWKEY' : `ROWKEY_${Math.max(...numbers) + 1}`;
}

/**
 * The names that the joins of these rows may give to keys of their own. Which of them do is known when their conditions
 * are bound; so each counts with those before it and without.
 */
export function joinKeyNames(rows: readonly (readonly string[])[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (let joined = 2; joined <= rows.length; joined++) {
    const row = rows.slice(0, joined).flat();
    const after = joinKeyName([...row, ...names]);
    names.add(joinKeyName(row)).add(after);
  }
  return names;
}

/**
 * Returns names for expressions without an alias, one after the other: a field of a struct is called as the field, with a
 * number where that is taken, others `KSQL_COL_n`.
 */
export function expressionNames(taken: Iterable<string>): (expression: Expression) => string {
  const used = new Set(taken);
  const numbered = numberedNames('KSQL_COL_', used);
  return (expression) => (expression.kind === 'Dereference' ? freeName(expression.field, used) : numbered());
}

/**
 * The columns of a key that expressions make: what they are selected under, else their own names, else those of
 * expressions. Another one may be selected under the name of a column that is not: `SELECT a AS b … GROUP BY a, b`.
 * @param row names of the columns that the expressions are over.
 */
export function keyNames(
  keys: readonly { readonly expression: Expression; readonly selectedAs?: string | undefined }[],
  row: Iterable<string>,
): readonly string[] {
  const nameOf = expressionNames(row);
  const taken = new Set(keys.flatMap(({ selectedAs }) => selectedAs ?? []));
  return keys.map(({ expression, selectedAs }) => {
    if (selectedAs !== undefined) return selectedAs;
    return freeName(expression.kind === 'ColumnReference' ? expression.name : nameOf(expression), taken);
  });
}

const AGGREGATE = 'KSQL_AGG_VARIABLE_';

/** The columns of aggregates, `KSQL_AGG_VARIABLE_n`. */
export function aggregateNames(taken: Iterable<string>): () => string {
  return numberedNames(AGGREGATE, new Set(taken));
}

/** A text with what stands behind each name of an aggregate in the name's place. */
export function replaceAggregateNames(text: string, replace: (name: string) => string): string {
  return text.replace(new RegExp(`${AGGREGATE}[0-9]+`, 'g'), replace);
}

/** The columns that table functions add, `KSQL_SYNTH_n`. */
export function tableFunctionNames(taken: Iterable<string>): () => string {
  return numberedNames('KSQL_SYNTH_', new Set(taken));
}

/** The fields of the rows that wait for their aggregation: arguments of calls, then the group's key. */
export function argumentFields(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `KSQL_INTERNAL_COL_${index}`);
}

/** The fields of the state of a group. */
export function stateFields(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${AGGREGATE}${index}`);
}

/** `<prefix>0` and so on, without those that are used. */
function numberedNames(prefix: string, used: ReadonlySet<string>): () => string {
  let next = 0;
  return () => {
    for (;;) {
      const name = `${prefix}${next++}`;
      if (!used.has(name)) return name;
    }
  };
}

/** The name, with a number where it is taken; it is taken from then on. */
function freeName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let n = 1; taken.has(name); n += 1) name = `${wanted}_${n}`;
  taken.add(name);
  return name;
}
