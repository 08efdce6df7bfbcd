import { describe, expect, it } from 'vitest';
import { parseExpression } from '../../../grammar/index.ts';
import { formatExpression } from '../../../grammar/printer/expressions.ts';
import { INTEGER, STRING } from '../../../src/serde/model/sql-type.ts';
import { bind } from '../../../src/sql/bound/bind.ts';
import { childrenOf } from '../../../src/sql/bound/children.ts';
import type { BoundExpression } from '../../../src/sql/bound/nodes.ts';
import { printBoundTree } from '../../../src/sql/bound/print-tree.ts';
import { compileExpression } from '../../../src/sql/expressions/compile.ts';
import { builtInRegistry, type FunctionRegistry } from '../../../src/sql/functions/index.ts';
import { bound } from '../expression-harness.ts';

const schema = 'I INTEGER, B BIGINT, D DOUBLE, S STRING, A ARRAY<INTEGER>, R STRUCT<F INTEGER>, TS TIMESTAMP';

const tree = (node: BoundExpression): string => printBoundTree(node).join('\n');

/** How often names are looked up while an expression is bound. */
function lookUps(sql: string): { readonly columns: number; readonly calls: number } {
  let columns = 0;
  let calls = 0;
  const builtIn = builtInRegistry();
  const functions: FunctionRegistry = new Proxy(builtIn, {
    get: (target, name) => {
      if (name === 'resolveScalar') calls += 1;
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
  bind(parseExpression(sql), {
    functions,
    scope: {
      resolveColumn: ({ name }) => {
        columns += 1;
        return name === 'S'
          ? { type: STRING, from: 'value', index: 0 }
          : { type: INTEGER, from: 'value', index: 1 };
      },
    },
  });
  return { columns, calls };
}

const nested = (depth: number, wrap: (inner: string) => string, inner: string): string =>
  depth === 0 ? inner : wrap(nested(depth - 1, wrap, inner));

describe('binding', () => {
  it('binds every part of calls nested 60 deep once', () => {
    const sql = nested(60, (inner) => `UCASE(${inner})`, 'S');
    expect(lookUps(sql)).toEqual({ columns: 1, calls: 60 });
    const both = nested(60, (inner) => `CONCAT(S, ${inner})`, 'S');
    expect(lookUps(both)).toEqual({ columns: 61, calls: 60 });
  });

  it.each<[string, (inner: string) => string, { columns: number; calls: number }]>([
    ['CASE', (inner) => `CASE WHEN I > 1 THEN ${inner} ELSE 2 END`, { columns: 31, calls: 0 }],
    ['simple CASE', (inner) => `CASE ${inner} WHEN I THEN 1 ELSE 2 END`, { columns: 31, calls: 0 }],
    ['BETWEEN', (inner) => `CASE WHEN ${inner} BETWEEN I AND 3 THEN 1 END`, { columns: 31, calls: 0 }],
    ['IN', (inner) => `CASE WHEN ${inner} IN (I, 2, '3') THEN 1 END`, { columns: 31, calls: 0 }],
    ['ARRAY', (inner) => `ARRAY[${inner}][I]`, { columns: 31, calls: 0 }],
    ['STRUCT', (inner) => `STRUCT(F := ${inner}, G := I)->F`, { columns: 31, calls: 0 }],
    ['lambdas', (inner) => `TRANSFORM(ARRAY[I], x => x + ${inner})[1]`, { columns: 31, calls: 30 }],
  ])('binds every part once, 30 levels of %s down', (_kind, wrap, counts) => {
    expect(lookUps(nested(30, wrap, 'I'))).toEqual(counts);
  });

  it('makes columns positions, and conversions nodes', () => {
    expect(tree(bound('I + D * 2', { schema }))).toBe(
      [
        'Arithmetic + DOUBLE',
        '  Cast DOUBLE',
        '    Column I (0) INTEGER',
        '  Arithmetic * DOUBLE',
        '    Column D (2) DOUBLE',
        '    Constant 2 DOUBLE',
      ].join('\n'),
    );
  });

  it('evaluates the operand of BETWEEN and of CASE once', () => {
    const between = tree(bound('LEN(S) BETWEEN 1 AND 3', { schema }));
    expect(between.match(/Call/g)).toHaveLength(1);
    expect(between).toMatch(/^Let LEN\(S\) BOOLEAN\n {2}Call LEN INTEGER/);
    expect(tree(bound("CASE LEN(S) WHEN 1 THEN 'a' WHEN 2 THEN 'b' END", { schema }))).toMatch(
      /^Let LEN\(S\) STRING\n {2}Call LEN INTEGER[^]*\n {2}Case no ELSE STRING/,
    );
  });

  it('folds conversions of constants, and keeps one that fails for its row', () => {
    expect(tree(bound("CAST('12' AS INTEGER)"))).toBe('Constant 12 INTEGER');
    expect(tree(bound("CAST('x' AS INTEGER)"))).toMatch(/^Failure .*'x' INTEGER$/);
    expect(tree(bound("TS > '2020-01-01'", { schema }))).toBe(
      [
        'Comparison > primitive BOOLEAN',
        '  Column TS (6) TIMESTAMP',
        '  Constant 1577836800000 TIMESTAMP',
      ].join('\n'),
    );
  });

  it('freezes what it makes', () => {
    const check = (node: BoundExpression): void => {
      expect(Object.isFrozen(node)).toBe(true);
      childrenOf(node).forEach(check);
    };
    check(bound("CASE WHEN I IN (1, 2) THEN MAP('k' := TRANSFORM(A, x => x + 1)) END", { schema }));
  });

  it('reports what failed in the words of the statement', () => {
    const reported: string[] = [];
    const sql = 'ARRAY[(1 / I), 2][2] + (1 / I)';
    const { evaluate } = compileExpression(bound(sql, { schema }), {
      onError: (_error, text) => reported.push(text),
    });
    expect(evaluate([0])).toBeNull();
    expect(reported).toEqual(['(1 / I)', formatExpression(parseExpression(sql))]);
  });

  it('quotes the comparison that a simple CASE makes', () => {
    expect(() => bound("CASE I WHEN 'a' THEN 1 END", { schema })).toThrow('Statement: (I = ');
  });
});
