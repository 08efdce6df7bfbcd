import { BOOLEAN, STRING } from '../../../serde/model/sql-type.ts';
import { node } from '../binder.ts';
import { condition, type Decoder, type Fields, ofType, typeOrNull, value } from './decoder.ts';
import type { BoundExpression } from '../nodes.ts';
import { asList, asObject, asText, wrongRecord } from './checks.ts';

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
