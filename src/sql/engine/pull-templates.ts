import type { Expression } from '../../../grammar/ast.ts';
import type { PullPlan } from '../queries/pull-query.ts';
import { selectOf } from '../statements/streamed.ts';
import type { PreparedStatement } from '../statements/prepared-statement.ts';
import type { Session } from '../statements/session.ts';
import { allTimes } from '../queries/window-bounds.ts';

/** Texts that look for a key are short; those that ask in another way each time are forgotten. */
const CHARS_MAX = 2_000;
const TEMPLATES_MAX = 200;
/** A whole number that is an INTEGER in any case. */
const DIGITS_MAX = 9;
/** What the parser takes out of a text or puts into it. */
const REWRITTEN = /\$|--|\/\*/;

/** A text that ends with a comparison with a literal: what stands before it, and behind it. */
interface Split {
  readonly prefix: string;
  readonly literal: string;
  readonly suffix: string;
  readonly key: string | number;
}

type Template = Pick<PreparedStatement, 'statement'> & { readonly plan: PullPlan };

/**
 * Pull queries for one key, whose texts differ in the key alone: the first one is parsed and planned, and the others have its plan with
 * their own key. Most of what such a query takes is the way from its text to its plan.
 */
export class PullTemplates {
  readonly #version: () => number;
  readonly #templates = new Map<string, Template>();
  #plannedVersion = -1;

  /** @param version another one when anything has changed that is planned on. */
  constructor(version: () => number) {
    this.#version = version;
  }

  /** The statement of a script; undefined where none like it has been planned. */
  prepared(script: string, session: Session): PreparedStatement | undefined {
    if (this.#version() !== this.#plannedVersion || !isPlain(session)) return undefined;
    const split = splitAtKey(script);
    const template = split === undefined ? undefined : this.#templates.get(nameOf(split));
    if (split === undefined || template === undefined) return undefined;
    const { statement, plan } = template;
    const access = { kind: 'lookup', lookups: [{ key: [split.key], range: allTimes }] } as const;
    return {
      ...{ statement, text: script, session },
      pull: { version: this.#plannedVersion, plan: { ...plan, access } },
    };
  }

  /** Keeps a plan for texts like that of its statement, where the key is all that may differ. */
  remember({ statement, text, session }: PreparedStatement, plan: PullPlan): void {
    const split = splitAtKey(text);
    const where = selectOf(statement)?.where;
    if (split === undefined || where === undefined || !isPlain(session)) return;
    if (!looksFor(split.key, where) || !isLookUp(plan, split.key)) return;
    if (this.#version() !== this.#plannedVersion || this.#templates.size >= TEMPLATES_MAX) {
      this.#templates.clear();
      this.#plannedVersion = this.#version();
    }
    // Whatever is found has the key: there is nothing to test.
    this.#templates.set(nameOf(split), { statement, plan: { ...plan, keep: () => true } });
  }
}

const nameOf = ({ prefix, suffix, key }: Split): string => `${typeof key}\0${prefix}\0${suffix}`;

const isPlain = ({ properties, variables }: Session): boolean =>
  variables.size === 0 && Object.keys(properties).length === 0;

/** Whether a condition is that a column has the value; its literal is the last thing in the text then. */
function looksFor(key: Split['key'], where: Expression): boolean {
  if (where.kind !== 'Comparison' || where.operator !== '=' || where.left.kind !== 'ColumnReference')
    return false;
  const { right } = where;
  if (right.kind === 'StringLiteral') return right.value === key;
  return right.kind === 'IntegerLiteral' && typeof key === 'number' && Number(right.text) === key;
}

/** Whether a plan looks for this very value (over all times, since its condition is that alone), and computes all its results where it is carried out. */
function isLookUp({ access, results, source }: PullPlan, key: Split['key']): boolean {
  if (typeof results !== 'function' || access.kind !== 'lookup' || access.lookups.length !== 1) return false;
  const [lookup] = access.lookups;
  const [column, ...others] = source.schema.key;
  const kinds = typeof key === 'string' ? ['STRING'] : ['INTEGER', 'BIGINT'];
  return (
    lookup !== undefined &&
    others.length === 0 &&
    lookup.key[0] === key &&
    kinds.includes(column?.type.kind ?? '')
  );
}

function splitAtKey(text: string): Split | undefined {
  if (text.length > CHARS_MAX) return undefined;
  let end = text.length;
  while (end > 0 && isTrailing(text.charCodeAt(end - 1))) end -= 1;
  const start = text[end - 1] === "'" ? startOfText(text, end) : startOfDigits(text, end);
  if (start === undefined || start === end) return undefined;
  const [prefix, literal, suffix] = [text.slice(0, start), text.slice(start, end), text.slice(end)];
  if (!/=\s{0,9}$/.test(prefix.slice(-10)) || REWRITTEN.test(prefix) || literal.includes('$'))
    return undefined;
  const key = literal.startsWith("'") ? literal.slice(1, -1).replaceAll("''", "'") : Number(literal);
  return { prefix, literal, suffix, key };
}

const [SPACE, SEMICOLON, QUOTE, ZERO, NINE] = [32, 59, 39, 48, 57];

/** Blanks and semicolons. */
const isTrailing = (code: number): boolean => code <= SPACE || code === SEMICOLON;

/** Where a text in quotes begins, in which quotes are doubled. */
function startOfText(text: string, end: number): number | undefined {
  for (let at = end - 2; at >= 0; at -= 1) {
    if (text.charCodeAt(at) !== QUOTE) continue;
    if (text.charCodeAt(at - 1) !== QUOTE) return at;
    at -= 1;
  }
  return undefined;
}

function startOfDigits(text: string, end: number): number | undefined {
  let start = end;
  for (let code = text.charCodeAt(start - 1); code >= ZERO && code <= NINE; ) {
    start -= 1;
    code = text.charCodeAt(start - 1);
  }
  return end - start > DIGITS_MAX ? undefined : start;
}
