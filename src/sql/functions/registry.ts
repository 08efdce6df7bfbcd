import type {
  AggregateFunction,
  Aggregator,
  ArgumentType,
  FunctionConfig,
  ScalarFunction,
  ScalarImplementation,
  ScalarOverload,
  SqlFunction,
  TableFunction,
} from './definition.ts';
import type { SqlType } from '../../serde/model/sql-type.ts';
import type { SqlValue } from '../../serde/model/sql-value.ts';

/** A scalar call resolved to one overload and compiled for its types. */
export interface ResolvedScalar {
  readonly returnType: SqlType;
  readonly overload: ScalarOverload;
  /** What each argument must be converted to before the call. */
  readonly parameterTypes: readonly ArgumentType[];
  readonly implementation: ScalarImplementation;
}

/** An aggregate call resolved; `aggregator` takes the arguments that are not constants. */
export interface ResolvedAggregate {
  readonly aggregator: Aggregator;
  readonly parameterTypes: readonly SqlType[];
}

export interface ResolvedTableFunction {
  /** Type of one row. */
  readonly returnType: SqlType;
  readonly parameterTypes: readonly ArgumentType[];
  readonly implementation: (...args: SqlValue[]) => readonly SqlValue[];
}

/** All functions by name; immutable. Resolution texts are ksqlDB's. */
export interface FunctionRegistry {
  find(name: string): SqlFunction | undefined;
  scalar(name: string): ScalarFunction | undefined;
  aggregate(name: string): AggregateFunction | undefined;
  table(name: string): TableFunction | undefined;
  /** All functions, by name. */
  list(): readonly SqlFunction[];
  /** This registry and more functions; one of a known name takes its place. */
  with(functions: readonly SqlFunction[]): FunctionRegistry;
  /** @throws {DiagnosticError} when the name is unknown, no overload accepts the types, or several do equally. */
  resolveScalar(name: string, args: readonly ArgumentType[], config?: FunctionConfig): ResolvedScalar;
  /**
   * @param literals for each argument the value of the literal that it is, or undefined where it is no literal.
   */
  resolveAggregate(
    name: string,
    args: readonly ArgumentType[],
    literals: readonly (SqlValue | undefined)[],
    config?: FunctionConfig,
  ): ResolvedAggregate;
  resolveTable(name: string, args: readonly ArgumentType[], config?: FunctionConfig): ResolvedTableFunction;
}
