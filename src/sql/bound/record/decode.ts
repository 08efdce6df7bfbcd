import { unreachable } from '../../../base/assert.ts';
import { BOOLEAN, STRING } from '../../../serde/model/sql-type.ts';
import { decodeColumn, decodeLet, decodeSubscript } from './decode-access.ts';
import { decodeCase, decodeLike } from './decode-conditions.ts';
import { decodeConstructor } from './decode-constructors.ts';
import {
  condition,
  type DecodeOptions,
  type Decoder,
  type Fields,
  ofType,
  pick,
  typeOf,
  typeOrNull,
  value,
} from './decoder.ts';
import { node } from '../binder.ts';
import { decodeArithmetic, decodeCast, decodeComparison, decodeSign } from './decode-operators.ts';
import { decodeCall, decodeLambda } from './decode-calls.ts';
import { NodeCount } from './expression-limits.ts';
import type { ExpressionRecord } from './expression-record.ts';
import type { BoundExpression } from '../nodes.ts';
import { quoted } from '../origin.ts';
import { asIndex, asList, asObject, asText, asWord, wrongRecord } from './checks.ts';
import { decodeValue } from './value-record.ts';

/**
 * Reads an expression of a plan.
 * @param text what it is called in messages.
 * @throws {DiagnosticError} for what is no expression over this row, is too deep or too large, or calls a function that
 *   there is not.
 */
export function decodeExpression(
  record: ExpressionRecord,
  text: string,
  options: DecodeOptions,
): BoundExpression {
  return decode(record, {
    options,
    count: new NodeCount(),
    depth: 0,
    bindings: [],
    syntax: quoted(text),
    decode,
  });
}

const KINDS = {
  Constant: true,
  Failure: true,
  Column: true,
  Parameter: true,
  Let: true,
  Guard: true,
  Cast: true,
  Sign: true,
  Arithmetic: true,
  Comparison: true,
  Logical: true,
  Not: true,
  IsNull: true,
  In: true,
  Like: true,
  Case: true,
  Array: true,
  Map: true,
  Struct: true,
  Subscript: true,
  Field: true,
  Call: true,
  Lambda: true,
} as const satisfies Record<BoundExpression['kind'], true>;

/** Reads a part of an expression. */
function decode(record: unknown, outer: Decoder): BoundExpression {
  const decoder: Decoder = { ...outer, depth: outer.depth + 1 };
  decoder.count.add(decoder.depth);
  const fields: Fields = asObject(record, 'an expression');
  const kind = asWord(fields['kind'], KINDS);
  const { syntax } = decoder;
  switch (kind) {
    case 'Constant': {
      const type = typeOrNull(fields['type']);
      return node({ kind, type, value: decodeValue(fields['value'], type ?? STRING), syntax });
    }
    case 'Failure':
      return node({ kind, type: typeOf(fields), message: asText(fields['message']), syntax });
    case 'Column':
      return decodeColumn(fields, decoder);
    case 'Parameter': {
      const binding = pick(decoder.bindings, fields['binding']);
      return node({ kind, type: binding.type, binding, syntax });
    }
    case 'Let':
      return decodeLet(fields, decoder);
    case 'Guard': {
      const own = quoted(asText(fields['text']));
      const operand = decode(fields['operand'], { ...decoder, syntax: own });
      return node({ kind, type: operand.type, operand, syntax: own });
    }
    case 'Cast':
      return decodeCast(fields, decoder);
    case 'Sign':
      return decodeSign(fields, decoder);
    case 'Arithmetic':
      return decodeArithmetic(fields, decoder);
    case 'Comparison':
      return decodeComparison(fields, decoder);
    case 'Logical': {
      const operator = asWord(fields['operator'], { AND: true, OR: true });
      const left = condition(fields['left'], decoder);
      return node({
        kind,
        type: BOOLEAN,
        operator,
        left,
        right: condition(fields['right'], decoder),
        syntax,
      });
    }
    case 'Not':
      return node({ kind, type: BOOLEAN, operand: condition(fields['operand'], decoder), syntax });
    case 'IsNull': {
      const negated = fields['negated'] === true;
      return node({ kind, type: BOOLEAN, operand: value(fields['operand'], decoder), negated, syntax });
    }
    case 'In': {
      const operand = value(fields['operand'], decoder);
      const list = asList(fields['list']).map((item) => ofType(operand.type, value(item, decoder)));
      return node({ kind, type: BOOLEAN, operand, list, syntax });
    }
    case 'Like':
      return decodeLike(fields, decoder);
    case 'Case':
      return decodeCase(fields, decoder);
    case 'Array':
    case 'Map':
    case 'Struct':
      return decodeConstructor(kind, fields, decoder);
    case 'Subscript':
      return decodeSubscript(fields, decoder);
    case 'Field': {
      const base = value(fields['base'], decoder);
      if (base.type?.kind !== 'STRUCT') throw wrongRecord('a field of a STRUCT', kind);
      const index = asIndex(fields['index'], base.type.fields.length);
      return node({ kind, type: pick(base.type.fields, index).type, base, index, syntax });
    }
    case 'Call':
      return decodeCall(fields, decoder);
    case 'Lambda':
      return decodeLambda(fields, decoder);
    default:
      return unreachable(kind);
  }
}
