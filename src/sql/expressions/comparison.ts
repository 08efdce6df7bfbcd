import type { ComparisonOperator } from '../../../grammar/ast.ts';
import { unreachable } from '../../base/assert.ts';
import { Decimal } from '../../serde/model/decimal.ts';
import type { Int64 } from '../../serde/model/int64.ts';
import type { BoundExpression, Comparison } from '../bound/nodes.ts';
import { compareValues, sameValue } from '../values/compare.ts';
import { isDistinctFrom } from '../bound/operator-names.ts';
import { apply, type Code, definite, truth } from './code.ts';
import type { Context } from './context.ts';

/** A comparison is false when an operand is null; the DISTINCT FROM ones take null for a value. */
export function emitComparison(comparison: Comparison, context: Context): Code {
  const { operator, by } = comparison;
  const [left, right] = operandsOf(comparison, context);
  if (by === 'null') return distinctFromNull(comparison, left, right);
  const compare = ([a = '', b = '']: readonly string[]): string => comparisonJs(comparison, a, b, context);
  const { builder } = context;
  if (!isDistinctFrom(operator)) return truth(apply(builder, [left, right], compare, 'false'));
  const a = builder.temp();
  const b = builder.temp();
  const bothOrNeither = `(${a} == null) ${jsOperator(operator)} (${b} == null)`;
  return truth(
    `((${a} = ${left.js}), (${b} = ${right.js}), ` +
      `${a} == null || ${b} == null ? ${bothOrNeither} : ${compare([a, b])})`,
  );
}

function operandsOf({ by, left, right }: Comparison, context: Context): readonly [Code, Code] {
  const emitted = (operand: BoundExpression): Code => {
    const code = definite(context.builder, context.emit(operand, context));
    return by === 'decimal' ? toDecimal(operand, code, context) : code;
  };
  return [emitted(left), emitted(right)];
}

function distinctFromNull({ operator, left }: Comparison, a: Code, b: Code): Code {
  const other = left.type === null ? b : a;
  return truth(`(${other.js} ${operator === 'IS DISTINCT FROM' ? '!=' : '=='} null)`);
}

function decimalOf(value: Int64 | Decimal): Decimal {
  return value instanceof Decimal ? value : Decimal.fromInt64(value);
}

function decimalOfDouble(value: number): Decimal {
  return Decimal.fromDouble(value);
}

/** A number as a decimal of just its digits. */
function toDecimal(operand: BoundExpression, code: Code, context: Context): Code {
  if (operand.type?.kind === 'DECIMAL') return code;
  const make = context.builder.capture(operand.type?.kind === 'DOUBLE' ? decimalOfDouble : decimalOf);
  return { ...code, js: apply(context.builder, [code], ([value]) => `${make}(${value})`) };
}

function comparisonJs(comparison: Comparison, a: string, b: string, context: Context): string {
  const { operator, by, left, right } = comparison;
  const { builder } = context;
  const js = jsOperator(operator);
  const isOfDoubles = left.type?.kind === 'DOUBLE' || right.type?.kind === 'DOUBLE';
  if (
    isOfDoubles &&
    (by === 'primitive' || by === 'loose') &&
    (operator === '<>' || isDistinctFrom(operator))
  ) {
    return `${js === '===' ? '!' : ''}${builder.capture(areApart)}(${a}, ${b})`;
  }
  switch (by) {
    case 'equality':
      return `${js === '!==' ? '!' : ''}${builder.capture(sameValue)}(${a}, ${b})`;
    case 'decimal':
    case 'order':
      return `${builder.capture(compareValues)}(${a}, ${b}) ${js} 0`;
    case 'loose':
      return `${a} ${js.replace('==', '=')} ${b}`;
    case 'primitive':
    case 'null':
      return `${a} ${js} ${b}`;
    default:
      return unreachable(by);
  }
}

/** Whether two numbers differ, as ksqlDB asks it: NaN is neither equal to anything nor different from it. */
function areApart(a: Int64, b: Int64): boolean {
  return a < b || a > b;
}

function jsOperator(operator: ComparisonOperator): string {
  switch (operator) {
    case '=':
    case 'IS NOT DISTINCT FROM':
      return '===';
    case '<>':
    case 'IS DISTINCT FROM':
      return '!==';
    case '<':
    case '<=':
    case '>':
    case '>=':
      return operator;
    default:
      return unreachable(operator);
  }
}
