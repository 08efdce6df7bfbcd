import type { ComparisonOperator, Comparison, Expression } from '../../../grammar/ast.ts';
import { columnsOf } from '../../../grammar/traverse.ts';
import { mustStop } from '../../base/assert.ts';
import type { SqlValue } from '../../serde/model/sql-value.ts';
import { constantOf } from '../analysis/constant.ts';
import type { AnalysisContext } from '../analysis/session.ts';
import { castArgument } from '../expressions/compile.ts';
import type { KeyBounds } from '../host/host.ts';
import { canImplicitlyCast } from '../types/casts.ts';
import type { SchemaColumn } from '../types/logical-schema.ts';
import { compareValues } from '../values/compare.ts';
import type { Conjunction } from './disjuncts.ts';

/**
 * What conditions leave of a key, of which one has to hold: keys that are outside of all these bounds need not be read. Undefined where they
 * may be anywhere.
 */
export function keyBounds(
  disjuncts: readonly Conjunction[],
  key: readonly SchemaColumn[],
  context: AnalysisContext,
): readonly KeyBounds[] | undefined {
  const all: KeyBounds[] = [];
  for (const conditions of disjuncts) {
    const bounds = boundsOf(conditions, key, context);
    if (bounds === undefined) return undefined;
    all.push(bounds);
  }
  return all;
}

function boundsOf(
  conditions: Conjunction,
  key: readonly SchemaColumn[],
  context: AnalysisContext,
): KeyBounds | undefined {
  const from: SqlValue[] = key.map(() => null);
  const to: SqlValue[] = key.map(() => null);
  let isBounded = false;
  for (const condition of conditions) {
    if (condition.kind !== 'Comparison') continue;
    const { operator, column, other } = turned(condition);
    const at = column.kind === 'ColumnReference' ? key.findIndex(({ name }) => name === column.name) : -1;
    const keyColumn = key[at];
    const value = keyColumn === undefined ? undefined : keyConstant(other, keyColumn, context);
    if (value === undefined) continue;
    if (ABOVE.has(operator)) from[at] = tighter(from[at] ?? null, value, 1);
    if (BELOW.has(operator)) to[at] = tighter(to[at] ?? null, value, -1);
    isBounded ||= ABOVE.has(operator) || BELOW.has(operator);
  }
  return isBounded ? { from, to } : undefined;
}

const ABOVE: ReadonlySet<ComparisonOperator> = new Set(['=', '>', '>=']);
const BELOW: ReadonlySet<ComparisonOperator> = new Set(['=', '<', '<=']);
const MIRRORED: Readonly<Partial<Record<ComparisonOperator, ComparisonOperator>>> = {
  ...{ '<': '>', '<=': '>=', '>': '<', '>=': '<=' },
};

/** With a column on the left, where there is one. */
function turned({ operator, left, right }: Comparison): {
  readonly operator: ComparisonOperator;
  readonly column: Expression;
  readonly other: Expression;
} {
  if (left.kind === 'ColumnReference') return { operator, column: left, other: right };
  return { operator: MIRRORED[operator] ?? operator, column: right, other: left };
}

/** The greater of two lower bounds, or the lesser of two upper ones. */
function tighter(bound: SqlValue, value: SqlValue, sign: 1 | -1): SqlValue {
  return bound === null || sign * compareValues(value, bound) > 0 ? value : bound;
}

/** What a column of the key is compared with, as a value of its type; undefined where that is no such value. */
function keyConstant(
  expression: Expression,
  column: SchemaColumn,
  context: AnalysisContext,
): SqlValue | undefined {
  if (columnsOf(expression).length > 0) return undefined;
  try {
    const { type, value } = constantOf(expression, context);
    if (value === null || value === undefined || type === null) return undefined;
    if (type.kind !== column.type.kind && !canImplicitlyCast(type, column.type)) return undefined;
    return castArgument(type, column.type)?.(value) ?? value;
  } catch (error) {
    // What is wrong with it, the rows that are read are told.
    if (mustStop(error)) throw error;
    return undefined;
  }
}
