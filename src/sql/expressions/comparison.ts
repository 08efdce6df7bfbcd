import type { Between, Comparison, ComparisonOperator, Expression } from '../../../grammar/ast.ts';
import { formatExpression } from '../../../grammar/index.ts';
import { mustStop, unreachable } from '../../base/assert.ts';
import { messageOf } from '../../base/errors.ts';
import { Decimal } from '../../serde/model/decimal.ts';
import type { Int64 } from '../../serde/model/int64.ts';
import { BIGINT, BOOLEAN, printType, type SqlType, TIMESTAMP } from '../../serde/model/sql-type.ts';
import { isNumeric } from '../types/casts.ts';
import { compareValues, sameValue } from '../values/compare.ts';
import { parseTimestamp } from '../values/iso-time.ts';
import { apply, type Code, constantCode, definite } from './code.ts';
import { type Context, mistake } from './context.ts';
import { convert } from './conversion.ts';
import { operatorNames } from './operator-names.ts';

/** A comparison is false when an operand is null; the DISTINCT FROM ones take null for a value. */
export function buildComparison(node: Comparison, context: Context): Code {
  const left = definite(context.builder, context.build(node.left, context));
  const right = definite(context.builder, context.build(node.right, context));
  return compareCodes(node, left, right, context);
}

/** `low <= operand AND operand <= high`; false when one of them is null. */
export function buildBetween(node: Between, context: Context): Code {
  const operand = definite(context.builder, context.build(node.operand, context));
  const temp = context.builder.temp();
  const held: Code = { ...operand, js: temp };
  const bound = (operator: '>=' | '<=', expression: Expression): string => {
    const code = definite(context.builder, context.build(expression, context));
    const comparison = {
      ...node,
      kind: 'Comparison' as const,
      operator,
      left: node.operand,
      right: expression,
    };
    return compareCodes(comparison, held, code, context).js;
  };
  const low = bound('>=', node.low);
  const high = bound('<=', node.high);
  return {
    type: BOOLEAN,
    js: `((${temp} = ${operand.js}), ${low} && ${high})`,
    nullable: false,
    strict: false,
  };
}

/** Compares two pieces of code; `node` is for error texts. */
export function compareCodes(node: ComparisonPart, left: Code, right: Code, context: Context): Code {
  if (isPseudoTime(node.left) && right.constant !== undefined)
    return compareTimes(node, left, right, 'right', context);
  if (isPseudoTime(node.right) && left.constant !== undefined)
    return compareTimes(node, left, right, 'left', context);
  return compareTyped(node, left, right, context);
}

type ComparisonPart = Pick<Comparison, 'operator' | 'left' | 'right' | 'span'>;

/** ROWTIME and window bounds, also of one side of a join (`L_ROWTIME`). */
function isPseudoTime(expression: Expression): boolean {
  return (
    expression.kind === 'ColumnReference' && /(^|_)(ROWTIME|WINDOWSTART|WINDOWEND)$/.test(expression.name)
  );
}

/** ROWTIME and window bounds compare with texts of timestamps, which may be partial and name a zone. */
function compareTimes(
  node: ComparisonPart,
  left: Code,
  right: Code,
  literal: 'left' | 'right',
  context: Context,
): Code {
  const value = (literal === 'left' ? left : right).constant?.value;
  if (typeof value !== 'string') return compareTyped(node, left, right, context);
  const expression = literal === 'left' ? node.left : node.right;
  let epochMs: number;
  try {
    epochMs = parseTimestamp(value);
  } catch (error) {
    if (mustStop(error)) throw error;
    throw mistake(expression, messageOf(error));
  }
  const time = constantCode(context.builder, epochMs, BIGINT);
  return literal === 'left'
    ? compareTyped(node, time, right, context)
    : compareTyped(node, left, time, context);
}

function compareTyped(node: ComparisonPart, left: Code, right: Code, context: Context): Code {
  const { operator } = node;
  const distinct = operator === 'IS DISTINCT FROM' || operator === 'IS NOT DISTINCT FROM';
  if (left.type === null || right.type === null) {
    if (distinct) return distinctFromNull(operator, left, right);
    throw mistake(
      node as Comparison,
      `Comparison with NULL not supported: ${left.type?.kind ?? 'NULL'} ${operator} ${right.type?.kind ?? 'NULL'}\n` +
        `Use 'IS NULL' or 'IS NOT NULL' instead.\nStatement: ${formatExpression(node as Comparison)}`,
    );
  }
  const operands = comparable(operator, left, left.type, right, right.type, context);
  if (operands === undefined) {
    throw mistake(
      node as Comparison,
      `Cannot compare ${formatExpression(node.left)} (${printType(left.type)}) to ${formatExpression(node.right)} ` +
        `(${printType(right.type)}) with ${operatorNames[operator]}.\nStatement: ${formatExpression(node as Comparison)}`,
    );
  }
  const { builder } = context;
  const compare = ([a = '', b = '']: readonly string[]): string =>
    comparisonJs(operator, a, b, operands, context);
  if (!distinct) {
    return {
      type: BOOLEAN,
      js: apply(builder, [operands.left, operands.right], compare, 'false'),
      nullable: false,
      strict: false,
    };
  }
  const a = builder.temp();
  const b = builder.temp();
  const bothOrNeither =
    operator === 'IS DISTINCT FROM'
      ? `(${a} == null) !== (${b} == null)`
      : `(${a} == null) === (${b} == null)`;
  const js =
    `((${a} = ${operands.left.js}), (${b} = ${operands.right.js}), ` +
    `${a} == null || ${b} == null ? ${bothOrNeither} : ${compare([a, b])})`;
  return { type: BOOLEAN, js, nullable: false, strict: false };
}

