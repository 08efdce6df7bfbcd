import type { Refusal, RefusalFamily } from '../../base/errors.ts';
import { quoteName } from '../../base/sql-quotes.ts';
import { printType, type SqlType } from '../../serde/model/sql-type.ts';
import { joinWords, near } from './refusal.ts';

/** The clauses whose columns are looked for, as messages call them. */
export type ColumnClause = 'SELECT' | 'WHERE' | 'GROUP BY' | 'PARTITION BY' | 'HAVING' | 'JOIN ON';

const WINDOW_COLUMN = 'FROM name WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY ...';

/** Names of columns and sources: unknown, ambiguous, reserved, given twice. */
export const columnMessages = {
  /** The place goes before it: `Line: 3, Col: 70: …`. */
  unknown: (facts: {
    readonly clause: ColumnClause;
    /** As it is written, its source before it. */
    readonly column: string;
    readonly suggestion: string | undefined;
    readonly hint: string | undefined;
  }): Refusal => ({
    message:
      `${facts.clause} column '${facts.column}' cannot be resolved.` +
      (facts.clause === 'PARTITION BY'
        ? ` '${facts.column}' must be a column in the source schema since PARTITION BY is applied on the input.`
        : ''),
    ...near(facts.suggestion),
    ...(facts.hint === undefined ? {} : { hint: facts.hint }),
  }),
  unknownSource: (name: string, suggestion: string | undefined, hint?: string): Refusal => ({
    message: `'${name}' is not a valid stream/table name or alias.`,
    ...near(suggestion),
    ...(hint === undefined ? {} : { hint }),
  }),
  ambiguous: (column: string, sources: readonly string[]) => ({
    hint: `say of which: ${sources[0] ?? ''}.${column}`,
    message: `Column '${column}' is ambiguous. Could be ${joinWords(
      sources.map((source) => `${source}.${column}`),
      'or',
    )}.`,
  }),
  /** In the SELECT list of a result that is kept. */
  reservedInSelect: (column: string) => ({
    message: `Reserved column name in select: ${quoteName(column)}. Please remove or alias the column.`,
  }),
  reservedAlias: (column: string) => ({
    message: `${quoteName(column)} is a reserved column name. You cannot use it as an alias for a column.`,
  }),
  reservedName: (column: string) => ({
    message: `'${column}' is a reserved column name. You cannot use it as a name for a column.`,
  }),
  selectedTwice: (column: string, type: SqlType | undefined) => ({
    message: `Duplicate value columns found in schema: ${quoteName(column)}${type === undefined ? '' : ` ${printType(type)}`}`,
    hint: 'give one of them another name with AS',
  }),
  declaredTwice: (columns: readonly string[]) => ({
    message: `Duplicate column names: ${columns.map(quoteName).join(', ')}`,
  }),
} satisfies RefusalFamily;

/** Hints to columns that are not found, by what the writer may have meant. */
export const columnHints = {
  quotedText: (text: string): string => `a text is written in single quotes: '${text}'`,
  /** In VALUES, where no row is read. */
  constant: (): string => 'values are constants: a text is written in single quotes',
  windowColumn: (column: string): string => `${column} is a column of what has a WINDOW: ${WINDOW_COLUMN}`,
  structField: (base: string, field: string): string =>
    `the fields of a struct are read with an arrow: ${base}->${field}`,
  /** Of a map, which has no fields. */
  mapValue: (base: string): string => `the values of a map are read by their keys: ${base}['key']`,
  /** Results have their names only when all clauses are done. */
  resultName: (name: string, expression: string): string =>
    `${name} is the name of a result, which only the sink knows: write ${expression}`,
  number: (): string => 'a number is written in digits, without signs between them: 1000',
  otherAlias: (source: string, alias: string): string => `${source} is called ${alias} here`,
  joinWord: (written: string, meant: string): string =>
    `${written} was read as another name of the source before it: did you mean ${meant} JOIN?`,
} as const;
