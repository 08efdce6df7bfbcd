import type { ArithmeticOperator } from '../../../grammar/ast.ts';
import type { Decimal } from '../../serde/model/decimal.ts';
import {
  addInt64,
  divideInt64,
  multiplyInt64,
  negateInt64,
  remainderInt64,
  subtractInt64,
} from '../../serde/model/int64.ts';
import { BIGINT, type DecimalType, type SqlType } from '../../serde/model/sql-type.ts';
import type { Arithmetic, Sign } from '../bound/nodes.ts';
import { checkTextLength } from '../functions/limits.ts';
import { apply, type Code } from './code.ts';
import type { Context } from './context.ts';

/** `+ - * / %`. Integers wrap around and fail on division by zero, doubles follow IEEE 754, decimals are exact or fail. */
export function emitArithmetic({ type, operator, left, right }: Arithmetic, context: Context): Code {
  const { builder } = context;
  const operands = [context.emit(left, context), context.emit(right, context)];
  // Java's string concatenation writes null as a word.
  if (type.kind === 'STRING') {
    const texts = operands.map((code) => (code.nullable ? `(${code.js} ?? 'null')` : code.js));
    return { js: `${builder.capture(concatenate)}(${texts.join(', ')})`, nullable: false, strict: false };
  }
  const compute = type.kind === 'DECIMAL' ? builder.capture(decimalOperation(operator, type)) : undefined;
  const js = apply(builder, operands, ([a = '', b = '']) =>
    compute === undefined ? operation(operator, a, b, type, context) : `${compute}(${a}, ${b})`,
  );
  return { js, nullable: operands.some((operand) => operand.nullable), strict: true };
}

function concatenate(left: string, right: string): string {
  checkTextLength('+', left.length + right.length);
  return left + right;
}

const int64Operations = {
  '+': addInt64,
  '-': subtractInt64,
  '*': multiplyInt64,
  '/': divideInt64,
  '%': remainderInt64,
} satisfies Record<ArithmeticOperator, unknown>;

function divideInt32(a: number, b: number): number {
  if (b === 0) throw new RangeError('/ by zero');
  return (a / b) | 0;
}

function remainderInt32(a: number, b: number): number {
  if (b === 0) throw new RangeError('/ by zero');
  return (a % b) | 0;
}

function operation(
  operator: ArithmeticOperator,
  a: string,
  b: string,
  type: SqlType,
  context: Context,
): string {
  const { builder } = context;
  if (type.kind === 'DOUBLE') return `${a} ${operator} ${b}`;
  if (type.kind === BIGINT.kind) return `${builder.capture(int64Operations[operator])}(${a}, ${b})`;
  switch (operator) {
    case '*':
      return `Math.imul(${a}, ${b})`;
    case '/':
      return `${builder.capture(divideInt32)}(${a}, ${b})`;
    case '%':
      return `${builder.capture(remainderInt32)}(${a}, ${b})`;
    default:
      return `(${a} ${operator} ${b}) | 0`;
  }
}

/**
 * As Java's BigDecimal with `MathContext(precision, UNNECESSARY)` and then `setScale(scale)`: whatever is inexact or
 * has too many digits is an error. @throws {RangeError}
 */
function decimalOperation(
  operator: ArithmeticOperator,
  type: DecimalType,
): (a: Decimal, b: Decimal) => Decimal {
  const { precision, scale } = type;
  const fit = (value: Decimal): Decimal => {
    const result = value.withScale(scale, 'UNNECESSARY');
    if (result.precision() > precision && result.stripped().precision() > precision) {
      throw new RangeError('Rounding necessary');
    }
    return result;
  };
  switch (operator) {
    case '+':
      return (a, b) => fit(a.plus(b));
    case '-':
      return (a, b) => fit(a.minus(b));
    case '*':
      return (a, b) => fit(a.times(b));
    case '/':
      return (a, b) => fit(a.dividedBy(b, scale, 'UNNECESSARY'));
    case '%':
      return (a, b) => {
        const quotient = a.dividedBy(b, 0, 'DOWN');
        if (quotient.stripped().precision() > precision) throw new RangeError('Division impossible');
        return fit(a.remainder(b));
      };
  }
}

/** A sign before something that is no literal. */
export function emitSign({ type, operator, operand }: Sign, context: Context): Code {
  const code = context.emit(operand, context);
  if (operator === '+') return { ...code, strict: true };
  const js = apply(context.builder, [code], ([a = '']) => negation(a, type, context));
  return { js, nullable: code.nullable, strict: true };
}

function negate(value: Decimal): Decimal {
  return value.negated();
}

function negation(operand: string, type: SqlType, context: Context): string {
  switch (type.kind) {
    case 'INTEGER':
      return `(0 - ${operand}) | 0`;
    case 'BIGINT':
      return `${context.builder.capture(negateInt64)}(${operand})`;
    case 'DECIMAL':
      return `${context.builder.capture(negate)}(${operand})`;
    default:
      return `-${operand}`;
  }
}
