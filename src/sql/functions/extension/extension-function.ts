import type { SqlValue } from '../../../serde/model/sql-value.ts';
import { readType } from '../../types/read-type.ts';
import {
  type AggregateOverload,
  type Aggregator,
  defineAggregate,
  defineFunction,
  defineTableFunction,
  type FunctionConfig,
  type ScalarOverload,
  type SqlFunction,
  type TableFunctionOverload,
} from '../definition.ts';
import { parseParameter, parsePattern } from '../signature.ts';

type Fields = Readonly<Record<string, unknown>>;
type Implementation = (...args: SqlValue[]) => SqlValue;
type TableImplementation = (...args: SqlValue[]) => readonly SqlValue[];

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const isImplementation = (value: unknown): value is Implementation => typeof value === 'function';
const isTableImplementation = (value: unknown): value is TableImplementation => typeof value === 'function';
const isConfigure = (value: unknown): value is (config: FunctionConfig) => unknown =>
  typeof value === 'function';
const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');

/**
 * A function as a module of an extension folder defines it: a plain object, whose values are those of SQL (see `SqlValue`).
 *
 *     { kind: 'scalar', name: 'multiply', description: '...', author: '...', version: '1.0',
 *       overloads: [{ parameters: ['a INTEGER', 'b INTEGER'], returns: 'BIGINT', evaluate: (a, b) => a * b }] }
 *
 * `kind` is `scalar`, `table` or `aggregate`. An overload has `evaluate`, or `configure(config)` that gives it, where config has the
 * properties of the server, such as `ksql.functions.multiply.factor`; one of an aggregate has `state` and `returns`, which are types, and
 * `initialize`, `aggregate(state, ...)`, `result(state)`, and `merge(a, b)` and `undo(state, ...)` as needed.
 *
 * @param file where it is from, which DESCRIBE FUNCTION shows.
 * @throws {RangeError} where the definition is wrong.
 */
export function extensionFunction(definition: unknown, file: string): SqlFunction {
  if (!isFields(definition)) throw new RangeError('a function is defined by an object');
  const { kind, overloads } = definition;
  const name = textOf(definition, 'name');
  if (!/^[A-Za-z_]\w*$/.test(name)) throw new RangeError(`no name of a function: '${name}'`);
  if (!Array.isArray(overloads) || overloads.length === 0) throw new RangeError(`${name} has no overloads`);
  const docs = {
    name,
    category: 'OTHER' as const,
    description: textOf(definition, 'description', ''),
    author: textOf(definition, 'author', ''),
    version: textOf(definition, 'version', ''),
    path: file,
  };
  const each = overloads.map((overload: unknown) => {
    if (isFields(overload)) return overload;
    throw new RangeError(`an overload of ${name} is no object`);
  });
  switch (kind) {
    case 'scalar':
      return defineFunction({ ...docs, overloads: each.map((overload) => scalarOverload(name, overload)) });
    case 'table':
      return defineTableFunction({
        ...docs,
        overloads: each.map((overload) => tableOverload(name, overload)),
      });
    case 'aggregate':
      return defineAggregate({
        ...docs,
        overloads: each.map((overload) => aggregateOverload(name, overload)),
      });
    default:
      throw new RangeError(`the kind of ${name} is scalar, table or aggregate`);
  }
}

function scalarOverload(name: string, overload: Fields): ScalarOverload {
  return {
    ...signatureOf(overload),
    returns: returnsOf(overload),
    nulls: overload['nulls'] === 'propagate' ? 'propagate' : 'pass',
    bind: ({ config }) => implementationOf(name, overload, config, isImplementation),
  };
}

function tableOverload(name: string, overload: Fields): TableFunctionOverload {
  return {
    ...signatureOf(overload),
    returns: returnsOf(overload),
    bind: ({ config }) => implementationOf(name, overload, config, isTableImplementation),
  };
}

function aggregateOverload(name: string, overload: Fields): AggregateOverload {
  const stateType = readType(textOf(overload, 'state'));
  const returnType = readType(textOf(overload, 'returns'));
  const { initialize, aggregate, merge, undo, result } = overload;
  if (!isImplementation(initialize) || !isImplementation(aggregate))
    throw new RangeError(`${name} has no initialize or no aggregate`);
  const aggregator: Aggregator = {
    ...{ stateType, returnType, mayFail: true },
    initialize: () => initialize(),
    aggregate: (state, ...args) => aggregate(state, ...args),
    merge: (a, b) => (isImplementation(merge) ? merge(a, b) : b),
    ...(isImplementation(merge) ? {} : { cannotMerge: true }),
    ...(isImplementation(undo)
      ? { undo: (state: SqlValue, ...args: SqlValue[]) => undo(state, ...args) }
      : {}),
    map: (state) => (isImplementation(result) ? result(state) : state),
  };
  return { ...signatureOf(overload), bind: () => aggregator };
}

function implementationOf<T>(
  name: string,
  { evaluate, configure }: Fields,
  config: FunctionConfig,
  isRight: (value: unknown) => value is T,
): T {
  const implementation = isConfigure(configure) ? configure(config) : evaluate;
  if (isRight(implementation)) return implementation;
  throw new RangeError(`${name} has no evaluate`);
}

function signatureOf(overload: Fields): {
  readonly parameters: readonly string[];
  readonly description: string;
} {
  const { parameters } = overload;
  if (!isTexts(parameters)) throw new RangeError("parameters are texts: ['a INTEGER', 'b INTEGER']");
  for (const parameter of parameters) parseParameter(parameter);
  return { parameters, description: textOf(overload, 'description', '') };
}

function returnsOf(overload: Fields): string {
  const returns = textOf(overload, 'returns');
  parsePattern(returns);
  return returns;
}

function textOf(fields: Fields, name: string, otherwise?: string): string {
  const value = fields[name] ?? otherwise;
  if (typeof value === 'string') return value;
  throw new RangeError(`${name} is a text`);
}
