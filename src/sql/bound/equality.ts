import { printType, sameType, type SqlType } from '../../serde/model/sql-type.ts';
import type { SqlValue } from '../../serde/model/sql-value.ts';
import { sameValue } from '../values/compare.ts';
import { childrenOf } from './children.ts';
import { labelOf } from './label.ts';
import type { Binding, BoundExpression } from './nodes.ts';

/**
 * Whether two expressions over one scope mean the same: kinds, types, columns, constants and functions are the same,
 * part by part. How they were written, and what their parameters are called, does not matter.
 */
export function sameExpression(a: BoundExpression, b: BoundExpression): boolean {
  return same(a, b, new Map());
}

/** @param bindings of `a`, with those of `b` that stand in their place. */
function same(a: BoundExpression, b: BoundExpression, bindings: Map<Binding, Binding>): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind || !sameTypes(a.type, b.type)) return false;
  pair(a, b, bindings);
  const left = childrenOf(a);
  const right = childrenOf(b);
  return (
    left.length === right.length &&
    sameOwn(a, b, bindings) &&
    left.every((child, index) => {
      const other = right[index];
      return other !== undefined && same(child, other, bindings);
    })
  );
}

function pair(a: BoundExpression, b: BoundExpression, bindings: Map<Binding, Binding>): void {
  const others = bindingsOf(b);
  bindingsOf(a).forEach((binding, index) => {
    const other = others[index];
    if (other !== undefined) bindings.set(binding, other);
  });
}

function bindingsOf(bound: BoundExpression): readonly Binding[] {
  if (bound.kind === 'Let') return [bound.binding];
  return bound.kind === 'Lambda' ? bound.parameters : [];
}

/** Whether two nodes of one kind and type are the same but for their parts. */
function sameOwn(a: BoundExpression, b: BoundExpression, bindings: ReadonlyMap<Binding, Binding>): boolean {
  switch (a.kind) {
    case 'Parameter':
      return b.kind === 'Parameter' && (bindings.get(a.binding) ?? a.binding) === b.binding;
    case 'Constant':
      return b.kind === 'Constant' && sameConstant(a.value, b.value);
    case 'Call':
      return b.kind === 'Call' && a.resolved.overload === b.resolved.overload;
    case 'Lambda':
      return b.kind === 'Lambda' && a.parameters.length === b.parameters.length;
    default:
      return labelOf(a) === labelOf(b);
  }
}

/** Equal as SQL values are, and indistinguishable in what is made of them: 0 and -0 are two. */
function sameConstant(a: SqlValue, b: SqlValue): boolean {
  return typeof a === 'number' ? Object.is(a, b) : sameValue(a, b);
}

function sameTypes(a: SqlType | null, b: SqlType | null): boolean {
  return a === null || b === null ? a === b : sameType(a, b);
}

/** A number that equal expressions share. */
export function hashExpression(bound: BoundExpression): number {
  let hash = 17;
  const add = (text: string): void => {
    for (let at = 0; at < text.length; at += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
  };
  add(`${bound.kind} ${bound.type === null ? '' : printType(bound.type)} ${labelOf(bound)}`);
  for (const child of childrenOf(bound)) hash = (Math.imul(hash, 31) + hashExpression(child)) | 0;
  return hash;
}
