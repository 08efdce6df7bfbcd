import { sameType, type SqlType } from '../../serde/model/sql-type.ts';
import type { Cast } from '../bound/nodes.ts';
import { casterOf } from '../values/cast.ts';
import { apply, type Code } from './code.ts';
import type { Context } from './context.ts';

export function emitCast({ operand, type }: Cast, context: Context): Code {
  const code = context.emit(operand, context);
  const { builder } = context;
  const cast =
    operand.type === null || staysAsItIs(operand.type, type) ? undefined : casterOf(operand.type, type);
  if (cast === undefined) return code;
  const js = apply(builder, [code], ([value]) => `${builder.capture(cast)}(${value})`);
  return { ...code, js };
}

/** Nothing is to be done for the conversion. */
function staysAsItIs(from: SqlType, to: SqlType): boolean {
  return (from.kind === 'INTEGER' && (to.kind === 'BIGINT' || to.kind === 'DOUBLE')) || sameType(from, to);
}
