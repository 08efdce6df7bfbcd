import { assertDefined } from '../../base/assert.ts';
import type { SqlMap, SqlValue } from '../../serde/model/sql-value.ts';
import type { Column, Field, Let, Parameter, Subscript } from '../bound/nodes.ts';
import { apply, type Code, definite, plainCode } from './code.ts';
import { type Context, withBindings } from './context.ts';

export function emitColumn({ index }: Column): Code {
  return plainCode(`row[${index}]`);
}

export function emitParameter({ binding }: Parameter, { bindings }: Context): Code {
  return assertDefined(bindings.get(binding), 'a parameter stands inside of what binds it');
}

export function emitLet({ binding, value, body }: Let, context: Context): Code {
  const held = definite(context.builder, context.emit(value, context));
  const temp = context.builder.temp();
  const code = context.emit(body, withBindings(context, [[binding, { ...held, js: temp }]]));
  return { ...code, js: `((${temp} = ${held.js}), ${code.js})` };
}

/** A field of a null struct is null. */
export function emitField({ base, index }: Field, context: Context): Code {
  const struct = definite(context.builder, context.emit(base, context));
  return plainCode(apply(context.builder, [struct], ([operand]) => `${operand}[${index}]`));
}

/** Arrays count from 1, and from the end below 0; beyond either end is null. Maps are asked for a key. */
export function emitSubscript({ base, index }: Subscript, context: Context): Code {
  const { builder } = context;
  const operands = [base, index].map((operand) => definite(builder, context.emit(operand, context)));
  const find = builder.capture(base.type?.kind === 'ARRAY' ? elementAt : entryAt);
  return plainCode(apply(builder, operands, ([from, at]) => `${find}(${from}, ${at})`));
}

function elementAt(array: readonly SqlValue[], position: number | bigint): SqlValue {
  const index = Number(position);
  return array[index >= 0 ? index - 1 : array.length + index] ?? null;
}

function entryAt(map: SqlMap, key: SqlValue): SqlValue {
  return map.get(key) ?? null;
}
