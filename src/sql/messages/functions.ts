import { nearestName } from '../../base/nearest-name.ts';
import { printType, type SqlType } from '../../serde/model/sql-type.ts';
import { near, type Refusal, type RefusalFamily } from './refusal.ts';

/** A call that no overload, or more than one, fits. */
interface CallFacts {
  readonly name: string;
  /** The types of its arguments, as messages print them. */
  readonly types: readonly string[];
  readonly signatures: readonly string[];
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

/** Calls of functions. */
export const functionMessages = {
  unknown: (name: string, known: Iterable<string>): Refusal => ({
    message: `Can't find any functions with the name '${name}'`,
    ...near(nearestName(name, known)?.toUpperCase()),
  }),
  /** ksqlDB does not find it there either. */
  wrongKind: (name: string, kind: keyof typeof misplaced): Refusal => ({
    message: `Can't find any functions with the name '${name}'`,
    hint: misplaced[kind](name),
  }),
  parameters: ({ name, types, signatures }: CallFacts) => ({
    message: `Function '${name}' does not accept parameters (${types.join(', ')}).\n${alternatives(signatures)}`,
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
