import { type SqlType, STRING } from '../../../serde/model/sql-type.ts';
import { node } from '../binder.ts';
import type { BoundExpression } from '../nodes.ts';
import { asList, asText, wrongRecord } from './checks.ts';
import { type Decoder, type Fields, ofType, typeOf, typeOrNull, value } from './decoder.ts';
import { decodeValue } from './value-record.ts';

export function decodeConstant(fields: Fields, { syntax }: Decoder): BoundExpression {
  const type = typeOrNull(fields['type']);
  return node({ kind: 'Constant', type, value: decodeValue(fields['value'], type ?? STRING), syntax });
}

export function decodeFailure(fields: Fields, { syntax }: Decoder): BoundExpression {
  return node({ kind: 'Failure', type: typeOf(fields), message: asText(fields['message']), syntax });
}

export function decodeArray(fields: Fields, decoder: Decoder): BoundExpression {
  const type = typeOf(fields);
  if (type.kind !== 'ARRAY') throw wrongRecord('the type of an ARRAY', type.kind);
  const elements = items(fields['elements'], type.element, decoder);
  return node({ kind: 'Array', type, elements, syntax: decoder.syntax });
}

export function decodeMap(fields: Fields, decoder: Decoder): BoundExpression {
  const type = typeOf(fields);
  if (type.kind !== 'MAP') throw wrongRecord('the type of a MAP', type.kind);
  const keys = items(fields['keys'], type.key, decoder);
  const values = items(fields['values'], type.value, decoder);
  if (keys.length !== values.length) throw wrongRecord('a value for each key', keys.length);
  return node({ kind: 'Map', type, keys, values, syntax: decoder.syntax });
}

export function decodeStruct(fields: Fields, decoder: Decoder): BoundExpression {
  const type = typeOf(fields);
  if (type.kind !== 'STRUCT') throw wrongRecord('the type of a STRUCT', type.kind);
  const records = asList(fields['values']);
  if (records.length !== type.fields.length) throw wrongRecord('a value for each field', records.length);
  const values = type.fields.map((field, index) => ofType(field.type, value(records[index], decoder)));
  return node({ kind: 'Struct', type, values, syntax: decoder.syntax });
}

function items(records: unknown, type: SqlType, decoder: Decoder): readonly BoundExpression[] {
  return asList(records).map((record) => ofType(type, value(record, decoder)));
}
