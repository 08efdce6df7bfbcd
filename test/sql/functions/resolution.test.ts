import { describe, expect, it } from 'vitest';
import {
  builtInRegistry,
  defineFunction,
  functionRegistry,
  overloadWithNulls,
} from '../../../src/sql/functions/index.ts';
import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  decimalType,
  INTEGER,
  printType,
  type SqlType,
  STRING,
} from '../../../src/sql/types/index.ts';

const named = (...signatures: readonly (readonly string[])[]) =>
  functionRegistry([
    defineFunction({
      name: 'f',
      category: 'OTHER',
      description: 'Gives its signature.',
      overloads: signatures.map((parameters) =>
        overloadWithNulls(parameters, 'STRING', () => parameters.join(', ')),
      ),
    }),
  ]);

const chosen = (registry: ReturnType<typeof named>, ...types: (SqlType | null)[]): string =>
  registry.resolveScalar('F', types).implementation() as string;

describe('overload resolution', () => {
  it('prefers exact matches to implicit casts', () => {
    const registry = named(['a BIGINT'], ['a INTEGER'], ['a DOUBLE']);
    expect(chosen(registry, INTEGER)).toBe('a INTEGER');
    expect(chosen(registry, decimalType(4, 2))).toBe('a DOUBLE');
    expect(() => chosen(named(['a BIGINT'], ['a DOUBLE']), INTEGER)).toThrow(
      "Function 'f' cannot be resolved due to ambiguous method parameters (INTEGER).",
    );
  });

  it('prefers overloads without variadic parameters and without type variables', () => {
    const registry = named(['a STRING...'], ['a STRING'], ['a T']);
    expect(chosen(registry, STRING)).toBe('a STRING');
    expect(chosen(registry, STRING, STRING)).toBe('a STRING...');
    expect(chosen(registry, BOOLEAN)).toBe('a T');
    expect(chosen(registry)).toBe('a STRING...');
  });

  it('takes NULL for every parameter', () => {
    expect(chosen(named(['a BIGINT', 'b STRING'], ['a BIGINT...']), BIGINT, null)).toBe('a BIGINT, b STRING');
    expect(() => builtInRegistry().resolveScalar('GREATEST', [null, null])).toThrow(
      "Function 'greatest' cannot be resolved due to ambiguous method parameters (null, null).",
    );
  });

  it('binds type variables once, or to a common type', () => {
    const registry = builtInRegistry();
    const result = (...types: SqlType[]) => printType(registry.resolveScalar('IFNULL', types).returnType);
    expect(result(INTEGER, INTEGER)).toBe('INTEGER');
    expect(result(INTEGER, BIGINT)).toBe('BIGINT');
    expect(result(decimalType(4, 2), decimalType(5, 1))).toBe('DECIMAL(6, 2)');
    expect(() => result(INTEGER, STRING)).toThrow(
      "Function 'IFNULL' does not accept parameters (INTEGER, STRING).",
    );
  });

  it('says what there is', () => {
    expect(() => named(['a INTEGER', 'b ARRAY<T>...']).resolveScalar('f', [STRING])).toThrow(
      "Function 'f' does not accept parameters (STRING).\nValid alternatives are:\nf(INTEGER a, ARRAY<T>... b)\n" +
        'For detailed information on a function run: DESCRIBE FUNCTION <Function-Name>;',
    );
    expect(() => builtInRegistry().resolveScalar('SUBSTRNG', [])).toThrow(
      "Can't find any functions with the name 'SUBSTRNG'",
    );
  });
});

describe('aggregates', () => {
  it('take literals apart from the arguments of rows', () => {
    const registry = builtInRegistry();
    const topk = registry.resolveAggregate('TOPK', [BIGINT, STRING, INTEGER], [undefined, undefined, 2]);
    expect(topk.rowArguments).toEqual([0, 1]);
    expect(printType(topk.aggregator.returnType)).toBe('ARRAY<STRUCT<`sort_col` BIGINT, `col0` STRING>>');
    expect(() =>
      registry.resolveAggregate('EARLIEST_BY_OFFSET', [INTEGER, INTEGER], [undefined, undefined], {}, [
        'F0',
        'F0',
      ]),
    ).toThrow(
      "Parameter 2 passed to function EARLIEST_BY_OFFSET must be a literal constant, but was expression: 'F0'",
    );
    expect(printType(registry.resolveAggregate('AVG', [DOUBLE], [undefined]).aggregator.stateType)).toBe(
      'STRUCT<`SUM` DOUBLE, `COUNT` BIGINT>',
    );
  });
});
