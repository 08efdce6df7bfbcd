import { BOOLEAN, sameType, type SqlType } from '../../../serde/model/sql-type.ts';
import type { FunctionConfig } from '../../functions/definition.ts';
import type { FunctionRegistry } from '../../functions/registry.ts';
import { readType } from '../../types/read-type.ts';
import type { NodeCount } from './expression-limits.ts';
import type { Binding, BoundExpression } from '../nodes.ts';
import type { Origin } from '../origin.ts';
import { asIndex, asObject, asText, wrongRecord } from './checks.ts';

/** What a recorded expression is read over. */
export interface DecodeOptions {
  /** The columns of the row, by position. */
  readonly row: readonly { readonly name: string; readonly type: SqlType }[];
  readonly functions: FunctionRegistry;
  /** Session and server properties. */
  readonly config: FunctionConfig;
}

/** What decoding the parts of one expression shares. */
export interface Decoder {
  readonly options: DecodeOptions;
  readonly count: NodeCount;
  readonly depth: number;
  /** Of the enclosing lambdas and LETs, innermost last. */
  readonly bindings: readonly Binding[];
  /** The words for the part: those of the closest part around it that has some. */
  readonly syntax: Origin;
  /** Reads a part, one level deeper. */
  readonly decode: (record: unknown, decoder: Decoder) => BoundExpression;
}

/** The fields of a record, of which nothing is believed. */
export type Fields = Readonly<Record<string, unknown>>;

/** A part that has a value: anything but a lambda, which is only an argument. */
export function value(record: unknown, decoder: Decoder): BoundExpression {
  const bound = decoder.decode(record, decoder);
  if (bound.kind === 'Lambda') throw wrongRecord('a value', bound.kind);
  return bound;
}

/** A part that is true or false. */
export function condition(record: unknown, decoder: Decoder): BoundExpression {
  return ofType(BOOLEAN, value(record, decoder));
}

/** NULL is of every type. */
export function ofType(type: SqlType | null, bound: BoundExpression): BoundExpression {
  if (type === null || bound.type === null || sameType(type, bound.type)) return bound;
  throw wrongRecord(`of type ${type.kind}`, bound.kind);
}

export function typeOf(fields: Fields): SqlType {
  return readType(asText(fields['type']));
}

export function typeOrNull(text: unknown): SqlType | null {
  return text === null ? null : readType(asText(text));
}

export function pick<T>(list: readonly T[], index: unknown): T {
  const found = list[asIndex(index, list.length)];
  if (found === undefined) throw wrongRecord(`one of ${list.length}`, index);
  return found;
}

export function decodeBinding(record: unknown): Binding {
  const { name, type } = asObject(record, 'a binding');
  return Object.freeze({ name: asText(name), type: typeOrNull(type) });
}

/** What stands inside of what binds these. */
export function within(decoder: Decoder, bindings: readonly Binding[]): Decoder {
  return { ...decoder, bindings: [...decoder.bindings, ...bindings] };
}