function distinctFromNull(operator: ComparisonOperator, left: Code, right: Code): Code {
  const other = left.type === null ? right : left;
  const test = operator === 'IS DISTINCT FROM' ? '!=' : '==';
  return { type: BOOLEAN, js: `(${other.js} ${test} null)`, nullable: false, strict: false };
}

interface Comparands {
  readonly left: Code;
  readonly right: Code;
  /** `primitive`: JavaScript's operators; `loose`: a bigint may meet a double; `compare`, `equality`: functions. */
  readonly by: 'primitive' | 'loose' | 'compare' | 'equality';
}

function isEquality(operator: ComparisonOperator): boolean {
  return operator === '=' || operator === '<>' || operator.startsWith('IS');
}

/** The operands as they can be compared, or undefined where their types cannot be. */
function comparable(
  operator: ComparisonOperator,
  left: Code,
  leftType: SqlType,
  right: Code,
  rightType: SqlType,
  context: Context,
): Comparands | undefined {
  const equality = isEquality(operator);
  if (isNumeric(leftType) && isNumeric(rightType)) {
    if (leftType.kind === 'DECIMAL' || rightType.kind === 'DECIMAL') {
      return { left: toDecimal(left, context), right: toDecimal(right, context), by: 'compare' };
    }
    const mixed =
      leftType.kind !== rightType.kind && (leftType.kind === 'DOUBLE' || rightType.kind === 'DOUBLE');
    return { left, right, by: mixed ? 'loose' : 'primitive' };
  }
  if (isTemporal(leftType) || isTemporal(rightType))
    return comparableTimes(left, leftType, right, rightType, context);
  if (leftType.kind !== rightType.kind) return undefined;
  switch (leftType.kind) {
    case 'STRING':
      return { left, right, by: 'primitive' };
    case 'BOOLEAN':
      return equality ? { left, right, by: 'primitive' } : undefined;
    case 'BYTES':
      return { left, right, by: 'compare' };
    case 'ARRAY':
    case 'MAP':
    case 'STRUCT':
      return equality ? { left, right, by: 'equality' } : undefined;
    default:
      return undefined;
  }
}

function isTemporal(type: SqlType): boolean {
  return type.kind === 'DATE' || type.kind === 'TIME' || type.kind === 'TIMESTAMP';
}

/** Times compare with times of their type and with texts; a date compares with a timestamp as its first instant. */
function comparableTimes(
  left: Code,
  leftType: SqlType,
  right: Code,
  rightType: SqlType,
  context: Context,
): Comparands | undefined {
  const common =
    leftType.kind === rightType.kind
      ? leftType
      : leftType.kind === 'STRING'
        ? rightType
        : rightType.kind === 'STRING'
          ? leftType
          : leftType.kind !== 'TIME' && rightType.kind !== 'TIME'
            ? TIMESTAMP
            : undefined;
  if (common === undefined) return undefined;
  const a = convert(context, left, common);
  const b = convert(context, right, common);
  return a === undefined || b === undefined ? undefined : { left: a, right: b, by: 'primitive' };
}

function decimalOf(value: Int64 | Decimal): Decimal {
  return value instanceof Decimal ? value : Decimal.fromInt64(value);
}

function decimalOfDouble(value: number): Decimal {
  return Decimal.fromDouble(value);
}

function toDecimal(code: Code, context: Context): Code {
  if (code.type?.kind === 'DECIMAL') return code;
  const make = context.builder.capture(code.type?.kind === 'DOUBLE' ? decimalOfDouble : decimalOf);
  return { ...code, js: apply(context.builder, [code], ([operand]) => `${make}(${operand})`) };
}

function comparisonJs(
  operator: ComparisonOperator,
  a: string,
  b: string,
  { by }: Comparands,
  context: Context,
): string {
  const negated = operator === '<>' || operator === 'IS DISTINCT FROM';
  if (by === 'equality') return `${negated ? '!' : ''}${context.builder.capture(sameValue)}(${a}, ${b})`;
  if (by === 'compare')
    return `${context.builder.capture(compareValues)}(${a}, ${b}) ${jsOperator(operator)} 0`;
  const js = jsOperator(operator);
  return by === 'loose' ? `${a} ${js.replace('===', '==').replace('!==', '!=')} ${b}` : `${a} ${js} ${b}`;
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
