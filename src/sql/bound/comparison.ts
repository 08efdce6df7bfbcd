import type { Between, Comparison, ComparisonOperator, Expression } from '../../../grammar/ast.ts';
import { mustStop } from '../../base/assert.ts';
import { messageOf } from '../../base/errors.ts';
import { BIGINT, BOOLEAN, type SqlType, TIMESTAMP } from '../../serde/model/sql-type.ts';
import { expressionMessages } from '../messages/expressions.ts';
import { isNumeric } from '../types/casts.ts';
import { parseTimestamp } from '../values/iso-time.ts';
import { type Binder, constant, mistake, node } from './binder.ts';
import { convert } from './conversion.ts';
import type { Binding, BoundExpression, ComparisonKind, Parameter } from './nodes.ts';
import { textOf } from './origin.ts';
import { isDistinctFrom, operatorNames } from './operator-names.ts';

export function bindComparison(syntax: Comparison, binder: Binder): BoundExpression {
  const left = binder.bind(syntax.left, binder);
  const right = binder.bind(syntax.right, binder);
  return compare(syntax, left, right);
}

/** `low <= operand AND operand <= high`, with the operand evaluated once. */
export function bindBetween(syntax: Between, binder: Binder): BoundExpression {
  return withHeld(syntax, binder.bind(syntax.operand, binder), (operand) => {
    const bound = (operator: '>=' | '<=', right: Expression): BoundExpression =>
      compare(
        { kind: 'Comparison', operator, left: syntax.operand, right, span: syntax.span },
        operand,
        binder.bind(right, binder),
      );
    const left = bound('>=', syntax.low);
    const right = bound('<=', syntax.high);
    return node({ kind: 'Logical', type: BOOLEAN, operator: 'AND', left, right, syntax });
  });
}

/** What `body` makes of a value that is evaluated once; constants and columns need no place to be held in. */
export function withHeld(
  syntax: Expression,
  value: BoundExpression,
  body: (held: BoundExpression) => BoundExpression,
): BoundExpression {
  if (value.kind === 'Constant' || value.kind === 'Column') return body(value);
  const binding: Binding = Object.freeze({ name: textOf(value.syntax), type: value.type });
  const held: Parameter = node({ kind: 'Parameter', type: value.type, binding, syntax: value.syntax });
  const inner = body(held);
  return node({ kind: 'Let', type: inner.type, binding, value, body: inner, syntax });
}

/** Compares what is bound already. @throws {DiagnosticError} in the words of `syntax`. */
export function compare(syntax: Comparison, left: BoundExpression, right: BoundExpression): BoundExpression {
  if (isRecordTime(left)) return compareTyped(syntax, left, timeOf(right));
  if (isRecordTime(right)) return compareTyped(syntax, timeOf(left), right);
  return compareTyped(syntax, left, right);
}

function isRecordTime(bound: BoundExpression): boolean {
  return bound.kind === 'Column' && bound.isRecordTime;
}

/** ROWTIME and window bounds compare with texts of timestamps, which may be partial and name a zone. */
function timeOf(bound: BoundExpression): BoundExpression {
  if (bound.kind !== 'Constant' || typeof bound.value !== 'string') return bound;
  try {
    return constant(bound.syntax, parseTimestamp(bound.value), BIGINT);
  } catch (error) {
    if (mustStop(error)) throw error;
    throw mistake(bound.syntax, expressionMessages.timestampText(bound.value, messageOf(error)));
  }
}

function compareTyped(syntax: Comparison, left: BoundExpression, right: BoundExpression): BoundExpression {
  const { operator } = syntax;
  const make = (by: ComparisonKind, a = left, b = right): BoundExpression =>
    node({ kind: 'Comparison', type: BOOLEAN, operator, by, left: a, right: b, syntax });
  if (left.type === null || right.type === null) {
    if (isDistinctFrom(operator)) return make('null');
    throw mistake(
      syntax,
      expressionMessages.comparisonWithNull({ syntax, left: left.type, right: right.type }, operator),
    );
  }
  const time = isTemporal(left.type) || isTemporal(right.type);
  const common = time ? commonTime(left.type, right.type) : undefined;
  const a = common === undefined ? left : convert(left, common);
  const b = common === undefined ? right : convert(right, common);
  const by =
    time && common === undefined
      ? undefined
      : comparisonKind(operator, common ?? left.type, common ?? right.type);
  if (by === undefined || a === undefined || b === undefined) {
    throw mistake(
      syntax,
      expressionMessages.comparison({
        syntax,
        left: { syntax: syntax.left, type: left.type },
        right: { syntax: syntax.right, type: right.type },
        operator: operatorNames[operator],
      }),
    );
  }
  return make(by, a, b);
}

/** How values of two types are compared as they are; undefined where they cannot be. */
export function comparisonKind(
  operator: ComparisonOperator,
  left: SqlType | null,
  right: SqlType | null,
): ComparisonKind | undefined {
  if (left === null || right === null) return isDistinctFrom(operator) ? 'null' : undefined;
  if (isNumeric(left) && isNumeric(right)) {
    if (left.kind === 'DECIMAL' || right.kind === 'DECIMAL') return 'decimal';
    const mixed = left.kind !== right.kind && (left.kind === 'DOUBLE' || right.kind === 'DOUBLE');
    return mixed ? 'loose' : 'primitive';
  }
  if (left.kind !== right.kind) return undefined;
  switch (left.kind) {
    case 'STRING':
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
      return 'primitive';
    case 'BOOLEAN':
      return isEquality(operator) ? 'primitive' : undefined;
    case 'BYTES':
      return 'order';
    case 'ARRAY':
    case 'MAP':
    case 'STRUCT':
      return isEquality(operator) ? 'equality' : undefined;
    default:
      return undefined;
  }
}

function isEquality(operator: ComparisonOperator): boolean {
  return operator === '=' || operator === '<>' || isDistinctFrom(operator);
}

function isTemporal(type: SqlType): boolean {
  return type.kind === 'DATE' || type.kind === 'TIME' || type.kind === 'TIMESTAMP';
}

/** Times compare with times of their type and with texts; a date compares with a timestamp as its first instant. */
function commonTime(left: SqlType, right: SqlType): SqlType | undefined {
  if (left.kind === right.kind) return left;
  if (left.kind === 'STRING') return right;
  if (right.kind === 'STRING') return left;
  return left.kind !== 'TIME' && right.kind !== 'TIME' ? TIMESTAMP : undefined;
}
