import type {
  Expression,
  In,
  IsNotNull,
  IsNull,
  Like,
  Logical,
  Not,
  SearchedCase,
  SimpleCase,
} from '../../../grammar/ast.ts';
import { formatExpression } from '../../../grammar/index.ts';
import { BOOLEAN, printType } from '../../serde/model/sql-type.ts';
import { sameValue } from '../values/compare.ts';
import { type Code, definite, required } from './code.ts';
import { coerceList } from './coercion.ts';
import { compareCodes } from './comparison.ts';
import { type Context, mistake } from './context.ts';
import { likeMatcher } from './like.ts';

/** A boolean operand; a null in its place is an error while evaluating. */
function buildCondition(expression: Expression, context: Context): Code {
  const code = context.build(expression, context);
  if (code.type !== null && code.type.kind !== 'BOOLEAN') {
    throw mistake(
      expression,
      `Should evaluate to boolean but is ${formatExpression(expression)} (${printType(code.type)}) instead.`,
    );
  }
  return required(context.builder, code);
}

const truth = (js: string): Code => ({ type: BOOLEAN, js, nullable: false, strict: false });

export function buildLogical(node: Logical, context: Context): Code {
  const left = buildCondition(node.left, context).js;
  const right = buildCondition(node.right, context).js;
  return truth(`(${left} ${node.operator === 'AND' ? '&&' : '||'} ${right})`);
}

export function buildNot(node: Not, context: Context): Code {
  return truth(`(!${buildCondition(node.operand, context).js})`);
}

export function buildIsNull(node: IsNull | IsNotNull, context: Context): Code {
  const operand = definite(context.builder, context.build(node.operand, context));
  return truth(`(${operand.js} ${node.kind === 'IsNull' ? '==' : '!='} null)`);
}

/** From so many constants on, IN looks into a set. */
const LONG_LIST = 8;

/** Nulls match nothing, on either side. */
export function buildIn(node: In, context: Context): Code {
  const { builder } = context;
  const { type, elements } = coerceList([node.operand, ...node.list], context);
  const [operand, ...list] = elements.map((element) => definite(builder, element));
  if (operand === undefined || type === null) return truth('false');
  const item = builder.temp();
  const simple = type.kind !== 'DECIMAL' && type.kind !== 'BYTES' && !/^(ARRAY|MAP|STRUCT)$/.test(type.kind);
  const tests = list
    .filter((element) => element.constant?.value !== null)
    .map((element) =>
      simple ? `${item} === ${element.js}` : `${builder.capture(sameValue)}(${item}, ${element.js})`,
    );
  if (tests.length === 0) return truth('false');
  const constants = list.map((element) => element.constant?.value);
  if (simple && constants.length > LONG_LIST && !constants.includes(undefined)) {
    const set = builder.capture(new Set(constants.filter((value) => value !== null)));
    return truth(`((${item} = ${operand.js}) != null && ${set}.has(${item}))`);
  }
  return truth(`((${item} = ${operand.js}) != null && (${tests.join(' || ')}))`);
}

/** Null operands are an error while evaluating. */
export function buildLike(node: Like, context: Context): Code {
  const { builder } = context;
  const operand = context.build(node.operand, context);
  const pattern = context.build(node.pattern, context);
  if (operand.type?.kind !== 'STRING' || pattern.type?.kind !== 'STRING') {
    throw mistake(
      node,
      `Like condition must be between strings. Got: ${operand.type?.kind ?? 'null'} and ${pattern.type?.kind ?? 'null'}`,
    );
  }
  const text = required(builder, operand).js;
  if (typeof pattern.constant?.value === 'string') {
    const matcher = builder.capture(likeMatcher(pattern.constant.value, node.escape));
    return truth(`${matcher}(${text})`);
  }
  const matcherOf = builder.capture(cachedMatcher(node.escape));
  return truth(`${matcherOf}(${required(builder, pattern).js})(${text})`);
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
export function buildSearchedCase(node: SearchedCase, context: Context): Code {
  const conditions = node.branches.map((branch) => buildCondition(branch.when, context).js);
  return buildCase(node, conditions, context);
}

/** `CASE x WHEN v` is `CASE WHEN x = v`, with x evaluated once. */
export function buildSimpleCase(node: SimpleCase, context: Context): Code {
  const operand = definite(context.builder, context.build(node.operand, context));
  const temp = context.builder.temp();
  const held: Code = { ...operand, js: temp };
  const conditions = node.branches.map((branch) => {
    const value = definite(context.builder, context.build(branch.when, context));
    const comparison = { operator: '=' as const, left: node.operand, right: branch.when, span: branch.span };
    return compareCodes(comparison, held, value, context).js;
  });
  const code = buildCase(node, conditions, context);
  return { ...code, js: `((${temp} = ${operand.js}), ${code.js})` };
}

function buildCase(node: SearchedCase | SimpleCase, conditions: readonly string[], context: Context): Code {
  const results = node.branches.map((branch) => branch.result);
  const all = node.otherwise === undefined ? results : [...results, node.otherwise];
  const { type, elements } = coerceList(all, context);
  const otherwise = node.otherwise === undefined ? 'null' : (elements.at(-1)?.js ?? 'null');
  const branches = conditions.map((condition, index) => `${condition} ? ${elements[index]?.js ?? 'null'} : `);
  return {
    type,
    js: `(${branches.join('')}${otherwise})`,
    nullable: node.otherwise === undefined || elements.some((element) => element.nullable),
    strict: elements.some((element) => element.strict),
  };
}
