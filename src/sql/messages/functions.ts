import type { Refusal, RefusalFamily } from '../../base/errors.ts';
import { nearestName } from '../../base/nearest-name.ts';
import { printType, type SqlType } from '../../serde/model/sql-type.ts';
import { near } from './refusal.ts';

/** A call that no overload, or more than one, fits. */
interface CallFacts {
  readonly name: string;
  /** The types of its arguments, as messages print them. */
  readonly types: readonly string[];
  readonly signatures: readonly string[];
}

/** A text, where every overload with as many parameters wants another type, can be read as one. */
function castHint(types: readonly string[], signatures: readonly string[]): { readonly hint?: string } {
  const [only] = types;
  if (types.length !== 1 || only !== 'STRING') return {};
  const wanted = signatures.flatMap((signature) => /\((\w+) \w+\)$/.exec(signature)?.[1] ?? []);
  const number = ['DOUBLE', 'BIGINT', 'INTEGER'].find((type) => wanted.includes(type));
  if (number === undefined || wanted.includes('STRING')) return {};
  return { hint: `read the text as a number: CAST(... AS ${number})` };
}

const alternatives = (signatures: readonly string[]): string =>
  `Valid alternatives are:\n${signatures.join('\n')}\n` +
  'For detailed information on a function run: DESCRIBE FUNCTION <Function-Name>;';

/** A function that exists, and that its place cannot call. */
const misplaced = {
  aggregate: (name: string): string =>
    `${name} is an aggregate function: it stands in SELECT or HAVING of a query with GROUP BY`,
  table: (name: string): string => `${name} is a table function: it stands in SELECT`,
  scalar: (name: string): string => `${name} is a scalar function`,
} as const;

/** What other dialects call a function that is here under another name. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  UPPER: 'UCASE',
  UPPERCASE: 'UCASE',
  LOWER: 'LCASE',
  LOWERCASE: 'LCASE',
  LENGTH: 'LEN',
  CHAR_LENGTH: 'LEN',
  SUBSTR: 'SUBSTRING',
  STRPOS: 'INSTR',
  POSITION: 'INSTR',
  NVL: 'IFNULL',
  TO_DATE: 'PARSE_DATE',
  TO_TIMESTAMP: 'PARSE_TIMESTAMP',
  MEAN: 'AVG',
  STDDEV: 'STDDEV_SAMP',
  ARRAY_AGG: 'COLLECT_LIST',
  STRING_AGG: 'COLLECT_LIST',
  GROUP_CONCAT: 'COLLECT_LIST',
  FIRST_VALUE: 'EARLIEST_BY_OFFSET',
  LAST_VALUE: 'LATEST_BY_OFFSET',
  UNNEST: 'EXPLODE',
  FLATTEN: 'EXPLODE',
  RAND: 'RANDOM',
  POW: 'POWER',
  CEILING: 'CEIL',
  JSON_EXTRACT: 'EXTRACTJSONFIELD',
  JSON_VALUE: 'EXTRACTJSONFIELD',
};

const NOW = 'the time now is FROM_UNIXTIME(UNIX_TIMESTAMP())';
const CASE = 'a choice is CASE WHEN a > 1 THEN 1 ELSE 2 END';
const WINDOWS =
  'windows are of time, and of the whole query: FROM name WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY ...';
const TEXT = "a text of a time is FORMAT_TIMESTAMP(ts, 'yyyy-MM-dd')";
const GROUPINGS = 'each grouping is a table of its own: CREATE TABLE name AS SELECT ... GROUP BY ...';

/** What stands for functions of other dialects that have no function here. */
const OTHER_WAYS: Readonly<Record<string, string>> = {
  NOW,
  CURRENT_TIMESTAMP: NOW,
  GETDATE: NOW,
  SYSDATE: NOW,
  CURRENT_DATE: 'the day is FROM_DAYS(UNIX_DATE())',
  IF: CASE,
  IIF: CASE,
  DECODE: CASE,
  ISNULL: 'a value is missing where a IS NULL',
  MOD: 'it is a sign: a % b',
  DATE_FORMAT: TEXT,
  TO_CHAR: TEXT,
  DATE_TRUNC: TEXT,
  YEAR: TEXT,
  MONTH: TEXT,
  DAY: TEXT,
  DATEDIFF: 'the time between two is UNIX_TIMESTAMP(b) - UNIX_TIMESTAMP(a), in milliseconds',
  CONVERT: 'it is CAST(a AS STRING)',
  ARRAY: 'it is ARRAY[1, 2]',
  ANY: 'a value is in an array where ARRAY_CONTAINS(arr, a)',
  SOME: 'a value is in an array where ARRAY_CONTAINS(arr, a)',
  ROW_NUMBER: WINDOWS,
  RANK: WINDOWS,
  LAG: WINDOWS,
  LEAD: WINDOWS,
  TUMBLE: WINDOWS,
  HOP: WINDOWS,
  ROLLUP: GROUPINGS,
  CUBE: GROUPINGS,
};

