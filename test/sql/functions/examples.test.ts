import { describe, expect, it } from 'vitest';
import { printType } from '../../../src/serde/model/sql-type.ts';
import { builtInFunctions } from '../../../src/sql/functions/index.ts';
import { parametersOf } from '../../../src/sql/functions/resolve.ts';
import { evaluate } from '../expression-harness.ts';

describe('the examples in the functions’ docs', () => {
  for (const definition of builtInFunctions) {
    for (const { sql, gives } of 'examples' in definition ? (definition.examples ?? []) : []) {
      it(`${sql} gives ${gives}`, () => {
        const actual = evaluate(sql);
        expect(actual.errors).toEqual([]);
        if (gives === null) {
          expect(actual.value).toBeNull();
          return;
        }
        const expected = evaluate(gives);
        expect(actual.value).toEqual(expected.value);
        if (expected.type?.kind !== 'DECIMAL') expect(actual.type?.kind).toBe(expected.type?.kind);
      });
    }
  }
});

describe('the registrations', () => {
  it('are ksqlDB’s 149 functions, each once', () => {
    const names = builtInFunctions.map((definition) => definition.name.toUpperCase());
    expect(new Set(names).size).toBe(149);
    expect(names).toHaveLength(149);
    const count = (kind: string): number =>
      builtInFunctions.filter((definition) => definition.kind === kind).length;
    expect([count('scalar'), count('aggregate'), count('table')]).toEqual([129, 18, 2]);
  });

  it('have parameters that parse, and docs', () => {
    for (const definition of builtInFunctions) {
      expect(definition.description).not.toBe('');
      expect(definition.overloads.length).toBeGreaterThan(0);
      for (const overload of definition.overloads) {
        expect(() => parametersOf(overload), definition.name).not.toThrow();
      }
    }
  });
});

describe('functions without constant results', () => {
  it('give values of their types', () => {
    expect(evaluate('UUID()').value).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(evaluate('RANDOM()').value).toBeGreaterThanOrEqual(0);
    expect(evaluate('RANDOM()').value).toBeLessThan(1);
    expect(evaluate('UNIX_TIMESTAMP()').value).toBe(1_000_000_000_000);
    expect(evaluate('UNIX_DATE()').value).toBe(11_574);
  });

  it('keep a type through generics', () => {
    const { type } = evaluate('COALESCE(CAST(NULL AS DECIMAL(4, 2)), 1.25)');
    expect(type && printType(type)).toBe('DECIMAL(4, 2)');
  });
});
