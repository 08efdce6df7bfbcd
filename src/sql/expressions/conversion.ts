import type { SqlType } from '../../serde/model/sql-type.ts';
import { sameType } from '../../serde/model/sql-type.ts';
import { casterOf } from '../values/cast.ts';
import { mustStop } from '../../base/assert.ts';
import { messageOf } from '../../base/errors.ts';
import { apply, type Code, constantCode, failingCode } from './code.ts';
import type { Context } from './context.ts';

/** Converts code to a type; undefined where there is no such cast. Constants are converted while compiling. */
export function convert(context: Context, code: Code, to: SqlType): Code | undefined {
  if (code.type === null) return { ...code, type: to };
  if (sameType(code.type, to)) return code;
  const cast = casterOf(code.type, to);
  if (cast === undefined) return undefined;
  const { builder } = context;
  if (code.constant !== undefined) {
    const { value } = code.constant;
    try {
      return constantCode(builder, value === null ? null : cast(value), to);
    } catch (error) {
      if (mustStop(error)) throw error;
      return failingCode(builder, messageOf(error), to);
    }
  }
  if (isWidening(code.type, to)) return { ...code, type: to };
  const js = apply(builder, [code], ([operand]) => `${builder.capture(cast)}(${operand})`);
  return { type: to, js, nullable: code.nullable, strict: code.strict };
}

/** The value stays as it is. */
function isWidening(from: SqlType, to: SqlType): boolean {
  return from.kind === 'INTEGER' && (to.kind === 'BIGINT' || to.kind === 'DOUBLE');
}
