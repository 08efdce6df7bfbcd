import { mustStop } from '../../base/assert.ts';
import { messageOf } from '../../base/errors.ts';
import { sameType, type SqlType } from '../../serde/model/sql-type.ts';
import { casterOf } from '../values/cast.ts';
import { constant, node } from './binder.ts';
import type { BoundExpression } from './nodes.ts';

/** The expression as a value of a type; undefined where there is no such cast. Constants are converted here and now. */
export function convert(bound: BoundExpression, to: SqlType): BoundExpression | undefined {
  if (bound.type !== null && sameType(bound.type, to)) return bound;
  return castTo(bound, to, bound.syntax);
}

/** As {@link convert}, with a node for the conversion even where the value stays as it is: what CAST says. */
export function castTo(
  bound: BoundExpression,
  to: SqlType,
  syntax: BoundExpression['syntax'],
): BoundExpression | undefined {
  const cast = bound.type === null ? undefined : casterOf(bound.type, to);
  if (bound.type !== null && cast === undefined) return undefined;
  if (bound.kind !== 'Constant') return node({ kind: 'Cast', type: to, operand: bound, syntax });
  if (bound.value === null || cast === undefined) return constant(syntax, bound.value, to);
  try {
    return constant(syntax, cast(bound.value), to);
  } catch (error) {
    if (mustStop(error)) throw error;
    return node({ kind: 'Failure', type: to, message: messageOf(error), syntax });
  }
}
