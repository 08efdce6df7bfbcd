import type { BoundExpression, CaseBranch, Column } from './nodes.ts';

/** The direct parts of an expression, in the order of their evaluation. */
export function childrenOf(bound: BoundExpression): readonly BoundExpression[] {
  const children: BoundExpression[] = [];
  mapChildren(bound, (child) => {
    children.push(child);
    return child;
  });
  return children;
}

/** The expression with other parts; itself where no part changes. The parts must be of the types that were there. */
export function mapChildren(
  bound: BoundExpression,
  change: (child: BoundExpression) => BoundExpression,
): BoundExpression {
  switch (bound.kind) {
    case 'Constant':
    case 'Failure':
    case 'Column':
    case 'Parameter':
      return bound;
    case 'Guard':
    case 'Cast':
    case 'Sign':
    case 'Not':
    case 'IsNull':
      return changed(bound, { operand: change(bound.operand) });
    case 'Arithmetic':
    case 'Comparison':
    case 'Logical':
      return changed(bound, { left: change(bound.left), right: change(bound.right) });
    case 'Let':
      return changed(bound, { value: change(bound.value), body: change(bound.body) });
    case 'In':
      return changed(bound, { operand: change(bound.operand), list: all(bound.list, change) });
    case 'Like':
      return changed(bound, { operand: change(bound.operand), pattern: change(bound.pattern) });
    case 'Case': {
      const branches = all(bound.branches, (branch) => mapBranch(branch, change));
      const { otherwise } = bound;
      return changed(
        bound,
        otherwise === undefined ? { branches } : { branches, otherwise: change(otherwise) },
      );
    }
    case 'Array':
      return changed(bound, { elements: all(bound.elements, change) });
    case 'Map':
      return changed(bound, { keys: all(bound.keys, change), values: all(bound.values, change) });
    case 'Struct':
      return changed(bound, { values: all(bound.values, change) });
    case 'Subscript':
      return changed(bound, { base: change(bound.base), index: change(bound.index) });
    case 'Field':
      return changed(bound, { base: change(bound.base) });
    case 'Call':
      return changed(bound, { arguments: all(bound.arguments, change) });
    case 'Lambda':
      return changed(bound, { body: change(bound.body) });
  }
}

function mapBranch(branch: CaseBranch, change: (child: BoundExpression) => BoundExpression): CaseBranch {
  return changed(branch, { when: change(branch.when), result: change(branch.result) });
}

/** A copy with other fields, frozen; the object itself where they are what they were. */
function changed<T extends object>(object: T, fields: Partial<T>): T {
  const keys = Object.keys(fields) as (keyof T)[];
  return keys.every((key) => object[key] === fields[key]) ? object : Object.freeze({ ...object, ...fields });
}

function all<T>(items: readonly T[], change: (item: T) => T): readonly T[] {
  const results = items.map(change);
  return results.every((result, index) => result === items[index]) ? items : results;
}

/** Every column that an expression reads, as often as it does. */
export function columnsIn(bound: BoundExpression): readonly Column[] {
  return bound.kind === 'Column' ? [bound] : childrenOf(bound).flatMap(columnsIn);
}
