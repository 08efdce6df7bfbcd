import { printType } from '../../../serde/model/sql-type.ts';
import { DiagnosticError } from '../../../base/errors.ts';
import { functionMessages } from '../../messages/functions.ts';
import type { ArgumentType } from '../../functions/definition.ts';
import { decodeArgumentType } from './argument-types.ts';
import { node } from '../binder.ts';
import { decodeBinding, type Decoder, type Fields, ofType, value, within } from './decoder.ts';
import type { BoundExpression } from '../nodes.ts';
import { quoted } from '../origin.ts';
import { asList, asText, wrongRecord } from './checks.ts';

/** A call of the overload that was chosen when it was recorded: it is not chosen again. */
export function decodeCall(fields: Fields, decoder: Decoder): BoundExpression {
  const { functions, config } = decoder.options;
  const name = asText(fields['name']);
  const parameterTypes = asList(fields['takes']).map(decodeArgumentType);
  const records = asList(fields['arguments']);
  if (records.length !== parameterTypes.length) throw wrongRecord('a call with all arguments', name);
  const resolved = functions.recordedScalar(
    { name, signature: asText(fields['overload']), parameterTypes },
    config,
  );
  const type = asText(fields['type']);
  if (printType(resolved.returnType) !== type) {
    const types = { before: type, now: printType(resolved.returnType) };
    throw new DiagnosticError(functionMessages.recordedResult(name, types));
  }
  const given = records.map((record, index) => argument(record, parameterTypes[index] ?? null, decoder));
  return node({
    kind: 'Call',
    type: resolved.returnType,
    name,
    resolved,
    arguments: given,
    syntax: decoder.syntax,
  });
}

function argument(record: unknown, type: ArgumentType, decoder: Decoder): BoundExpression {
  switch (type?.kind) {
    case 'LAMBDA': {
      const lambda = decoder.decode(record, decoder);
      if (lambda.kind === 'Lambda' && lambda.parameters.length === type.parameters.length) return lambda;
      throw wrongRecord('a lambda', lambda.kind);
    }
    case 'INTERVAL': {
      const unit = value(record, decoder);
      if (unit.kind === 'Constant' && unit.type === null) return unit;
      throw wrongRecord('a unit of time', unit.kind);
    }
    case 'UNTYPED_LAMBDA':
      throw wrongRecord('a lambda with types', 'Call');
    default:
      return ofType(type ?? null, value(record, decoder));
  }
}

export function decodeLambda(fields: Fields, decoder: Decoder): BoundExpression {
  const parameters = asList(fields['parameters']).map(decodeBinding);
  const body = value(fields['body'], within(decoder, parameters));
  return node({ kind: 'Lambda', type: null, parameters, body, syntax: decoder.syntax });
}

/** A failure inside is told of in the words that it had. */
export function decodeGuard(fields: Fields, decoder: Decoder): BoundExpression {
  const syntax = quoted(asText(fields['text']));
  const operand = value(fields['operand'], { ...decoder, syntax });
  return node({ kind: 'Guard', type: operand.type, operand, syntax });
}