/** What stands for a name of another dialect; undefined where nothing is known of it. */
export function hintForName(name: string): string | undefined {
  const key = name.toUpperCase();
  return Object.hasOwn(OTHER_WAYS, key) ? OTHER_WAYS[key] : undefined;
}

/** The function that was meant: of a name near to it, ours or another dialect's. */
function nearestFunction(name: string, known: Iterable<string>): string | undefined {
  const names = [...known].map((each) => each.toUpperCase());
  const others = Object.keys(OTHER_NAMES).filter((other) => names.includes(OTHER_NAMES[other] ?? ''));
  const found = nearestName(name, [...names, ...others]);
  return found === undefined ? undefined : (OTHER_NAMES[found] ?? found);
}

/** Calls of functions. */
export const functionMessages = {
  unknown: (name: string, known: Iterable<string>): Refusal => {
    const message = `Can't find any functions with the name '${name}'`;
    const hint = hintForName(name);
    return hint === undefined ? { message, ...near(nearestFunction(name, known)) } : { message, hint };
  },
  /** ksqlDB does not find it there either. */
  wrongKind: (name: string, kind: keyof typeof misplaced): Refusal => ({
    message: `Can't find any functions with the name '${name}'`,
    hint: misplaced[kind](name),
  }),
  parameters: ({ name, types, signatures }: CallFacts) => ({
    message: `Function '${name}' does not accept parameters (${types.join(', ')}).\n${alternatives(signatures)}`,
    ...(name.toUpperCase() === 'CONCAT' && types.includes('BOOLEAN')
      ? { hint: 'OR is written as a word: f OR g; || joins texts' }
      : castHint(types, signatures)),
  }),
  ambiguous: ({ name, types, signatures }: CallFacts) => ({
    message:
      `Function '${name}' cannot be resolved due to ambiguous method parameters (${types.join(', ')}).\n` +
      'Use CAST() to explicitly cast your parameters to one of the supported signatures.\n' +
      alternatives(signatures),
  }),
  /** Of a plan that was recorded. */
  recordedOverload: ({ name, types, signatures }: CallFacts, signature: string) => ({
    message:
      `Function '${name}' does not have the overload (${signature}) any more for parameters ` +
      `(${types.join(', ')}).\n${alternatives(signatures)}`,
    hint: 'the query was made by another release, or with functions that this server lacks',
  }),
  /** Of a plan that was recorded. */
  recordedResult: (name: string, types: { readonly before: string; readonly now: string }) => ({
    message: `Function '${name}' gave ${types.before} when it was recorded, and gives ${types.now} now`,
  }),
  literalArgument: (facts: { readonly position: number; readonly name: string; readonly text: string }) => ({
    message:
      `Parameter ${facts.position} passed to function ${facts.name} must be a literal constant, ` +
      `but was expression: '${facts.text}'`,
  }),
  /** Aggregates that keep n values of a group. */
  keptTooFew: (name: string) => ({ message: `${name} must have n greater than 0` }),
  keptTooMany: (name: string, count: { readonly asked: number; readonly most: number }) => ({
    message: `${name} keeps at most ${count.most} values of a group: ${count.asked} are asked for`,
    hint: 'all values of a group, each as a row of its own, are the stream itself',
  }),
  lambdaResult: (found: SqlType, expected: SqlType) => ({
    message: `lambda returns ${printType(found)}, expected ${printType(expected)}`,
  }),
  lambdaUnexpected: () => ({ message: 'a lambda was not expected here' }),
  lambdaArity: (count: number) => ({ message: `lambda has ${count} parameters` }),
  /** The variable would hide the column. */
  lambdaColumn: (name: string) => ({
    message: `Lambda function argument can't be a column name: ${name}`,
    hint: 'give the parameter another name',
  }),
} satisfies RefusalFamily;
