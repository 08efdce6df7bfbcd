import type { Comparison, Expression } from '../../../grammar/ast.ts';

/** Beyond this many a condition is not taken apart. */
const DISJUNCTS_MAX = 1_000;

/** Conditions that hold together. */
export type Conjunction = readonly Expression[];

/**
 * A condition as a list of conjunctions of which one must hold. `IN` and `BETWEEN` are taken apart into comparisons, as
 * ksqlDB does before it looks for keys; undefined where that would be too many.
 */
export function disjunctsOf(condition: Expression): readonly Conjunction[] | undefined {
  switch (condition.kind) {
    case 'Logical': {
      const left = disjunctsOf(condition.left);
      const right = disjunctsOf(condition.right);
      if (left === undefined || right === undefined) return undefined;
      if (condition.operator === 'OR') return limited([...left, ...right]);
      if (left.length * right.length > DISJUNCTS_MAX) return undefined;
      return left.flatMap((a) => right.map((b) => [...a, ...b]));
    }
    case 'In':
      return limited(condition.list.map((item) => [comparison('=', condition.operand, item)]));
    case 'Between':
      return [
        [
          comparison('>=', condition.operand, condition.low),
          comparison('<=', condition.operand, condition.high),
        ],
      ];
    default:
      return [[condition]];
  }
}

function limited(disjuncts: readonly Conjunction[]): readonly Conjunction[] | undefined {
  return disjuncts.length > DISJUNCTS_MAX ? undefined : disjuncts;
}

function comparison(operator: Comparison['operator'], left: Expression, right: Expression): Comparison {
  return { kind: 'Comparison', operator, left, right, span: right.span };
}
