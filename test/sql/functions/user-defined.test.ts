import { describe, expect, expectTypeOf, it } from 'vitest';
import type { Decimal } from '../../../src/serde/model/decimal.ts';
import type { SqlMap } from '../../../src/serde/model/sql-value.ts';
import {
  type ArgumentsOf,
  builtInFunctions,
  builtInRegistry,
  defineFunction,
  defineTableFunction,
  type LambdaFunction,
  overload,
  overloadWithNulls,
  tableOverload,
} from '../../../src/sql/functions/index.ts';
import { evaluate } from '../expression-harness.ts';

describe('functions of users', () => {
  it('have arguments of their parameters’ types', () => {
    expectTypeOf<ArgumentsOf<['s STRING', 'n INTEGER', 'b BYTES'], never>>().toEqualTypeOf<
      [string, number, Buffer]
    >();
    expectTypeOf<ArgumentsOf<['l BIGINT', 'd DECIMAL'], null>>().toEqualTypeOf<
      [number | bigint | null, Decimal | null]
    >();
    expectTypeOf<ArgumentsOf<['first STRING', 'others DOUBLE...'], never>>().toEqualTypeOf<
      [string, ...number[]]
    >();
    expectTypeOf<ArgumentsOf<['list ARRAY<STRING>', 'map MAP<STRING, T>'], never>>().toEqualTypeOf<
      [readonly (string | null)[], SqlMap]
    >();
    expectTypeOf<ArgumentsOf<['unit INTERVAL', 'f LAMBDA(T) => R'], never>>().toEqualTypeOf<
      [string, LambdaFunction]
    >();
  });

  it('are called like built-in ones, and may take their place', () => {
    const functions = builtInRegistry().with([
      defineFunction({
        name: 'repeat',
        category: 'STRING',
        description: 'A text so many times.',
        overloads: [overload(['str STRING', 'times INTEGER'], 'STRING', (str, times) => str.repeat(times))],
      }),
      defineFunction({
        name: 'LCASE',
        category: 'STRING',
        description: 'Not what it was.',
        overloads: [overloadWithNulls(['str STRING'], 'STRING', (str) => str ?? 'nothing')],
      }),
      defineTableFunction({
        name: 'letters',
        category: 'TABLE',
        description: 'One row for each letter.',
        overloads: [tableOverload(['str STRING'], 'STRING', (str) => Array.from(str ?? ''))],
      }),
    ]);
    expect(evaluate("REPEAT('ab', 2)", { functions }).value).toBe('abab');
    expect(evaluate("REPEAT('ab', NULL)", { functions }).value).toBeNull();
    expect(evaluate('LCASE(CAST(NULL AS STRING))', { functions }).value).toBe('nothing');
    expect(functions.list()).toHaveLength(builtInFunctions.length + 2);
    const { implementation } = functions.resolveTable('LETTERS', [{ kind: 'STRING' }]);
    expect(implementation('ab')).toEqual(['a', 'b']);
    expect(builtInRegistry().find('repeat')).toBeUndefined();
  });

  it('must have parameters that can be read', () => {
    const wrong = defineFunction({
      name: 'wrong',
      category: 'OTHER',
      description: 'Has a parameter without a type.',
      overloads: [overload(['x STRINGS'], 'STRING', () => 'x')],
    });
    expect(() =>
      builtInRegistry()
        .with([wrong])
        .resolveScalar('wrong', [{ kind: 'STRING' }]),
    ).toThrow("not a type: 'STRINGS'");
  });
});
