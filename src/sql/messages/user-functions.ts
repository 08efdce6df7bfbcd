import type { Refusal, RefusalFamily } from '../../base/errors.ts';

/** Functions of CREATE FUNCTION. */
export const userFunctionMessages = {
  failed: (name: string, reason: string): Refusal => ({ message: `function ${name} failed: ${reason}` }),
  /** A statement that is ended by what has failed in it. */
  ended: (reason: string): Refusal => ({ message: reason }),
  paused: (facts: {
    readonly name: string;
    readonly limitMs: number;
    readonly pauseMs: number;
  }): Refusal => ({
    message: `function ${facts.name} is not called: a call took longer than ${facts.limitMs} ms, and it pauses for ${facts.pauseMs} ms`,
  }),
  language: (name: string, known: readonly string[]): Refusal => ({
    message: `Functions cannot be written in ${name}`,
    hint: `LANGUAGE ${known.join(' or ')}`,
  }),
  source: (name: string, reason: string): Refusal => ({
    message: `The source of function ${name} cannot be used: ${reason}`,
    hint: "it is an expression, a function or the body of one: AS 'x + 1', AS '(x) => x + 1', AS 'return x + 1;'",
  }),
  aggregateSource: (name: string, reason: string): Refusal => ({
    message: `The source of aggregate function ${name} cannot be used: ${reason}`,
    hint: 'it is an object with the methods initialize(), aggregate(state, x), and merge(a, b), undo(state, x), result(state) as needed',
  }),
  sourceTooLong: (name: string, length: number, most: number): Refusal => ({
    message: `The source of function ${name} has ${length} characters, and ${most} is the most`,
  }),
  builtIn: (name: string): Refusal => ({
    message: `${name} is a function of the server, which cannot be replaced or dropped`,
    hint: 'give the function another name',
  }),
  taken: (name: string): Refusal => ({
    message: `Cannot add function '${name}': A function with the same name already exists`,
    hint: `CREATE OR REPLACE FUNCTION, or DROP FUNCTION ${name}; first`,
  }),
  parameterTwice: (name: string): Refusal => ({ message: `The parameter ${name} is there twice` }),
  parametersTooMany: (count: number, most: number): Refusal => ({
    message: `A function takes ${most} arguments at most, and not ${count}`,
  }),
  inUse: (name: string, queryIds: readonly string[]): Refusal => ({
    message: `Cannot drop function '${name}': the following queries use it: [${queryIds.join(', ')}]`,
    hint: 'TERMINATE them, or DROP what they make, first',
  }),
  missing: (name: string): Refusal => ({ message: `Function '${name}' does not exist` }),
  stuck: (names: readonly string[], limitMs: number): Refusal => ({
    message: `function ${names.join(' or ')} failed: it takes longer than ${limitMs} ms, and was ended with its thread`,
  }),
  disabled: (): Refusal => ({
    message: 'Functions of users are switched off on this server',
    hint: 'ksql.udfs.enabled=true in its configuration',
  }),
  noMerge: (name: string): Refusal => ({
    message: `The aggregation function ${name} cannot be applied to session windows: its source has no merge(a, b)`,
  }),
} as const satisfies RefusalFamily;
