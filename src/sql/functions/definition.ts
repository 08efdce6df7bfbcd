/**
 * The shapes in which SQL functions are defined, by us and by users: a function is one plain object with its name,
 * category, docs, examples and overloads; everything else (SHOW and DESCRIBE FUNCTION, overload resolution, error
 * texts, the reference) is derived from it.
 */
import type { Decimal } from '../../serde/model/decimal.ts';
import type { SqlType } from '../../serde/model/sql-type.ts';
import type { SqlMap, SqlValue } from '../../serde/model/sql-value.ts';

export type FunctionCategory =
  | 'AGGREGATE'
  | 'ARRAY'
  | 'CONDITIONAL'
  | 'CONVERSIONS'
  | 'DATE / TIME'
  | 'JSON'
  | 'LAMBDA'
  | 'MAP'
  | 'MATHEMATICAL'
  | 'OTHER'
  | 'REGULAR EXPRESSION'
  | 'STRING'
  | 'TABLE'
  | 'URL';

/**
 * A parameter as text, `name TYPE`: `'str STRING'`, `'list ARRAY<T>'`, `'amount DECIMAL'` (any precision and scale),
 * `'unit INTERVAL'`, `'f LAMBDA(K, V) => R'`, `'value ANY'`. One capital letter is a type variable. A type that ends in
 * `...` takes any number of arguments, none included (the last parameter of a scalar function, any one of an aggregate's);
 * ` LITERAL` at the end marks a parameter of an aggregate function that must be a constant.
 */
export type ParameterText = string;

type TypeTextOf<P extends string> = P extends `${string} ${infer T}` ? T : never;

type ValueOfType<T extends string> = T extends `${infer U} LITERAL`
  ? ValueOfType<U>
  : T extends `LAMBDA${string}`
    ? LambdaFunction
    : T extends 'STRING' | 'INTERVAL'
      ? string
      : T extends 'BOOLEAN'
        ? boolean
        : T extends 'INTEGER' | 'DOUBLE' | 'DATE' | 'TIME' | 'TIMESTAMP'
          ? number
          : T extends 'BIGINT'
            ? number | bigint
            : T extends `DECIMAL${string}`
              ? Decimal
              : T extends 'BYTES'
                ? Buffer
                : T extends `ARRAY<${infer E}>`
                  ? readonly (ValueOfType<E> | null)[]
                  : T extends `MAP<${string}>`
                    ? SqlMap
                    : T extends `STRUCT<${string}>`
                      ? readonly SqlValue[]
                      : SqlValue;

/** The TypeScript arguments that parameter texts stand for; `Nulls` is `null` where null arguments are passed on. */
export type ArgumentsOf<P extends readonly ParameterText[], Nulls> = P extends readonly [
  infer First extends string,
  ...infer Rest extends readonly string[],
]
  ? First extends `${infer Head}...`
    ? Rest extends readonly []
      ? (ValueOfType<TypeTextOf<Head>> | Nulls)[]
      : [ValueOfType<TypeTextOf<Head>>[], ...ArgumentsOf<Rest, Nulls>]
    : [ValueOfType<TypeTextOf<First>> | Nulls, ...ArgumentsOf<Rest, Nulls>]
  : [];

/** A lambda argument as a scalar function gets it. */
export type LambdaFunction = (...args: SqlValue[]) => SqlValue;

/** What an argument is while a call is resolved: a type, null for the NULL literal, a lambda's parameters and result. */
export type ArgumentType = SqlType | null | LambdaType | UntypedLambda | IntervalType;

export interface LambdaType {
  readonly kind: 'LAMBDA';
  readonly parameters: readonly SqlType[];
  readonly result: SqlType;
}

/** A lambda whose parameters get their types from the overload that is chosen. */
export interface UntypedLambda {
  readonly kind: 'UNTYPED_LAMBDA';
  readonly arity: number;
  /** The type of the body, given the parameters'; null for the NULL literal. */
  readonly typeBody: (parameters: readonly SqlType[]) => SqlType | null;
}

/** The bare word of a time unit; the value that the function gets is the word, such as `DAYS`. */
export interface IntervalType {
  readonly kind: 'INTERVAL';
}

/** What an overload can learn about the call that it is compiled for. */
export interface CallBinding {
  readonly argumentTypes: readonly ArgumentType[];
  readonly returnType: SqlType;
  /** Session and server properties, such as `ksql.functions.substring.legacy.args`. */
  readonly config: FunctionConfig;
  /** The wall clock. */
  readonly nowMs: () => number;
}

export type FunctionConfig = Readonly<Record<string, unknown>>;

/** A result as a type text (`'ARRAY<T>'`), or computed from the arguments' types (decimals' precision). */
export type ReturnText = string | ((argumentTypes: readonly ArgumentType[]) => SqlType);

/** The implementation as the compiler calls it; arguments are values of the parameters' types. */
export type ScalarImplementation = (...args: never[]) => SqlValue;

export interface ScalarOverload {
  readonly parameters: readonly ParameterText[];
  readonly returns: ReturnText;
  readonly description?: string;
  /** `propagate`: any null argument makes the result null and the implementation is not called. */
  readonly nulls: 'propagate' | 'pass';
  readonly bind: (binding: CallBinding) => ScalarImplementation;
}

