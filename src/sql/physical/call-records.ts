import { printType } from '../../serde/model/sql-type.ts';
import { decodeArgumentType, encodeArgumentType } from '../bound/record/argument-types.ts';
import { asList, asObject, asText, wrongRecord } from '../bound/record/checks.ts';
import { decodeExpression } from '../bound/record/decode.ts';
import { type DecodeOptions, typeOrNull } from '../bound/record/decoder.ts';
import { encodeExpression } from '../bound/record/encode.ts';
import type { ArgumentTypeRecord, ExpressionRecord, Json } from '../bound/record/expression-record.ts';
import { decodeValue, encodeValue } from '../bound/record/value-record.ts';
import { overloadSignature } from '../functions/resolve.ts';
import type { BoundAggregate, BoundTableCall } from '../logical/nodes.ts';

/** Which overload of a function was chosen, and what its arguments are converted to. */
interface CallRecord {
  readonly function: string;
  readonly overload: string;
  readonly takes: readonly ArgumentTypeRecord[];
}

export interface AggregateCallRecord extends CallRecord {
  /** Constant arguments. */
  readonly literals: readonly { readonly type: string | null; readonly value: Json }[];
  /** The other arguments. */
  readonly inputs: readonly ExpressionRecord[];
}

export interface TableCallRecord extends CallRecord {
  readonly arguments: readonly ExpressionRecord[];
}

export function encodeAggregateCall({ name, resolved, inputs }: BoundAggregate): AggregateCallRecord {
  return {
    function: name,
    overload: overloadSignature(resolved.overload),
    takes: resolved.argumentTypes.map(encodeArgumentType),
    literals: resolved.literals.map(({ type, value }) =>
      type === null ? { type, value: null } : { type: printType(type), value: encodeValue(value, type) },
    ),
    inputs: inputs.map(encodeExpression),
  };
}

export function encodeTableCall({ name, resolved, arguments: given }: BoundTableCall): TableCallRecord {
  return {
    function: name,
    overload: overloadSignature(resolved.overload),
    takes: resolved.parameterTypes.map(encodeArgumentType),
    arguments: given.map(encodeExpression),
  };
}

/** @throws {DiagnosticError} for what is no call over the row, and for a function or overload that there is not. */
export function decodeAggregateCall(
  record: AggregateCallRecord,
  text: string,
  options: DecodeOptions,
): BoundAggregate {
  const call = decodeCall(record);
  const literals = asList(record.literals).map((literal) => {
    const fields = asObject(literal, 'a constant');
    const type = typeOrNull(fields['type']);
    return { type, value: type === null ? null : decodeValue(fields['value'], type) };
  });
  const resolved = options.functions.recordedAggregate(call, literals, options.config);
  const inputs = decodeAll(record.inputs, text, options);
  if (inputs.length !== resolved.rowArguments.length) throw wrongRecord('a call with all arguments', text);
  if (inputs.length + literals.length !== call.parameterTypes.length) {
    throw wrongRecord('a call with all constants', text);
  }
  return { name: call.name, resolved, inputs };
}

/** As {@link decodeAggregateCall}. */
export function decodeTableCall(
  record: TableCallRecord,
  text: string,
  options: DecodeOptions,
): BoundTableCall {
  const call = decodeCall(record);
  const resolved = options.functions.recordedTable(call, options.config);
  const given = decodeAll(record.arguments, text, options);
  if (given.length !== call.parameterTypes.length) throw wrongRecord('a call with all arguments', text);
  return { name: call.name, resolved, arguments: given };
}

function decodeCall(record: unknown) {
  const fields = asObject(record, 'a call');
  return {
    name: asText(fields['function']),
    signature: asText(fields['overload']),
    parameterTypes: asList(fields['takes']).map(decodeArgumentType),
  };
}

function decodeAll(records: readonly ExpressionRecord[], text: string, options: DecodeOptions) {
  return asList(records).map((record) => decodeExpression(record, text, options));
}
