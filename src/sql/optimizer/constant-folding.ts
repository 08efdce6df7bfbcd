import { constant } from '../bound/binder.ts';
import { childrenOf } from '../bound/children.ts';
import { mapChildren } from '../bound/map-children.ts';
import type { BoundExpression } from '../bound/nodes.ts';
import { compileExpression } from '../expressions/compile.ts';
import type { LogicalNode } from '../logical/nodes.ts';
import { withExpressions, withInputs } from './map-plan.ts';
import type { OptimizerRule } from './rule.ts';

/**
 * `delay > 10 * 60` becomes `delay > 600`. What fails when it is computed fails for each row, as before; so does NULL,
 * which is an error of evaluation in some places and a value in others. Calls stay: a function may give something else
 * each time.
 */
export const constantFolding: OptimizerRule = {
  name: 'constant folding',
  apply: (plan) => foldPlan(plan),
};

function foldPlan(node: LogicalNode): LogicalNode {
  return withExpressions(withInputs(node, foldPlan), foldConstants);
}

/** The expression with the values of its constant parts in their places. */
function foldConstants(expression: BoundExpression): BoundExpression {
  const results = resultsOf(expression);
  const folded = mapChildren(expression, (part) => (results.includes(part) ? part : foldConstants(part)));
  return isComputation(folded) && childrenOf(folded).every(isValue) ? computed(folded) : folded;
}

/** Whether NULL is an error behind a CASE goes by how its results are computed: they stay as they are. */
function resultsOf(expression: BoundExpression): readonly BoundExpression[] {
  if (expression.kind !== 'Case') return [];
  const { branches, otherwise } = expression;
  const results = branches.map(({ result }) => result);
  return otherwise === undefined ? results : [...results, otherwise];
}

function isValue(part: BoundExpression): boolean {
  return part.kind === 'Constant' && part.value !== null && part.type !== null;
}

/** What gives the same for the same operands. */
function isComputation({ kind }: BoundExpression): boolean {
  switch (kind) {
    case 'Guard':
    case 'Cast':
    case 'Sign':
    case 'Arithmetic':
    case 'Comparison':
    case 'Logical':
    case 'Not':
    case 'IsNull':
    case 'In':
    case 'Like':
    case 'Case':
    case 'Subscript':
    case 'Field':
      return true;
    case 'Constant':
    case 'Failure':
    case 'Column':
    case 'Parameter':
    case 'Let':
    case 'Array':
    case 'Map':
    case 'Struct':
    case 'Call':
    case 'Lambda':
      return false;
  }
}

/** The value of an expression without columns, in its place; the expression where it has none. */
function computed(expression: BoundExpression): BoundExpression {
  let fails = false;
  const { evaluate } = compileExpression(expression, {
    onError: () => {
      fails = true;
    },
  });
  const value = evaluate([]);
  if (fails || value === null || expression.type === null) return expression;
  return constant(expression.syntax, value, expression.type);
}
