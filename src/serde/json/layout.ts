import { compileFunction } from '../../base/compile-function.ts';
import type { FormatColumn } from '../format.ts';
import type { SqlType } from '../model/sql-type.ts';
import type { SqlValue } from '../model/sql-value.ts';
import { isSpellingOf } from './field-name.ts';

/** Reads a text that has the layout; undefined for one that has another. */
export type LayoutReader = (text: string) => SqlValue[] | undefined;

/** What is made of a text. */
export interface LayoutColumns {
  readonly columns: readonly FormatColumn[];
  readonly trailingNulls?: number;
  /** Names of columns that need not be kept: their values are checked, and are null in the rows. */
  readonly unread?: ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();

/** Objects with more fields are read by `JSON.parse`. */
const FIELDS_MAX = 256;

const INTEGER = '(?:0|-?[1-9][0-9]{0,8})';
/** What a double holds exactly, whatever its digits. */
const BIGINT = '(?:0|-?[1-9][0-9]{0,14})';
const DOUBLE = '-?(?:0|[1-9][0-9]{0,15})(?:\\.[0-9]{1,20})?(?:[eE][+-]?[0-9]{1,3})?';
/** ASCII without escapes: the text between the quotes is the value. */
const PLAIN = '[ !#-\\[\\]-~]*';

/** A field's name, the text before its value as it is written, and the kind of the value. */
interface Token {
  readonly name: string;
  readonly before: string;
}

const FIELD =
  /([ \t\r\n]*[{,][ \t\r\n]*"([ !#-[\]-~]*)"[ \t\r\n]*:[ \t\r\n]*)("[ !#-[\]-~]*"|[-0-9.eE+]+|true|false|null)/y;
const END = /[ \t\r\n]*\}[ \t\r\n]*$/y;

/**
 * Compiles a reader for texts that have the same fields in the same order with the same white space as `sample`. Programs
 * write their records one like the other, so most of a topic's are read by one regular expression, at half the price of
 * `JSON.parse`: no object is made, and the texts of fields that no column has are not kept. What it reads it reads as
 * `JSON.parse` and the columns' coercions do; whatever is not plain (escapes, letters beyond ASCII, long numbers, values
 * that a column must convert) has another layout.
 * @param sample a JSON object, its bytes as Latin-1.
 * @returns undefined where columns or fields are of kinds that are not read so.
 */
export function layoutReader(
  sample: string,
  { columns, trailingNulls = 0, unread = NONE }: LayoutColumns,
): LayoutReader | undefined {
  const fields = fieldsOf(sample);
  if (fields === undefined) return undefined;
  const { tokens, end } = fields;
  const names = tokens.map(({ name }) => name);
  const columnOf = new Map<string, number>();
  for (const [index, { name }] of columns.entries()) {
    const field = names.includes(name) ? name : names.find((each) => isSpellingOf(name, each));
    // One field may be two columns: `a` as it is and `A` without quotes.
    if (field !== undefined && columnOf.has(field)) return undefined;
    if (field !== undefined) columnOf.set(field, index);
  }
  const reads = columns.map(() => 'null');
  let pattern = '^';
  let group = 0;
  for (const { name, before } of tokens) {
    const index = columnOf.get(name) ?? -1;
    const column = columns[index];
    const capture = column && captures[column.type.kind];
    if (column !== undefined && capture === undefined) return undefined;
    const keep = column !== undefined && !unread.has(column.name);
    pattern += escapeRegExp(before) + (capture === undefined ? ANY : capture.pattern(keep));
    if (keep && capture !== undefined) reads[index] = capture.read(`m[${++group}]`);
  }
  const regExp = new RegExp(`${pattern}${escapeRegExp(end)}$`);
  const values = [...reads, ...Array.from({ length: trailingNulls }, () => 'null')];
  const code = `return (text) => { const m = regExp.exec(text); return m === null ? undefined : [${values.join(', ')}]; };`;
  return compileFunction<LayoutReader>({ regExp }, code);
}

/** Whether values of a type are ever read so. */
export function hasLayout({ type }: FormatColumn): boolean {
  return captures[type.kind] !== undefined;
}

/** The fields of an object of plain values; undefined for any other text, and for names that `JSON.parse` treats apart. */
function fieldsOf(sample: string): { readonly tokens: readonly Token[]; readonly end: string } | undefined {
  const tokens: Token[] = [];
  const seen = new Set<string>();
  let at = 0;
  for (;;) {
    FIELD.lastIndex = at;
    const [all, before = '', name = ''] = FIELD.exec(sample) ?? [];
    if (all === undefined) break;
    const isFirst = before.trimStart().startsWith('{');
    // The last of two fields of a name counts; numbers come first in an object; a prototype is no field.
    const isSpecial = seen.has(name) || /^[0-9]+$/.test(name) || name in Object.prototype;
    if (isSpecial || isFirst !== (tokens.length === 0) || tokens.length === FIELDS_MAX) return undefined;
    seen.add(name);
    tokens.push({ name, before });
    at += all.length;
  }
  END.lastIndex = at;
  const [end] = END.exec(sample) ?? [];
  return end === undefined || tokens.length === 0 ? undefined : { tokens, end };
}

interface Capture {
  /** What the value looks like, with one group if it is kept. */
  pattern(keep: boolean): string;
  /** Code that reads the group, which is undefined where the value is null. */
  read(group: string): string;
}

const numbers = (digits: string): Capture => ({
  pattern: (keep) => (keep ? `(?:(${digits})|null)` : `(?:${digits}|null)`),
  read: (group) => `${group} === undefined ? null : +${group}`,
});

const integers = numbers(INTEGER);
const bigints = numbers(BIGINT);
const captures: Readonly<Partial<Record<SqlType['kind'], Capture>>> = {
  BOOLEAN: {
    pattern: (keep) => (keep ? '(?:(true|false)|null)' : '(?:true|false|null)'),
    read: (group) => `${group} === undefined ? null : ${group} === 'true'`,
  },
  INTEGER: integers,
  DATE: integers,
  TIME: integers,
  BIGINT: bigints,
  TIMESTAMP: bigints,
  DOUBLE: numbers(DOUBLE),
  STRING: {
    pattern: (keep) => (keep ? `(?:"(${PLAIN})"|null)` : `(?:"${PLAIN}"|null)`),
    read: (group) => `${group} === undefined ? null : ${group}`,
  },
};

/** A field that no column has: still JSON, or the whole text is not. */
const ANY = `(?:"${PLAIN}"|${DOUBLE}|null|true|false)`;

function escapeRegExp(literal: string): string {
  return literal.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