/** An example that the tests run: a SQL expression over constants and the SQL text of what it gives. */
export interface FunctionExample {
  readonly sql: string;
  /** Another SQL expression over constants, or null. */
  readonly gives: string | null;
}

interface FunctionDocs {
  /** In ksqlDB's spelling; names are found whatever their case. */
  readonly name: string;
  readonly category: FunctionCategory;
  readonly description: string;
  readonly author?: string;
  /** Of functions that are no part of Millrace. */
  readonly version?: string;
  /** Where it comes from; absent: it is built in. */
  readonly path?: string;
  readonly examples?: readonly FunctionExample[];
}

export interface ScalarFunction extends FunctionDocs {
  readonly kind: 'scalar';
  readonly overloads: readonly ScalarOverload[];
}

/**
 * One aggregation, bound to the types and constants of a call. A state is a SQL value of type `stateType`, since it is
 * kept in a table's store and changelog; it must not be changed in place.
 */
export interface Aggregator<State extends SqlValue = SqlValue> {
  readonly stateType: SqlType;
  readonly returnType: SqlType;
  /** Its functions throw for rows that they cannot take: those leave the state as it is, and are told. */
  readonly mayFail?: true;
  /** There is no `merge`: it is not for session windows. */
  readonly cannotMerge?: true;
  initialize(): State;
  /** The state after one more row; arguments as in the call, constants left out. Variadic ones arrive one by one. */
  aggregate(state: State, ...args: SqlValue[]): State;
  /** The state of two groups of rows that became one, `a` being the earlier (session windows). */
  merge(a: State, b: State): State;
  /** Takes one row back out, for tables; absent where that cannot be done. */
  undo?(state: State, ...args: SqlValue[]): State;
  /** The result of a state. */
  map(state: State): SqlValue;
}

export interface AggregateBinding {
  /** Types of the arguments that are not constants. */
  readonly argumentTypes: readonly SqlType[];
  /** Values of the LITERAL arguments, in order. */
  readonly literals: readonly SqlValue[];
  readonly config: FunctionConfig;
}

export interface AggregateOverload {
  readonly parameters: readonly ParameterText[];
  readonly description?: string;
  readonly bind: (binding: AggregateBinding) => Aggregator;
}

export interface AggregateFunction extends FunctionDocs {
  readonly kind: 'aggregate';
  readonly overloads: readonly AggregateOverload[];
}

export interface TableFunctionOverload {
  readonly parameters: readonly ParameterText[];
  /** Type of one row. */
  readonly returns: ReturnText;
  readonly description?: string;
  /** Null arguments are always passed on. */
  readonly bind: (binding: CallBinding) => (...args: never[]) => readonly SqlValue[];
}

export interface TableFunction extends FunctionDocs {
  readonly kind: 'table';
  readonly overloads: readonly TableFunctionOverload[];
}

export type SqlFunction = ScalarFunction | AggregateFunction | TableFunction;

/**
 * Forgets the argument types, which the compiler cannot relate to the parameter texts; the resolver checks them at every
 * call site instead.
 */
function typeErased<R>(evaluate: unknown): (...args: never[]) => R {
  return evaluate as (...args: never[]) => R;
}

/** Defines a scalar function, for example `defineFunction({ name: 'TWICE', …, overloads: [overload(['x INTEGER'], 'INTEGER', (x) => x * 2)] })`. */
export function defineFunction(definition: Omit<ScalarFunction, 'kind'>): ScalarFunction {
  return Object.freeze({ kind: 'scalar', ...definition });
}

/** Defines an aggregate function. */
export function defineAggregate(definition: Omit<AggregateFunction, 'kind'>): AggregateFunction {
  return Object.freeze({ kind: 'aggregate', ...definition });
}

/** Defines a table function: one that turns one row into any number of rows. */
export function defineTableFunction(definition: Omit<TableFunction, 'kind'>): TableFunction {
  return Object.freeze({ kind: 'table', ...definition });
}

/** An overload that gives null for any null argument, as most functions do. */
export function overload<const P extends readonly ParameterText[]>(
  parameters: P,
  returns: ReturnText,
  evaluate: (...args: ArgumentsOf<P, never>) => SqlValue,
): ScalarOverload {
  return { parameters, returns, nulls: 'propagate', bind: () => typeErased(evaluate) };
}

/** An overload that sees null arguments. */
export function overloadWithNulls<const P extends readonly ParameterText[]>(
  parameters: P,
  returns: ReturnText,
  evaluate: (...args: ArgumentsOf<P, null>) => SqlValue,
): ScalarOverload {
  return { parameters, returns, nulls: 'pass', bind: () => typeErased(evaluate) };
}

/** An overload whose implementation depends on the types of the call or on the configuration; it sees null arguments. */
export function boundOverload<const P extends readonly ParameterText[]>(
  parameters: P,
  returns: ReturnText,
  bind: (binding: CallBinding) => (...args: ArgumentsOf<P, null>) => SqlValue,
): ScalarOverload {
  return { parameters, returns, nulls: 'pass', bind: (binding) => typeErased(bind(binding)) };
}

/** An overload of a table function; it sees null arguments. */
export function tableOverload<const P extends readonly ParameterText[]>(
  parameters: P,
  returns: ReturnText,
  evaluate: (...args: ArgumentsOf<P, null>) => readonly SqlValue[],
): TableFunctionOverload {
  return { parameters, returns, bind: () => typeErased(evaluate) };
}
