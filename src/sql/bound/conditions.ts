import type {
  Expression,
  In,
  IsNotNull,
  IsNull,
  Like,
  Logical,
  Not,
  SearchedCase,
  SimpleCase,
} from '../../../grammar/ast.ts';
import { formatExpression } from '../../../grammar/printer/expressions.ts';
import { BOOLEAN, printType } from '../../serde/model/sql-type.ts';
import { type Binder, mistake, node } from './binder.ts';
import { compare, withHeld } from './comparison.ts';
import { bindList } from './lists.ts';
import type { BoundExpression } from './nodes.ts';

function bindCondition(syntax: Expression, binder: Binder): BoundExpression {
  const bound = binder.bind(syntax, binder);
  if (bound.type !== null && bound.type.kind !== 'BOOLEAN') {
    throw mistake(
      syntax,
      `Should evaluate to boolean but is ${formatExpression(syntax)} (${printType(bound.type)}) instead.`,
    );
  }
  return bound;
}

export function bindLogical(syntax: Logical, binder: Binder): BoundExpression {
  const left = bindCondition(syntax.left, binder);
  const right = bindCondition(syntax.right, binder);
  return node({ kind: 'Logical', type: BOOLEAN, operator: syntax.operator, left, right, syntax });
}

export function bindNot(syntax: Not, binder: Binder): BoundExpression {
  return node({ kind: 'Not', type: BOOLEAN, operand: bindCondition(syntax.operand, binder), syntax });
}

export function bindIsNull(syntax: IsNull | IsNotNull, binder: Binder): BoundExpression {
  const operand = binder.bind(syntax.operand, binder);
  return node({ kind: 'IsNull', type: BOOLEAN, operand, negated: syntax.kind === 'IsNotNull', syntax });
}

export function bindIn(syntax: In, binder: Binder): BoundExpression {
  const [operand, ...list] = bindList([syntax.operand, ...syntax.list], binder).elements;
  if (operand === undefined) throw mistake(syntax, 'IN without an operand');
  return node({ kind: 'In', type: BOOLEAN, operand, list, syntax });
}

export function bindLike(syntax: Like, binder: Binder): BoundExpression {
  const operand = binder.bind(syntax.operand, binder);
  const pattern = binder.bind(syntax.pattern, binder);
  if (operand.type?.kind !== 'STRING' || pattern.type?.kind !== 'STRING') {
    throw mistake(
      syntax,
      `Like condition must be between strings. Got: ${operand.type?.kind ?? 'null'} and ${pattern.type?.kind ?? 'null'}`,
    );
  }
  const escape = syntax.escape === undefined ? {} : { escape: syntax.escape };
  return node({ kind: 'Like', type: BOOLEAN, operand, pattern, ...escape, syntax });
}

export function bindSearchedCase(syntax: SearchedCase, binder: Binder): BoundExpression {
  const conditions = syntax.branches.map((branch) => bindCondition(branch.when, binder));
  return caseOf(syntax, conditions, binder);
}

/** `CASE x WHEN v` is `CASE WHEN x = v`, with x evaluated once. */
export function bindSimpleCase(syntax: SimpleCase, binder: Binder): BoundExpression {
  return withHeld(syntax, binder.bind(syntax.operand, binder), (operand) => {
    const conditions = syntax.branches.map(({ when, span }) =>
      compare(
        { kind: 'Comparison', operator: '=', left: syntax.operand, right: when, span },
        operand,
        binder.bind(when, binder),
      ),
    );
    return caseOf(syntax, conditions, binder);
  });
}

function caseOf(
  syntax: SearchedCase | SimpleCase,
  conditions: readonly BoundExpression[],
  binder: Binder,
): BoundExpression {
  const results = syntax.branches.map((branch) => branch.result);
  const all = syntax.otherwise === undefined ? results : [...results, syntax.otherwise];
  const { type, elements } = bindList(all, binder);
  const branches = conditions.flatMap((when, index) => {
    const result = elements[index];
    return result === undefined ? [] : [{ when, result }];
  });
  const otherwise = elements[branches.length];
  return node({
    kind: 'Case',
    type,
    branches,
    ...(otherwise === undefined ? {} : { otherwise }),
    syntax,
  });
}
