import { unreachable } from '../../base/assert.ts';
import { node } from './binder.ts';
import { childrenOf } from './children.ts';
import type { BoundExpression } from './nodes.ts';

type Mapped = (child: BoundExpression) => BoundExpression;

/** The expression with each of its direct parts replaced; the same object where none is another one. */
export function mapChildren(bound: BoundExpression, map: Mapped): BoundExpression {
  const replaced = new Map<BoundExpression, BoundExpression>();
  let isSame = true;
  for (const child of childrenOf(bound)) {
    const mapped = map(child);
    if (mapped !== child) isSame = false;
    replaced.set(child, mapped);
  }
  return isSame ? bound : rebuilt(bound, (child) => replaced.get(child) ?? child);
}

function rebuilt(bound: BoundExpression, part: Mapped): BoundExpression {
  const parts = (list: readonly BoundExpression[]): readonly BoundExpression[] => list.map(part);
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
      return node({ ...bound, operand: part(bound.operand) });
    case 'Arithmetic':
    case 'Comparison':
    case 'Logical':
      return node({ ...bound, left: part(bound.left), right: part(bound.right) });
    case 'Let':
      return node({ ...bound, value: part(bound.value), body: part(bound.body) });
    case 'In':
      return node({ ...bound, operand: part(bound.operand), list: parts(bound.list) });
    case 'Like':
      return node({ ...bound, operand: part(bound.operand), pattern: part(bound.pattern) });
    case 'Case': {
      const branches = bound.branches.map(({ when, result }) => ({ when: part(when), result: part(result) }));
      const { otherwise } = bound;
      return node({ ...bound, branches, ...(otherwise === undefined ? {} : { otherwise: part(otherwise) }) });
    }
    case 'Array':
      return node({ ...bound, elements: parts(bound.elements) });
    case 'Map':
      return node({ ...bound, keys: parts(bound.keys), values: parts(bound.values) });
    case 'Struct':
      return node({ ...bound, values: parts(bound.values) });
    case 'Subscript':
      return node({ ...bound, base: part(bound.base), index: part(bound.index) });
    case 'Field':
      return node({ ...bound, base: part(bound.base) });
    case 'Call':
      return node({ ...bound, arguments: parts(bound.arguments) });
    case 'Lambda':
      return node({ ...bound, body: part(bound.body) });
    default:
      return unreachable(bound);
  }
}
