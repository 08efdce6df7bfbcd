import type { ArithmeticOperator, ComparisonOperator } from '../../../../grammar/ast.ts';
import { BOOLEAN, type SqlType } from '../../../serde/model/sql-type.ts';
import { isNumeric } from '../../types/casts.ts';
import { casterOf } from '../../values/cast.ts';
import { node } from '../binder.ts';
import { comparisonKind } from '../comparison.ts';
import { type Decoder, type Fields, typeOf, value } from './decoder.ts';
import type { BoundExpression } from '../nodes.ts';
import { operatorNames } from '../operator-names.ts';
import { asWord, wrongRecord } from './checks.ts';

const ARITHMETIC = { '+': true, '-': true, '*': true, '/': true, '%': true } as const satisfies Record<
  ArithmeticOperator,
  true
>;

export function decodeCast(fields: Fields, decoder: Decoder): BoundExpression {
  const type = typeOf(fields);
  const operand = value(fields['operand'], decoder);
  if (operand.type !== null && casterOf(operand.type, type) === undefined) {
    throw wrongRecord(`a conversion to ${type.kind} that there is`, operand.type.kind);
  }
  return node({ kind: 'Cast', type, operand, syntax: decoder.syntax });
}

export function decodeSign(fields: Fields, decoder: Decoder): BoundExpression {
  const operator = asWord(fields['operator'], { '+': true, '-': true });
  const operand = value(fields['operand'], decoder);
  const { type } = operand;
  if (type === null || !isNumeric(type)) throw wrongRecord('a number behind a sign', operand.kind);
  return node({ kind: 'Sign', type, operator, operand, syntax: decoder.syntax });
}

export function decodeArithmetic(fields: Fields, decoder: Decoder): BoundExpression {
  const operator = asWord(fields['operator'], ARITHMETIC);
  const type = typeOf(fields);
  const left = value(fields['left'], decoder);
  const right = value(fields['right'], decoder);
  if (!computes(operator, type, left.type) || !computes(operator, type, right.type)) {
    throw wrongRecord(`an operand of a computation of ${type.kind}`, operator);
  }
  return node({ kind: 'Arithmetic', type, operator, left, right, syntax: decoder.syntax });
}

/** Whether a result can be computed of such operands; conversions to them are nodes of their own. */
function computes(operator: ArithmeticOperator, result: SqlType, operand: SqlType | null): boolean {
  if (operand === null) return false;
  switch (result.kind) {
    case 'STRING':
      return operator === '+' && operand.kind === 'STRING';
    case 'BIGINT':
      return operand.kind === 'BIGINT' || operand.kind === 'INTEGER';
    case 'INTEGER':
    case 'DOUBLE':
    case 'DECIMAL':
      return operand.kind === result.kind;
    default:
      return false;
  }
}

export function decodeComparison(fields: Fields, decoder: Decoder): BoundExpression {
  const operator: ComparisonOperator = asWord(fields['operator'], operatorNames);
  const left = value(fields['left'], decoder);
  const right = value(fields['right'], decoder);
  const by = comparisonKind(operator, left.type, right.type);
  if (by === undefined) throw wrongRecord('a comparison of what can be compared', operator);
  return node({ kind: 'Comparison', type: BOOLEAN, operator, by, left, right, syntax: decoder.syntax });
}
