import { DiagnosticError } from '../../base/errors.ts';
import {
  arrayType,
  BIGINT,
  INTEGER,
  mapType,
  sameType,
  STRING,
  type SqlType,
  type StructField,
  structType,
} from '../../serde/model/sql-type.ts';
import { expressionMessages } from '../messages/expressions.ts';
import { commonType, isNumeric, widerNumeric } from '../types/casts.ts';
import type { Item } from './item.ts';
import { decimalOfText, decimalTypeOf, literalValue } from './literals.ts';

/**
 * The type of a list so far and of one more item: that of the first one that is not NULL, widened by the others. String
 * literals are read as that type, other literals may become strings, constructors go by their parts.
 * @throws {DiagnosticError} `operator does not exist: …`, `invalid input syntax for type …`.
 */
export function typeWith(target: SqlType | null, item: Item): SqlType | null {
  const merged = merge(target, item);
  if (merged === undefined) throw noOperator(target, item);
  return merged;
}

/** Items of a list that do not become one type. IN and CASE have words of their own for it. */
export class ListMistake extends DiagnosticError {}

/** The error for an item that cannot become the type of its list. */
export function noOperator(target: SqlType | null, { syntax, bound }: Item): ListMistake {
  return new ListMistake({ ...expressionMessages.listItem(target, syntax, bound.type), span: syntax.span });
}

/** Undefined where they do not go together. */
function merge(target: SqlType | null, item: Item): SqlType | null | undefined {
  const { type } = item.bound;
  if (type === null) return target;
  if (target === null || sameType(target, type)) return type;
  const literal = literalValue(item.syntax);
  if (target.kind === 'STRING') return literal === undefined ? undefined : STRING;
  if (typeof literal?.value === 'string') return mergeText(target, literal.value, item);
  const { parts } = item;
  if (parts?.of === 'ARRAY' && target.kind === 'ARRAY') {
    const element = mergeAll(target.element, parts.elements);
    return element === undefined ? undefined : arrayType(element);
  }
  if (parts?.of === 'MAP' && target.kind === 'MAP') {
    const key = mergeAll(target.key, parts.keys);
    const value = mergeAll(target.value, parts.values);
    return key === undefined || value === undefined ? undefined : mapType(key, value);
  }
  if (parts?.of === 'STRUCT' && target.kind === 'STRUCT') return mergeStruct(target.fields, parts.fields);
  return commonType(target, type);
}

function mergeAll(target: SqlType, items: readonly Item[]): SqlType | undefined {
  let type: SqlType = target;
  for (const item of items) {
    const merged = merge(type, item);
    if (merged === undefined || merged === null) return undefined;
    type = merged;
  }
  return type;
}

function mergeStruct(
  known: readonly StructField[],
  fields: readonly { readonly name: string; readonly value: Item }[],
): SqlType | undefined {
  const types = new Map<string, SqlType>(known.map((field) => [field.name, field.type]));
  for (const { name, value } of fields) {
    const merged = merge(types.get(name) ?? null, value);
    if (merged === undefined) return undefined;
    if (merged !== null) types.set(name, merged);
  }
  return structType([...types].map(([name, type]) => ({ name, type })));
}

function mergeText(target: SqlType, text: string, item: Item): SqlType | undefined {
  if (target.kind === 'BOOLEAN') {
    if (booleanOf(text) === undefined) throw invalidSyntax(target, text, item);
    return target;
  }
  if (isNumeric(target)) {
    const type = numberTypeOf(text);
    if (type === undefined) throw invalidSyntax(target, text, item);
    return widerNumeric(target, type);
  }
  return target.kind === 'ARRAY' || target.kind === 'MAP' || target.kind === 'STRUCT' ? undefined : target;
}

/** The error for a text that is no value of the type of its list. */
export function invalidSyntax(type: SqlType, text: string, { syntax }: Item): ListMistake {
  return new ListMistake({ ...expressionMessages.listText(type, text), span: syntax.span });
}

function numberTypeOf(text: string): SqlType | undefined {
  const plain = decimalOfText(text);
  if (plain === undefined) return undefined;
  if (plain.scale > 0 || /[.eE]/.test(text)) return decimalTypeOf(plain);
  if (BigInt.asIntN(32, plain.unscaled) === plain.unscaled) return INTEGER;
  return BigInt.asIntN(64, plain.unscaled) === plain.unscaled ? BIGINT : decimalTypeOf(plain);
}

/** Prefixes of true, yes, false and no. */
export function booleanOf(text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  if (word === '') return undefined;
  if ('true'.startsWith(word) || 'yes'.startsWith(word)) return true;
  return 'false'.startsWith(word) || 'no'.startsWith(word) ? false : undefined;
}
