import { decodeColumn, decodeField, decodeLet, decodeParameter, decodeSubscript } from './decode-access.ts';
import { decodeCall, decodeGuard, decodeLambda } from './decode-calls.ts';
import {
  decodeCase,
  decodeIn,
  decodeIsNull,
  decodeLike,
  decodeLogical,
  decodeNot,
} from './decode-conditions.ts';
import { decodeArray, decodeConstant, decodeFailure, decodeMap, decodeStruct } from './decode-values.ts';
import { decodeArithmetic, decodeCast, decodeComparison, decodeSign } from './decode-operators.ts';
import type { DecodeOptions, Decoder, Fields } from './decoder.ts';
import { NodeCount } from './expression-limits.ts';
import type { BoundExpression } from '../nodes.ts';
import { quoted } from '../origin.ts';
import { asObject, asWord } from './checks.ts';

/**
 * Reads an expression of a plan.
 * @param text what it is called in messages.
 * @throws {DiagnosticError} for what is no expression over this row, is too deep or too large, or calls a function that
 *   there is not.
 */
export function decodeExpression(record: unknown, text: string, options: DecodeOptions): BoundExpression {
  return decode(record, {
    options,
    count: new NodeCount(),
    depth: 0,
    bindings: [],
    syntax: quoted(text),
    decode,
  });
}

/** Reads a part of an expression. */
function decode(record: unknown, outer: Decoder): BoundExpression {
  const decoder: Decoder = { ...outer, depth: outer.depth + 1 };
  decoder.count.add(decoder.depth);
  const fields = asObject(record, 'an expression');
  return DECODERS[asWord(fields['kind'], DECODERS)](fields, decoder);
}

/** How each kind of node is read. */
const DECODERS = {
  Constant: decodeConstant,
  Failure: decodeFailure,
  Column: decodeColumn,
  Parameter: decodeParameter,
  Let: decodeLet,
  Guard: decodeGuard,
  Cast: decodeCast,
  Sign: decodeSign,
  Arithmetic: decodeArithmetic,
  Comparison: decodeComparison,
  Logical: decodeLogical,
  Not: decodeNot,
  IsNull: decodeIsNull,
  In: decodeIn,
  Like: decodeLike,
  Case: decodeCase,
  Array: decodeArray,
  Map: decodeMap,
  Struct: decodeStruct,
  Subscript: decodeSubscript,
  Field: decodeField,
  Call: decodeCall,
  Lambda: decodeLambda,
} satisfies Record<BoundExpression['kind'], (fields: Fields, decoder: Decoder) => BoundExpression>;
