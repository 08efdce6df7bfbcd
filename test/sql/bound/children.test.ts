import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DiagnosticError } from '../../../src/base/errors.ts';
import { DATE } from '../../../src/serde/model/sql-type.ts';
import { sameValue } from '../../../src/sql/values/compare.ts';
import { childrenOf, mapChildren } from '../../../src/sql/bound/children.ts';
import type { BoundExpression } from '../../../src/sql/bound/nodes.ts';
import { printBoundTree } from '../../../src/sql/bound/print-tree.ts';
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

describe('parts', () => {
  it('are all there, and a tree of copies of them means the same', () => {
    fc.assert(
      fc.property(typed, rows, ({ sql, node }, row) => {
        if (node === undefined) return;
        expect(mapChildren(node, (child) => child)).toBe(node);
        const copied = copy(node);
        expect(printBoundTree(copied), sql).toEqual(printBoundTree(node));
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
          expect(printBoundTree(other), sql).not.toEqual(printBoundTree(node));
        });
      }),
      { numRuns: 1000 },
    );
  });
});
