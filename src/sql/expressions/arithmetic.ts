import { checkTextLength } from '../functions/limits.ts';
import type { Arithmetic, ArithmeticOperator, Sign } from '../../../grammar/ast.ts';
import { formatExpression } from '../../../grammar/index.ts';
import type { Decimal } from '../../serde/model/decimal.ts';
import {
  addInt64,
  divideInt64,
  multiplyInt64,
  negateInt64,
  remainderInt64,
  subtractInt64,
} from '../../serde/model/int64.ts';
import {
  BIGINT,
  type DecimalType,
  DOUBLE,
  printType,
  type SqlType,
  STRING,
} from '../../serde/model/sql-type.ts';
import { widerNumeric } from '../types/casts.ts';
import { asDecimalType, decimalResult } from '../types/decimal-types.ts';
import { apply, type Code } from './code.ts';
import { type Context, mistake } from './context.ts';
import { convert } from './conversion.ts';

/** `+ - * / %`. Integers wrap around and fail on division by zero, doubles follow IEEE 754, decimals are exact or fail. */
export function buildArithmetic(node: Arithmetic, context: Context): Code {
  const left = context.build(node.left, context);
  const right = context.build(node.right, context);
  const type = resultType(node.operator, left.type, right.type);
  if (type === undefined) {
    throw mistake(
      node,
      `Error processing expression: ${formatExpression(node)}. ${unsupported(left.type, right.type)}`,
    );
  }
  // Java's string concatenation writes null as a word.
  if (type.kind === 'STRING') {
    const text = (code: Code): string => (code.nullable ? `(${code.js} ?? 'null')` : code.js);
    const js = `${context.builder.capture(concatenate)}(${text(left)}, ${text(right)})`;
    return { type, js, nullable: false, strict: false };
  }
  if (type.kind === 'DECIMAL') return decimalArithmetic(node.operator, left, right, type, context);
  const operands =
    type.kind === 'DOUBLE' ? [toDouble(left, context), toDouble(right, context)] : [left, right];
  const js = apply(context.builder, operands, ([a = '', b = '']) =>
    operation(node.operator, a, b, type, context),
  );
  return { type, js, nullable: operands.some((operand) => operand.nullable), strict: true };
}

function concatenate(left: string, right: string): string {
  checkTextLength('+', left.length + right.length);
  return left + right;
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

function toDouble(code: Code, context: Context): Code {
  return convert(context, code, DOUBLE) ?? code;
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

/** Operands become decimals that hold all of their values; the result has the precision and scale of its type. */
function decimalArithmetic(
  operator: ArithmeticOperator,
  left: Code,
  right: Code,
  type: DecimalType,
  context: Context,
): Code {
  const operands = [left, right].map((code) => {
    const decimal = code.type === null ? undefined : asDecimalType(code.type);
    return decimal === undefined ? code : (convert(context, code, decimal) ?? code);
  });
  const compute = context.builder.capture(decimalOperation(operator, type));
  const js = apply(context.builder, operands, ([a, b]) => `${compute}(${a}, ${b})`);
  return { type, js, nullable: operands.some((operand) => operand.nullable), strict: true };
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
export function buildSign(node: Sign, context: Context): Code {
  const operand = context.build(node.operand, context);
  const { type } = operand;
  if (type === null || widerNumeric(type, type) === undefined) {
    throw mistake(
      node,
      `Error processing expression: ${formatExpression(node)}. Unsupported arithmetic types. ${type?.kind ?? 'null'}`,
    );
  }
  if (node.operator === '+') return { ...operand, strict: true };
  const js = apply(context.builder, [operand], ([a = '']) => negation(a, type, context));
  return { type, js, nullable: operand.nullable, strict: true };
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

function unsupported(left: SqlType | null, right: SqlType | null): string {
  if (left !== null && right !== null) return `Unsupported arithmetic types. ${left.kind} ${right.kind}`;
  const text = (type: SqlType | null): string => (type === null ? 'null' : printType(type));
  return `Arithmetic on types ${text(left)} and ${text(right)} are not supported.`;
}
