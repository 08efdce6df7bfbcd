import type {
  DecimalLiteral,
  Expression,
  IntegerLiteral,
  IntervalUnitLiteral,
  Literal,
  Sign,
} from '../../../grammar/ast.ts';
import { Decimal } from '../../serde/model/decimal.ts';
import { INT64_MAX, INT64_MIN, int64 } from '../../serde/model/int64.ts';
import {
  BIGINT,
  DOUBLE,
  decimalType,
  INTEGER,
  STRING,
  BOOLEAN,
  type SqlType,
} from '../../serde/model/sql-type.ts';
import { mistake } from './binder.ts';
import { expressionMessages } from '../messages/expressions.ts';
import type { SqlValue } from '../../serde/model/sql-value.ts';

export interface TypedValue {
  readonly type: SqlType | null;
  readonly value: SqlValue;
}

type ValueLiteral = Exclude<Literal, IntervalUnitLiteral>;

/**
 * The value of a literal. Whole numbers are INTEGER where they fit and else BIGINT, those with a point DECIMAL with just
 * the digits written, those with an exponent DOUBLE.
 */
export function valueOfLiteral(literal: ValueLiteral): TypedValue {
  switch (literal.kind) {
    case 'NullLiteral':
      return { type: null, value: null };
    case 'BooleanLiteral':
      return { type: BOOLEAN, value: literal.value };
    case 'StringLiteral':
      return { type: STRING, value: literal.value };
    case 'IntegerLiteral':
      return integer(literal, '');
    case 'DecimalLiteral':
      return decimal(literal, '');
    case 'DoubleLiteral':
      return double(literal.text, literal);
  }
}

/** The value of a literal, a sign before it included; undefined where the expression is none. */
export function literalValue(expression: Expression): TypedValue | undefined {
  switch (expression.kind) {
    case 'NullLiteral':
    case 'BooleanLiteral':
    case 'StringLiteral':
    case 'IntegerLiteral':
    case 'DecimalLiteral':
    case 'DoubleLiteral':
      return valueOfLiteral(expression);
    case 'Sign':
      return signed(expression);
    default:
      return undefined;
  }
}

function signed(expression: Sign): TypedValue | undefined {
  const { operand, operator } = expression;
  const sign = operator === '-' ? '-' : '';
  switch (operand.kind) {
    case 'IntegerLiteral':
      return integer(operand, sign);
    case 'DecimalLiteral':
      return /^[+-]/.test(operand.text) ? undefined : decimal(operand, sign);
    case 'DoubleLiteral':
      return double(sign + operand.text, operand);
    default:
      return undefined;
  }
}

function integer(literal: IntegerLiteral, sign: string): TypedValue {
  const value = BigInt(literal.text) * (sign === '-' ? -1n : 1n);
  if (value < INT64_MIN || value > INT64_MAX) {
    throw mistake(literal, expressionMessages.numericLiteral(sign + literal.text));
  }
  const fits = value >= -2147483648n && value <= 2147483647n;
  return { type: fits ? INTEGER : BIGINT, value: int64(value) };
}

function decimal(literal: DecimalLiteral, sign: string): TypedValue {
  const value = decimalOfText(sign + literal.text);
  if (value === undefined) {
    throw mistake(literal, expressionMessages.numericLiteral(sign + literal.text));
  }
  return { type: decimalTypeOf(value), value };
}

/** The decimal that a text is, with a scale that a type can have; undefined where it is no number. */
export function decimalOfText(text: string): Decimal | undefined {
  const value = Decimal.parse(text.trim());
  return value === undefined || value.scale >= 0 ? value : value.withScale(0, 'UNNECESSARY');
}

/** The narrowest type of a decimal; below 1 it has a digit before the point. */
export function decimalTypeOf(value: Decimal): SqlType {
  return decimalType(Math.max(value.precision(), value.scale + 1), value.scale);
}

function double(text: string, expression: Expression): TypedValue {
  const value = Number(text);
  if (!Number.isFinite(value)) {
    throw mistake(expression, expressionMessages.doubleOverflow(text));
  }
  return { type: DOUBLE, value };
}
