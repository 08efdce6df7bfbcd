import { sameType } from '../../../serde/model/sql-type.ts';
import { node } from '../binder.ts';
import { decodeBinding, type Decoder, type Fields, pick, value, within } from './decoder.ts';
import type { BoundExpression } from '../nodes.ts';
import { asIndex, wrongRecord } from './checks.ts';

export function decodeColumn(fields: Fields, { options: { row }, syntax }: Decoder): BoundExpression {
  const index = asIndex(fields['index'], row.length);
  const { name, type } = pick(row, index);
  return node({ kind: 'Column', type, index, name, isRecordTime: fields['time'] === true, syntax });
}

export function decodeLet(fields: Fields, decoder: Decoder): BoundExpression {
  const held = value(fields['value'], decoder);
  const binding = decodeBinding(fields['binding']);
  if (
    binding.type === null || held.type === null
      ? binding.type !== held.type
      : !sameType(binding.type, held.type)
  ) {
    throw wrongRecord('a binding of the type of its value', binding.name);
  }
  const body = value(fields['body'], within(decoder, [binding]));
  return node({ kind: 'Let', type: body.type, binding, value: held, body, syntax: decoder.syntax });
}

export function decodeSubscript(fields: Fields, decoder: Decoder): BoundExpression {
  const base = value(fields['base'], decoder);
  const index = value(fields['index'], decoder);
  const { syntax } = decoder;
  if (base.type?.kind === 'ARRAY' && (index.type?.kind === 'INTEGER' || index.type?.kind === 'BIGINT')) {
    return node({ kind: 'Subscript', type: base.type.element, base, index, syntax });
  }
  if (base.type?.kind === 'MAP')
    return node({ kind: 'Subscript', type: base.type.value, base, index, syntax });
  throw wrongRecord('a subscript of an ARRAY or MAP', 'Subscript');
}

export function decodeParameter(fields: Fields, { bindings, syntax }: Decoder): BoundExpression {
  const binding = pick(bindings, fields['binding']);
  return node({ kind: 'Parameter', type: binding.type, binding, syntax });
}

export function decodeField(fields: Fields, decoder: Decoder): BoundExpression {
  const base = value(fields['base'], decoder);
  if (base.type?.kind !== 'STRUCT') throw wrongRecord('a field of a STRUCT', base.kind);
  const { type } = pick(base.type.fields, fields['index']);
  const index = asIndex(fields['index'], base.type.fields.length);
  return node({ kind: 'Field', type, base, index, syntax: decoder.syntax });
}
