import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DiagnosticError } from '../../../src/base/errors.ts';
import { childrenOf } from '../../../src/sql/bound/children.ts';
import type { BoundExpression } from '../../../src/sql/bound/nodes.ts';
import { bound } from '../expression-harness.ts';
import { schema, wellTyped } from '../random-expressions.ts';

/** The bound form of what has types that fit. */
function boundIfTyped(sql: string): BoundExpression | undefined {
  try {
    return bound(sql, { schema });
  } catch (error) {
    if (error instanceof DiagnosticError) return undefined;
    throw error;
  }
}

function isBound(value: object): value is BoundExpression {
  return 'kind' in value && 'syntax' in value;
}

/** All bound expressions that lie in the fields of a node, however deep in lists and branches. */
function partsIn(value: unknown): readonly BoundExpression[] {
  if (typeof value !== 'object' || value === null) return [];
  if (isBound(value)) return [value];
  return Object.values(value).flatMap(partsIn);
}

it('the children of a node are all expressions that lie in its fields', () => {
  const kinds = new Set<string>();
  const check = (node: BoundExpression, sql: string): void => {
    kinds.add(node.kind);
    const children = childrenOf(node);
    const { syntax: _, ...fields } = node;
    expect(new Set(children), sql).toEqual(new Set(Object.values(fields).flatMap(partsIn)));
    for (const child of children) check(child, sql);
  };
  const typed = wellTyped.map((sql) => ({ sql, node: boundIfTyped(sql) }));
  fc.assert(
    fc.property(typed, ({ sql, node }) => {
      if (node !== undefined) check(node, sql);
    }),
    { numRuns: 1000 },
  );
  expect([...kinds]).toEqual(
    expect.arrayContaining(['Case', 'In', 'Let', 'Lambda', 'Map', 'Struct', 'Like']),
  );
});
