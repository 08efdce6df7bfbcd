import type { Arithmetic, ArithmeticOperator, Sign } from '../../../grammar/ast.ts';
import { DOUBLE, type SqlType, STRING } from '../../serde/model/sql-type.ts';
import { expressionMessages } from '../messages/expressions.ts';
import { widerNumeric } from '../types/casts.ts';
import { asDecimalType, decimalResult } from '../types/decimal-types.ts';
import { type Binder, constant, mistake, node, typedConstant } from './binder.ts';
import { convert } from './conversion.ts';
import { literalValue } from './literals.ts';
import type { BoundExpression } from './nodes.ts';

export function bindArithmetic(syntax: Arithmetic, binder: Binder): BoundExpression {
  const left = binder.bind(syntax.left, binder);
  const right = binder.bind(syntax.right, binder);
  const type = resultType(syntax.operator, left.type, right.type);
  if (type === undefined) {
    throw mistake(syntax, expressionMessages.arithmetic({ syntax, left: left.type, right: right.type }));
  }
  return node({
    kind: 'Arithmetic',
    type,
    operator: syntax.operator,
    left: operandOf(left, type),
    right: operandOf(right, type),
    syntax,
  });
}

function resultType(
  operator: ArithmeticOperator,
  left: SqlType | null,
  right: SqlType | null,
): SqlType | undefined {
  if (left === null || right === null) return undefined;
  if (left.kind === 'STRING' && right.kind === 'STRING' && operator === '+') return STRING;
  const wide = widerNumeric(left, right);
  if (wide?.kind !== 'DECIMAL') return wide;
  const a = asDecimalType(left);
  const b = asDecimalType(right);
  return a === undefined || b === undefined ? undefined : decimalResult(operator, a, b);
}

/** Beside a double an operand becomes a double; beside a decimal one that holds all of its values. */
function operandOf(operand: BoundExpression, result: SqlType): BoundExpression {
  if (result.kind === 'DOUBLE') return convert(operand, DOUBLE) ?? operand;
  const decimal =
    result.kind === 'DECIMAL' && operand.type !== null ? asDecimalType(operand.type) : undefined;
  return decimal === undefined ? operand : (convert(operand, decimal) ?? operand);
}

/** A sign before a number makes a number. */
export function bindSign(syntax: Sign, binder: Binder): BoundExpression {
  const literal = literalValue(syntax);
  if (literal !== undefined) return typedConstant(syntax, literal);
  const operand = binder.bind(syntax.operand, binder);
  const { type } = operand;
  if (type === null || widerNumeric(type, type) === undefined) {
    throw mistake(syntax, expressionMessages.sign(syntax, type));
  }
  if (syntax.operator === '+' && operand.kind === 'Constant' && operand.value !== null) {
    return constant(syntax, operand.value, type);
  }
  return node({ kind: 'Sign', type, operator: syntax.operator, operand, syntax });
}
