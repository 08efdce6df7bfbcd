import { assert, mustStop } from '../../base/assert.ts';
import {
  arrayType,
  decimalType,
  mapType,
  printType,
  type SqlType,
  STRING,
  structType,
} from '../../serde/model/sql-type.ts';
import type { ArgumentType, SqlFunction } from '../functions/definition.ts';
import { type Parameter, parseParameter, type TypePattern } from '../functions/signature.ts';

/**
 * What an overload returns, as a type text. Where the arguments decide, it is asked for sample arguments, and their
 * places in its answer get the names that the parameters have: `DECIMAL`, `ARRAY<T>`.
 */
export function returnText(overload: SqlFunction['overloads'][number]): string {
  if ('returns' in overload && typeof overload.returns === 'string') return overload.returns;
  try {
    return sampledText(overload);
  } catch (error) {
    // A function of the user's that takes no samples.
    if (mustStop(error)) throw error;
    return 'depends on the arguments';
  }
}

function sampledText(overload: SqlFunction['overloads'][number]): string {
  const parameters = overload.parameters.map(parseParameter);
  const text = (chosen: readonly Parameter[]): string => generalized(printType(returnType(overload, chosen)));
  const variadic = parameters.find((each) => each.variadic);
  if (variadic === undefined) return text(parameters);
  const without = text(parameters.filter((each) => each !== variadic || parameters.length === 1));
  const withOne = text(parameters);
  return without === withOne ? without : `${without}, with ${variadic.name} ${withOne}`;
}

function returnType(overload: SqlFunction['overloads'][number], parameters: readonly Parameter[]): SqlType {
  if ('returns' in overload) {
    assert(typeof overload.returns === 'function', 'a type that is no text is computed');
    return overload.returns(parameters.map(({ pattern }) => sampleOf(pattern)));
  }
  const literals = parameters.filter(({ literal }) => literal);
  return overload.bind({
    argumentTypes: parameters.filter(({ literal }) => !literal).map(({ pattern }) => plainSample(pattern)),
    literals: literals.map(({ pattern }) => (printType(plainSample(pattern)) === 'BOOLEAN' ? true : 1)),
    config: {},
  }).returnType;
}

function sampleOf(pattern: TypePattern): ArgumentType {
  switch (pattern.kind) {
    case 'INTERVAL':
      return { kind: 'INTERVAL' };
    case 'LAMBDA':
      return {
        kind: 'LAMBDA',
        parameters: pattern.parameters.map(plainSample),
        result: plainSample(pattern.result),
      };
    default:
      return plainSample(pattern);
  }
}

function plainSample(pattern: TypePattern): SqlType {
  switch (pattern.kind) {
    case 'TYPE':
      return pattern.type;
    case 'ANY_DECIMAL':
      return decimalType(10, 2);
    case 'ARRAY_OF':
      return arrayType(plainSample(pattern.element));
    case 'MAP_OF':
      return mapType(plainSample(pattern.key), plainSample(pattern.value));
    case 'STRUCT_OF':
      return structType(
        pattern.fields.map((field) => ({ name: field.name, type: plainSample(field.pattern) })),
      );
    case 'VARIABLE':
      return named(pattern.name);
    case 'ANY':
    case 'INTERVAL':
    case 'LAMBDA':
      return named('ANY');
  }
}

const MARK = 'SAMPLE_OF_';

/** A type that no function has: its name is found again in the answer. */
const named = (name: string): SqlType => structType([{ name: MARK + name, type: STRING }]);

const MARKED = new RegExp(`STRUCT<\`?${MARK}(\\w+)\`? STRING>`, 'g');

function generalized(text: string): string {
  return text.replaceAll(MARKED, '$1').replaceAll(/DECIMAL\(\d+, ?\d+\)/g, 'DECIMAL');
}
