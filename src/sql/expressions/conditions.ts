import type { SqlValue } from '../../serde/model/sql-value.ts';
import type { BoundExpression, Case, In, IsNull, Like, Logical, Not } from '../bound/nodes.ts';
import { sameValue } from '../values/compare.ts';
import { type Code, definite, required, truth } from './code.ts';
import type { Context } from './context.ts';
import { likeMatcher } from './like.ts';

/** An operand in whose place null is an error of evaluation. */
function notNull(bound: BoundExpression, context: Context): string {
  return required(context.builder, context.emit(bound, context)).js;
}

export function emitLogical({ operator, left, right }: Logical, context: Context): Code {
  const a = notNull(left, context);
  const b = notNull(right, context);
  return truth(`(${a} ${operator === 'AND' ? '&&' : '||'} ${b})`);
}

export function emitNot({ operand }: Not, context: Context): Code {
  return truth(`(!${notNull(operand, context)})`);
}

export function emitIsNull({ operand, negated }: IsNull, context: Context): Code {
  const { js } = definite(context.builder, context.emit(operand, context));
  return truth(`(${js} ${negated ? '!=' : '=='} null)`);
}

/** From so many constants on, IN looks into one list of them, which is a set where `===` compares them. */
const LONG_LIST = 8;

/** Nulls match nothing, on either side. */
export function emitIn({ operand, list }: In, context: Context): Code {
  const { builder } = context;
  const { type } = operand;
  const candidates = list.filter((element) => element.kind !== 'Constant' || element.value !== null);
  if (type === null || candidates.length === 0) return truth('false');
  const value = definite(builder, context.emit(operand, context)).js;
  const item = builder.temp();
  const simple = type.kind !== 'DECIMAL' && type.kind !== 'BYTES' && !/^(ARRAY|MAP|STRUCT)$/.test(type.kind);
  const constants = candidates.flatMap((element) => (element.kind === 'Constant' ? [element.value] : []));
  if (list.length > LONG_LIST && constants.length === candidates.length) {
    const isIn = simple
      ? `${builder.capture(new Set(constants))}.has(${item})`
      : `${builder.capture(isAmong)}(${item}, ${builder.capture(constants)})`;
    return truth(`((${item} = ${value}) != null && ${isIn})`);
  }
  const tests = candidates.map((element) => {
    const { js } = definite(builder, context.emit(element, context));
    return simple ? `${item} === ${js}` : `${builder.capture(sameValue)}(${item}, ${js})`;
  });
  return truth(`((${item} = ${value}) != null && (${tests.join(' || ')}))`);
}

function isAmong(value: SqlValue, list: readonly SqlValue[]): boolean {
  for (const each of list) {
    if (sameValue(value, each)) return true;
  }
  return false;
}

/** Null operands are an error while evaluating. */
export function emitLike({ operand, pattern, escape }: Like, context: Context): Code {
  const { builder } = context;
  const text = notNull(operand, context);
  if (pattern.kind === 'Constant' && typeof pattern.value === 'string') {
    return truth(`${builder.capture(likeMatcher(pattern.value, escape))}(${text})`);
  }
  const matcherOf = builder.capture(cachedMatcher(escape));
  return truth(`${matcherOf}(${notNull(pattern, context)})(${text})`);
}

/** Keeps the last pattern's matcher: patterns from a column tend to repeat. */
function cachedMatcher(escape: string | undefined): (pattern: string) => (text: string) => boolean {
  let last = '';
  let matcher = likeMatcher(last, escape);
  return (pattern) => {
    if (pattern !== last) {
      matcher = likeMatcher(pattern, escape);
      last = pattern;
    }
    return matcher;
  };
}

/** Only the branch that is taken is evaluated. */
export function emitCase({ branches, otherwise }: Case, context: Context): Code {
  const conditions = branches.map(({ when }) => notNull(when, context));
  const results = branches.map(({ result }) => context.emit(result, context));
  const last = otherwise === undefined ? undefined : context.emit(otherwise, context);
  const all = last === undefined ? results : [...results, last];
  const tests = conditions.map((js, index) => `${js} ? ${results[index]?.js ?? 'null'} : `);
  return {
    js: `(${tests.join('')}${last?.js ?? 'null'})`,
    nullable: last === undefined || all.some((code) => code.nullable),
    strict: all.some((code) => code.strict),
  };
}
