import { DiagnosticError, type SourceSpan } from '../../base/errors.ts';
import { expressionMessages } from '../messages/expressions.ts';
import { functionMessages } from '../messages/functions.ts';
import { systemNowMs } from './io/system-clock.ts';
import { casterOf } from '../values/cast.ts';
import { recordedOverload, resolveOverload, type Resolution } from './resolve.ts';
import { parsePattern, substitute } from './signature.ts';
import type {
  AggregateFunction,
  AggregateOverload,
  Aggregator,
  ArgumentType,
  FunctionConfig,
  ReturnText,
  ScalarFunction,
  ScalarImplementation,
  ScalarOverload,
  SqlFunction,
  TableFunction,
  TableFunctionOverload,
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

/** A constant argument of an aggregate call. */
interface LiteralArgument {
  readonly type: SqlType | null;
  readonly value: SqlValue;
}

/** An aggregate call resolved; `aggregator` takes the arguments that are not constants. */
export interface ResolvedAggregate {
  readonly overload: AggregateOverload;
  readonly aggregator: Aggregator;
  /** What each argument was converted to, constants included. */
  readonly argumentTypes: readonly ArgumentType[];
  /** The constant arguments. */
  readonly literals: readonly LiteralArgument[];
  /** Positions, among the call's arguments, of those that are passed for each row. */
  readonly rowArguments: readonly number[];
  /** What each of these must be converted to (`castArgument` of `expressions/compile.ts` does it). */
  readonly parameterTypes: readonly SqlType[];
}

export interface ResolvedTableFunction {
  readonly overload: TableFunctionOverload;
  /** Type of one row. */
  readonly returnType: SqlType;
  readonly parameterTypes: readonly ArgumentType[];
  readonly implementation: (...args: SqlValue[]) => readonly SqlValue[];
}

/** A call as a recorded plan has it: which overload was chosen, and what its arguments are converted to. */
interface RecordedCall {
  readonly name: string;
  /** As `overloadSignature` prints it. */
  readonly signature: string;
  readonly parameterTypes: readonly ArgumentType[];
}

/** All functions by name; immutable. Resolution texts are ksqlDB's. */
export interface FunctionRegistry {
  find(name: string): SqlFunction | undefined;
  scalar(name: string): ScalarFunction | undefined;
  aggregate(name: string): AggregateFunction | undefined;
  table(name: string): TableFunction | undefined;
  /** All functions, by name. */
  list(): readonly SqlFunction[];
  /** The one error for a name that is no function's, or none of the kind that its place calls. */
  unknown(name: string, span?: SourceSpan): DiagnosticError;
  /** This registry and more functions; one of a known name takes its place. */
  with(functions: readonly SqlFunction[]): FunctionRegistry;
  /** @throws {DiagnosticError} when the name is unknown, no overload accepts the types, or several do equally. */
  resolveScalar(name: string, args: readonly ArgumentType[], config?: FunctionConfig): ResolvedScalar;
  /**
   * @param literals for each argument the value of the literal that it is, or undefined where it is no literal.
   * @param argumentTexts the arguments as SQL, for error texts.
   */
  resolveAggregate(
    name: string,
    args: readonly ArgumentType[],
    literals: readonly (SqlValue | undefined)[],
    config?: FunctionConfig,
    argumentTexts?: readonly string[],
  ): ResolvedAggregate;
  resolveTable(name: string, args: readonly ArgumentType[], config?: FunctionConfig): ResolvedTableFunction;
  /** As {@link resolveScalar}, of a call whose overload is known. @throws {DiagnosticError} when it is gone. */
  recordedScalar(call: RecordedCall, config?: FunctionConfig): ResolvedScalar;
  /** As {@link resolveTable}, of a call whose overload is known. @throws {DiagnosticError} when it is gone. */
  recordedTable(call: RecordedCall, config?: FunctionConfig): ResolvedTableFunction;
  /**
   * As {@link resolveAggregate}, of a call whose overload is known; its arguments are those of the call, constants
   * included. @throws {DiagnosticError} when it is gone.
   */
  recordedAggregate(
    call: RecordedCall,
    literals: readonly LiteralArgument[],
    config?: FunctionConfig,
  ): ResolvedAggregate;
}

export interface RegistryOptions {
  /** The wall clock of UNIX_TIMESTAMP() and UNIX_DATE(). */
  readonly nowMs?: () => number;
}

/** Makes a registry of these functions. */
export function functionRegistry(
  functions: readonly SqlFunction[],
  options: RegistryOptions = {},
): FunctionRegistry {
  return new Registry(functions, options.nowMs ?? systemNowMs);
}

class Registry implements FunctionRegistry {
  readonly #functions: ReadonlyMap<string, SqlFunction>;
  readonly #nowMs: () => number;

  constructor(functions: readonly SqlFunction[], nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#functions = new Map(functions.map((definition) => [definition.name.toUpperCase(), definition]));
  }

  find(name: string): SqlFunction | undefined {
    return this.#functions.get(name.toUpperCase());
  }

  scalar(name: string): ScalarFunction | undefined {
    const definition = this.find(name);
    return definition?.kind === 'scalar' ? definition : undefined;
  }

  aggregate(name: string): AggregateFunction | undefined {
    const definition = this.find(name);
    return definition?.kind === 'aggregate' ? definition : undefined;
  }

  table(name: string): TableFunction | undefined {
    const definition = this.find(name);
    return definition?.kind === 'table' ? definition : undefined;
  }

  list(): readonly SqlFunction[] {
    return [...this.#functions.values()].sort((a, b) =>
      a.name.toUpperCase() < b.name.toUpperCase() ? -1 : 1,
    );
  }

  unknown(name: string, span?: SourceSpan): DiagnosticError {
    const other = this.find(name);
    const refusal =
      other === undefined
        ? functionMessages.unknown(name, this.#functions.keys())
        : functionMessages.wrongKind(name, other.kind);
    return new DiagnosticError(span === undefined ? refusal : { ...refusal, span });
  }

  with(functions: readonly SqlFunction[]): FunctionRegistry {
    return new Registry([...this.#functions.values(), ...functions], this.#nowMs);
  }

  resolveScalar(name: string, args: readonly ArgumentType[], config: FunctionConfig = {}): ResolvedScalar {
    const definition = this.scalar(name);
    if (definition === undefined) throw this.unknown(name);
    return this.#boundScalar(resolveOverload(definition.name, definition.overloads, args), config);
  }

  recordedScalar(call: RecordedCall, config: FunctionConfig = {}): ResolvedScalar {
    const definition = this.scalar(call.name);
    if (definition === undefined) throw this.unknown(call.name);
    return this.#boundScalar(recordedResolution(call, definition.overloads), config);
  }

  #boundScalar(resolution: Resolution<ScalarOverload>, config: FunctionConfig): ResolvedScalar {
    const { overload, argumentTypes } = resolution;
    const returnType = returnTypeOf(overload.returns, resolution);
    return {
      returnType,
      overload,
      parameterTypes: argumentTypes,
      implementation: overload.bind({ argumentTypes, returnType, config, nowMs: this.#nowMs }),
    };
  }

  resolveAggregate(
    name: string,
    args: readonly ArgumentType[],
    literals: readonly (SqlValue | undefined)[],
    config: FunctionConfig = {},
    argumentTexts: readonly string[] = [],
  ): ResolvedAggregate {
    const definition = this.aggregate(name);
    if (definition === undefined) throw this.unknown(name);
    const resolution = resolveOverload(definition.name, definition.overloads, args);
    return boundAggregate(
      resolution,
      literalArguments(name, resolution, args, literals, argumentTexts),
      config,
    );
  }

  recordedAggregate(
    call: RecordedCall,
    literals: readonly LiteralArgument[],
    config: FunctionConfig = {},
  ): ResolvedAggregate {
    const definition = this.aggregate(call.name);
    if (definition === undefined) throw this.unknown(call.name);
    return boundAggregate(recordedResolution(call, definition.overloads), literals, config);
  }

  resolveTable(
    name: string,
    args: readonly ArgumentType[],
    config: FunctionConfig = {},
  ): ResolvedTableFunction {
    const definition = this.table(name);
    if (definition === undefined) throw this.unknown(name);
    return this.#boundTable(resolveOverload(definition.name, definition.overloads, args), config);
  }

  recordedTable(call: RecordedCall, config: FunctionConfig = {}): ResolvedTableFunction {
    const definition = this.table(call.name);
    if (definition === undefined) throw this.unknown(call.name);
    return this.#boundTable(recordedResolution(call, definition.overloads), config);
  }

  #boundTable(resolution: Resolution<TableFunctionOverload>, config: FunctionConfig): ResolvedTableFunction {
    const { overload, argumentTypes } = resolution;
    const returnType = returnTypeOf(overload.returns, resolution);
    return {
      overload,
      returnType,
      parameterTypes: argumentTypes,
      implementation: overload.bind({ argumentTypes, returnType, config, nowMs: this.#nowMs }) as (
        ...args: SqlValue[]
      ) => readonly SqlValue[],
    };
  }
}

function boundAggregate(
  { overload, parameters, argumentTypes }: Resolution<AggregateOverload>,
  literals: readonly LiteralArgument[],
  config: FunctionConfig,
): ResolvedAggregate {
  const rowArguments = parameters.flatMap((parameter, index) => (parameter.literal ? [] : [index]));
  const parameterTypes = rowArguments.map((index) => requireSqlType(argumentTypes[index] ?? null));
  const values = literals.map(({ value }) => value);
  return {
    overload,
    aggregator: overload.bind({ argumentTypes: parameterTypes, literals: values, config }),
    argumentTypes,
    literals,
    rowArguments,
    parameterTypes,
  };
}

function recordedResolution<O extends { readonly parameters: readonly string[] }>(
  { name, signature, parameterTypes }: RecordedCall,
  overloads: readonly O[],
): Resolution<O> {
  return recordedOverload(name, overloads, { signature, args: parameterTypes });
}

function returnTypeOf(
  returns: ReturnText,
  resolution: {
    readonly argumentTypes: readonly ArgumentType[];
    readonly variables: ReadonlyMap<string, SqlType>;
  },
): SqlType {
  if (typeof returns === 'function') return returns(resolution.argumentTypes);
  const pattern = parsePattern(returns);
  const type =
    pattern.kind === 'ANY_DECIMAL'
      ? resolution.argumentTypes.find((argument) => argument?.kind === 'DECIMAL')
      : substitute(pattern, resolution.variables);
  return requireSqlType(type ?? null);
}

/** Values of the LITERAL arguments, as their parameters' types. */
function literalArguments(
  name: string,
  resolution: Resolution<AggregateOverload>,
  args: readonly ArgumentType[],
  literals: readonly (SqlValue | undefined)[],
  texts: readonly string[],
): readonly LiteralArgument[] {
  return resolution.parameters.flatMap((parameter, index): readonly LiteralArgument[] => {
    if (!parameter.literal) return [];
    const value = literals[index];
    if (value === undefined) {
      const facts = { position: index + 1, name, text: texts[index] ?? '' };
      throw new DiagnosticError(functionMessages.literalArgument(facts));
    }
    const from = args[index] ?? null;
    const to = resolution.argumentTypes[index] ?? null;
    if (value === null || from === null || to === null) return [{ type: null, value }];
    const type = requireSqlType(to);
    return [{ type, value: casterOf(requireSqlType(from), type)?.(value) ?? value }];
  });
}

function requireSqlType(type: ArgumentType): SqlType {
  if (type === null || type.kind === 'LAMBDA' || type.kind === 'UNTYPED_LAMBDA' || type.kind === 'INTERVAL') {
    throw new DiagnosticError(expressionMessages.typeOfNull());
  }
  return type;
}
