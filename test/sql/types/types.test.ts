import { describe, expect, it } from 'vitest';
import {
  arrayType,
  BIGINT,
  canImplicitlyCast,
  commonType,
  containsMap,
  DATE,
  DOUBLE,
  decimalResult,
  decimalType,
  INTEGER,
  LogicalSchema,
  mapType,
  parseSchema,
  printType,
  STRING,
  sameType,
  structType,
} from '../../../src/sql/types/index.ts';

describe('types', () => {
  it('print as ksqlDB prints them', () => {
    const type = structType([
      { name: 'A', type: decimalType(4, 2) },
      { name: 'b', type: arrayType(mapType(STRING, BIGINT)) },
    ]);
    expect(printType(type)).toBe('STRUCT<`A` DECIMAL(4, 2), `b` ARRAY<MAP<STRING, BIGINT>>>');
    expect(printType(structType([]))).toBe('STRUCT< >');
  });

  it('have limits', () => {
    expect(() => decimalType(0, 0)).toThrow('precision must be >= 1');
    expect(() => decimalType(2, 3)).toThrow('precision must be >= scale');
    expect(() =>
      structType([
        { name: 'A', type: STRING },
        { name: 'A', type: STRING },
      ]),
    ).toThrow('Duplicate');
  });

  it('are equal by structure, and frozen', () => {
    const make = (name: string) => structType([{ name, type: arrayType(decimalType(4, 2)) }]);
    expect(sameType(make('A'), make('A'))).toBe(true);
    expect(sameType(make('A'), make('a'))).toBe(false);
    expect(sameType(decimalType(4, 2), decimalType(4, 1))).toBe(false);
    expect(Object.isFrozen(make('A').fields[0])).toBe(true);
    expect(containsMap(structType([{ name: 'A', type: arrayType(mapType(STRING, STRING)) }]))).toBe(true);
  });

  it('have decimal results by ksqlDB’s rules', () => {
    const result = (operator: '+' | '-' | '*' | '/' | '%') =>
      printType(decimalResult(operator, decimalType(5, 2), decimalType(4, 3)));
    expect((['+', '-', '*', '/', '%'] as const).map(result)).toEqual([
      'DECIMAL(7, 3)',
      'DECIMAL(7, 3)',
      'DECIMAL(10, 5)',
      'DECIMAL(13, 7)',
      'DECIMAL(4, 3)',
    ]);
  });

  it('widen', () => {
    expect(canImplicitlyCast(INTEGER, DOUBLE)).toBe(true);
    expect(canImplicitlyCast(DOUBLE, BIGINT)).toBe(false);
    expect(canImplicitlyCast(STRING, DATE)).toBe(true);
    expect(canImplicitlyCast(arrayType(INTEGER), arrayType(BIGINT))).toBe(true);
    const print = (a: Parameters<typeof commonType>[0], b: Parameters<typeof commonType>[1]) => {
      const type = commonType(a, b);
      return type && printType(type);
    };
    expect(print(INTEGER, decimalType(4, 2))).toBe('DECIMAL(12, 2)');
    expect(print(decimalType(4, 2), decimalType(6, 1))).toBe('DECIMAL(7, 2)');
    expect(print(decimalType(4, 2), DOUBLE)).toBe('DOUBLE');
    expect(print(INTEGER, STRING)).toBeUndefined();
    expect(
      print(
        structType([{ name: 'A', type: INTEGER }]),
        structType([
          { name: 'B', type: STRING },
          { name: 'A', type: BIGINT },
        ]),
      ),
    ).toBe('STRUCT<`A` BIGINT, `B` STRING>');
  });
});

describe('schemas', () => {
  const text =
    "`K` STRING KEY, `ID` INTEGER, `h` ARRAY<STRUCT<`KEY` STRING, `VALUE` BYTES>> HEADERS, `H` BYTES HEADER('a')";

  it('print and read back', () => {
    const schema = parseSchema(text);
    expect(schema.toString()).toBe(text);
    expect(parseSchema(schema.toString()).equals(schema)).toBe(true);
    expect(schema.key.map(({ name }) => name)).toEqual(['K']);
    expect(schema.value.map(({ name }) => name)).toEqual(['ID']);
    expect(schema.headers.map(({ headerKey }) => headerKey)).toEqual([undefined, 'a']);
    expect(schema.find('ID')?.type).toBe(INTEGER);
  });

  it('differ in order, names and namespaces', () => {
    const schema = parseSchema('A INT, B INT');
    for (const other of ['B INT, A INT', 'A INT', '`a` INT, B INT', 'A INT KEY, B INT', 'A BIGINT, B INT']) {
      expect(parseSchema(other).equals(schema), other).toBe(false);
    }
    expect(new LogicalSchema([]).equals(parseSchema(''))).toBe(true);
  });
});
