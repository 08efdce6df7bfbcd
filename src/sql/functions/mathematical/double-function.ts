import {
  type FunctionExample,
  defineFunction,
  overload,
  type ScalarOverload,
  type ScalarFunction,
} from '../definition.ts';
import type { SqlValue } from '../../../serde/model/sql-value.ts';

/** The three overloads of a function of one DOUBLE, for INTEGER and BIGINT too. */
export function doubleOverloads(f: (x: number) => number): readonly ScalarOverload[] {
  return [
    overload(['value INTEGER'], 'DOUBLE', f),
    overload(['value BIGINT'], 'DOUBLE', (value) => f(Number(value))),
    overload(['value DOUBLE'], 'DOUBLE', f),
  ];
}

/** The three overloads of a function of two DOUBLEs. */
export function doublePairOverloads(
  names: readonly [string, string],
  f: (a: number, b: number) => number,
): readonly ScalarOverload[] {
  return ['INTEGER', 'BIGINT', 'DOUBLE'].map((type) =>
    overload([`${names[0]} ${type}`, `${names[1]} ${type}`], 'DOUBLE', (a: SqlValue, b: SqlValue) =>
      f(Number(a), Number(b)),
    ),
  );
}

/** A function of one DOUBLE. @param example a call, and what it gives. */
export function doubleFunction(
  name: string,
  description: string,
  f: (x: number) => number,
  example: FunctionExample,
): ScalarFunction {
  const overloads = doubleOverloads(f);
  return defineFunction({ name, category: 'MATHEMATICAL', description, overloads, examples: [example] });
}
