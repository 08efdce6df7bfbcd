import { BOOLEAN, STRING } from '../../../serde/model/sql-type.ts';
import { node } from '../binder.ts';
import { condition, type Decoder, type Fields, ofType, typeOrNull, value } from './decoder.ts';
import type { BoundExpression } from '../nodes.ts';
import { asList, asObject, asText, asWord, wrongRecord } from './checks.ts';

export function decodeLike(fields: Fields, decoder: Decoder): BoundExpression {
  const operand = ofType(STRING, value(fields['operand'], decoder));
  const pattern = ofType(STRING, value(fields['pattern'], decoder));
  const escape = fields['escape'] === undefined ? {} : { escape: asText(fields['escape']) };
  return node({ kind: 'Like', type: BOOLEAN, operand, pattern, ...escape, syntax: decoder.syntax });
}

export function decodeCase(fields: Fields, decoder: Decoder): BoundExpression {
  const type = typeOrNull(fields['type']);
  const result = (record: unknown): BoundExpression => ofType(type, value(record, decoder));
  const branches = asList(fields['branches']).map((record) => {
    const branch = asObject(record, 'a branch');
    return { when: condition(branch['when'], decoder), result: result(branch['result']) };
  });
  if (branches.length === 0) throw wrongRecord('a CASE with branches', 'Case');
  const otherwise = fields['otherwise'] === undefined ? {} : { otherwise: result(fields['otherwise']) };
  return node({ kind: 'Case', type, branches, ...otherwise, syntax: decoder.syntax });
}

export function decodeLogical(fields: Fields, decoder: Decoder): BoundExpression {
  const operator = asWord(fields['operator'], { AND: true, OR: true });
  const left = condition(fields['left'], decoder);
  const right = condition(fields['right'], decoder);
  return node({ kind: 'Logical', type: BOOLEAN, operator, left, right, syntax: decoder.syntax });
}

export function decodeNot(fields: Fields, decoder: Decoder): BoundExpression {
  const operand = condition(fields['operand'], decoder);
  return node({ kind: 'Not', type: BOOLEAN, operand, syntax: decoder.syntax });
}

export function decodeIsNull(fields: Fields, decoder: Decoder): BoundExpression {
  const negated = fields['negated'] === true;
  const operand = value(fields['operand'], decoder);
  return node({ kind: 'IsNull', type: BOOLEAN, operand, negated, syntax: decoder.syntax });
}

export function decodeIn(fields: Fields, decoder: Decoder): BoundExpression {
  const operand = value(fields['operand'], decoder);
  const list = asList(fields['list']).map((item) => ofType(operand.type, value(item, decoder)));
  return node({ kind: 'In', type: BOOLEAN, operand, list, syntax: decoder.syntax });
}
