import { type SqlType } from '../../../serde/model/sql-type.ts';
import { node } from '../binder.ts';
import { type Decoder, type Fields, ofType, typeOf, value } from './decoder.ts';
import type { BoundExpression } from '../nodes.ts';
import { asList, wrongRecord } from './checks.ts';

export function decodeConstructor(
  kind: 'Array' | 'Map' | 'Struct',
  fields: Fields,
  decoder: Decoder,
): BoundExpression {
  const type = typeOf(fields);
  const { syntax } = decoder;
  const items = (records: unknown, of: SqlType): readonly BoundExpression[] =>
    asList(records).map((record) => ofType(of, value(record, decoder)));
  if (kind === 'Array' && type.kind === 'ARRAY') {
    return node({ kind, type, elements: items(fields['elements'], type.element), syntax });
  }
  if (kind === 'Map' && type.kind === 'MAP') {
    const keys = items(fields['keys'], type.key);
    const values = items(fields['values'], type.value);
    if (keys.length === values.length) return node({ kind, type, keys, values, syntax });
  }
  if (kind === 'Struct' && type.kind === 'STRUCT') {
    const records = asList(fields['values']);
    if (records.length === type.fields.length) {
      const values = type.fields.map((field, index) => ofType(field.type, value(records[index], decoder)));
      return node({ kind, type, values, syntax });
    }
  }
  throw wrongRecord(`a constructor of ${type.kind}`, kind);
}
