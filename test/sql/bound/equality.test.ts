import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../../src/base/errors.ts';
import { DATE } from '../../../src/serde/model/sql-type.ts';
import { sameValue } from '../../../src/sql/values/compare.ts';
import { childrenOf, mapChildren } from '../../../src/sql/bound/children.ts';
import { hashExpression, sameExpression } from '../../../src/sql/bound/equality.ts';
import type { BoundExpression } from '../../../src/sql/bound/nodes.ts';
import { bound, valueOf } from '../expression-harness.ts';
import { rows, schema, wellTyped } from '../random-expressions.ts';

/** The bound form of what has types that fit. */
function boundIfTyped(sql: string): BoundExpression | undefined {
  try {
    return bound(sql, { schema });
  } catch (error) {
    if (error instanceof DiagnosticError) return undefined;
    throw error;
  }
}

/** A copy that shares no node with the original. */
function copy(node: BoundExpression): BoundExpression {
  return Object.freeze({ ...mapChildren(node, copy) });
}

const typed = wellTyped.map((sql) => ({ sql, node: boundIfTyped(sql) }));

describe('equality', () => {
  it.each([
    ['I + 1', '(I  +  1)'],
    ['TRANSFORM(A, x => x + 1)', 'TRANSFORM(A, other => other + 1)'],
    ['I BETWEEN 1 AND 2', 'I between 1 and 2'],
    ["UCASE(S) || 'a'", "CONCAT(ucase(S), 'a')"],
    ["CAST('1' AS INTEGER)", '1'],
    ['NOT I = 1', 'NOT (I = 1)'],
  ])('%s is %s', (a, b) => {
    const [left, right] = [bound(a, { schema }), bound(b, { schema })];
    expect(sameExpression(left, right)).toBe(true);
    expect(hashExpression(left)).toBe(hashExpression(right));
  });

  it.each([
    ['I', 'B'],
    ['I + 1', 'I - 1'],
    ['I + 1', '1 + I'],
    ['I + 1', 'I + 2'],
    ['1', 'CAST(1 AS BIGINT)'],
    ['I', 'CAST(I AS INTEGER)'],
    ['0e0', '-0e0'],
    ['I = 1', 'I <> 1'],
    ['I IS NULL', 'I IS NOT NULL'],
    ['I = 1 AND T', 'I = 1 OR T'],
    ['UCASE(S)', 'LCASE(S)'],
    ["S LIKE 'a!%'", "S LIKE 'a!%' ESCAPE '!'"],
    ["S LIKE 'a!%' ESCAPE '!'", "S LIKE 'a!%' ESCAPE '#'"],
    ['TRANSFORM(A, x => x)', 'TRANSFORM(A, x => I)'],
    ['REDUCE(A, 1, (a, b) => a)', 'REDUCE(A, 1, (a, b) => b)'],
    ['CASE WHEN T THEN 1 END', 'CASE WHEN T THEN 1 ELSE 1 END'],
    ['STRUCT(F := 1)', 'STRUCT(G := 1)'],
    ['R->F', 'STRUCT(F := 1)->F'],
    ['ARRAY[I, I]', 'ARRAY[I]'],
    ["CAST('x' AS INTEGER)", "CAST('y' AS INTEGER)"],
  ])('%s is not %s', (a, b) => {
    expect(sameExpression(bound(a, { schema }), bound(b, { schema }))).toBe(false);
  });

  it('is about positions, and not about names', () => {
    const first = bound('X', { schema: 'X INTEGER, Y INTEGER' });
    const second = bound('X', { schema: 'Y INTEGER, X INTEGER' });
    expect(sameExpression(first, second)).toBe(false);
    expect(sameExpression(first, bound('Z', { schema: 'Z INTEGER' }))).toBe(true);
  });

  it('holds between two readings of one text, and then hashes are equal', () => {
    let compared = 0;
    fc.assert(
      fc.property(typed, ({ sql, node }) => {
        const again = boundIfTyped(sql);
        if (node === undefined || again === undefined) return;
        compared += 1;
        expect(sameExpression(node, again), sql).toBe(true);
        expect(hashExpression(node), sql).toBe(hashExpression(again));
      }),
      { numRuns: 1000 },
    );
    expect(compared).toBeGreaterThan(950);
  });

  it('makes no two expressions one that have different values', () => {
    fc.assert(
      fc.property(fc.array(typed, { minLength: 2, maxLength: 30 }), rows, (list, row) => {
        const nodes = list.flatMap(({ node }) => (node === undefined ? [] : [node]));
        for (const [index, a] of nodes.entries()) {
          for (const b of nodes.slice(index + 1)) {
            const same = sameExpression(a, b);
            expect(same).toBe(sameExpression(b, a));
            if (!same) continue;
            expect(hashExpression(a)).toBe(hashExpression(b));
            expect(sameValue(valueOf(a, row), valueOf(b, row))).toBe(true);
          }
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe('parts', () => {
  it('are all there, and a tree of copies of them means the same', () => {
    fc.assert(
      fc.property(typed, rows, ({ sql, node }, row) => {
        if (node === undefined) return;
        expect(mapChildren(node, (child) => child)).toBe(node);
        const copied = copy(node);
        expect(sameExpression(node, copied), sql).toBe(true);
        expect(sameValue(valueOf(copied, row), valueOf(node, row)), sql).toBe(true);
        expect(childrenOf(copied).some((child, index) => child === childrenOf(node)[index])).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  it('can be changed one by one, and each change is seen', () => {
    fc.assert(
      fc.property(typed, ({ sql, node }) => {
        if (node === undefined) return;
        childrenOf(node).forEach((_, changed) => {
          let at = -1;
          const other = mapChildren(node, (child) => {
            at += 1;
            return at === changed
              ? Object.freeze({
                  kind: 'Failure',
                  type: DATE,
                  message: 'changed',
                  syntax: child.syntax,
                })
              : child;
          });
          expect(sameExpression(node, other), sql).toBe(false);
        });
      }),
      { numRuns: 1000 },
    );
  });
});
