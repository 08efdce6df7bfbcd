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
import { assertDefined } from '../../base/assert.ts';
import { BOOLEAN, sameType, type SqlType } from '../../serde/model/sql-type.ts';
import { expressionMessages } from '../messages/expressions.ts';
import { type Binder, CodeMistake, mistake, node } from './binder.ts';
import { compare, withHeld } from './comparison.ts';
import { ListMistake } from './list-type.ts';
import { bindList } from './lists.ts';
import type { BoundExpression } from './nodes.ts';

function bindCondition(syntax: Expression, binder: Binder): BoundExpression {
  const bound = binder.bind(syntax, binder);
  if (bound.type !== null && bound.type.kind !== 'BOOLEAN') {
    throw mistake(syntax, expressionMessages.notBoolean(syntax, bound.type));
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
  const [operand, ...list] = bindInList(syntax, binder);
  return node({ kind: 'In', type: BOOLEAN, operand, list, syntax });
}

/** ksqlDB takes IN for a condition at once, and compares its items when it generates code. */
function bindInList(
  { operand, list }: In,
  binder: Binder,
): readonly [BoundExpression, ...(readonly BoundExpression[])] {
  try {
    const [first, ...others] = bindList([operand, ...list], binder).elements;
    return [assertDefined(first, 'the operand of IN'), ...others];
  } catch (error) {
    if (error instanceof ListMistake) throw new CodeMistake(error.diagnostic, { cause: error });
    throw error;
  }
}

export function bindLike(syntax: Like, binder: Binder): BoundExpression {
  const operand = binder.bind(syntax.operand, binder);
  const pattern = binder.bind(syntax.pattern, binder);
  if (operand.type?.kind !== 'STRING' || pattern.type?.kind !== 'STRING') {
    throw mistake(syntax, expressionMessages.like({ left: operand.type, right: pattern.type }));
  }
  if (syntax.escape !== undefined && syntax.escape.length !== 1) {
    throw mistake(syntax, expressionMessages.likeEscape(syntax.escape));
  }
  const escape = syntax.escape === undefined ? {} : { escape: syntax.escape };
  return node({ kind: 'Like', type: BOOLEAN, operand, pattern, ...escape, syntax });
}

export function bindSearchedCase(syntax: SearchedCase, binder: Binder): BoundExpression {
  const conditions = syntax.branches.map(({ when }) => {
    const bound = binder.bind(when, binder);
    if (bound.type === null || bound.type.kind === 'BOOLEAN') return bound;
    throw mistake(when, expressionMessages.caseCondition(when, bound.type));
  });
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
  const { type, elements } = bindResults(syntax, binder);
  if (type === null) throw mistake(syntax, expressionMessages.caseOfNulls());
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

function bindResults(syntax: SearchedCase | SimpleCase, binder: Binder): ReturnType<typeof bindList> {
  const results = syntax.branches.map((branch) => branch.result);
  const all = syntax.otherwise === undefined ? results : [...results, syntax.otherwise];
  try {
    return bindList(all, binder);
  } catch (error) {
    throw error instanceof ListMistake ? caseMistake(syntax, binder, error) : error;
  }
}

/** Tells of branches whose results do not go together which one is the first. */
function caseMistake(
  { branches, otherwise }: SearchedCase | SimpleCase,
  binder: Binder,
  cause: ListMistake,
): unknown {
  let before: SqlType | undefined;
  for (const { result } of branches) {
    const { type } = binder.bind(result, binder);
    if (type === null) continue;
    if (before !== undefined && !sameType(before, type))
      return mistake(result, expressionMessages.caseResult({ syntax: result, type, before }));
    before = type;
  }
  const last = otherwise === undefined ? null : binder.bind(otherwise, binder).type;
  if (otherwise === undefined || last === null || before === undefined) return cause;
  return mistake(otherwise, expressionMessages.caseDefault(before, last));
}
