import { compileFunction } from '../../base/compile-function.ts';
import type { FormatColumn } from '../contract/format.ts';
import type { SqlValue } from '../model/sql-value.ts';
import { isSpellingOf } from './field-name.ts';
import { scanAny, scanLiteral, scans } from './layout-code.ts';
import { numberEnd, numberIn, textEnd, valueEnd } from './scan.ts';

/** Reads the bytes of a text that has the layout; undefined for one that has another. */
export type LayoutReader = (bytes: Buffer) => SqlValue[] | undefined;

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
 * write their records one like the other, so most of a topic's are read in one pass over their bytes: what lies between
 * the values is compared, values are read where they lie, and neither text nor object is made of a record, nor of the
 * fields that no column has. What it reads it reads as `JSON.parse` and the columns' coercions do; whatever is not plain
 * (escapes, letters beyond ASCII, long numbers, values that a column must convert) has another layout.
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
    const field = names.includes(name) ? name : names.findLast((each) => isSpellingOf(name, each));
    // One field may be two columns: `a` as it is and `A` without quotes.
    if (field !== undefined && columnOf.has(field)) return undefined;
    if (field !== undefined) columnOf.set(field, index);
  }
  const values = [...columns, ...Array.from({ length: trailingNulls })].map(() => 'null');
  const steps: string[] = [];
  for (const { name, before } of tokens) {
    const index = columnOf.get(name) ?? -1;
    const column = columns[index];
    const scan = column === undefined ? scanAny : scans[column.type.kind];
    if (scan === undefined) return undefined;
    const keep = column !== undefined && !unread.has(column.name);
    if (keep) values[index] = `v${index}`;
    steps.push(scanLiteral(before), scan(keep ? `v${index} = ` : ''));
  }
  const kept = values.filter((value) => value !== 'null').map((value) => `${value} = null`);
  const code = `return (b) => {
    let ${['p = 0', 's = 0', 'c = 0', 'n = 0', 'm = false', ...kept].join(', ')};
    ${steps.join('\n')}
    ${scanLiteral(end)}
    return p === b.length ? [${values.join(', ')}] : undefined;
  };`;
  return compileFunction<LayoutReader>({ textEnd, numberEnd, numberIn, valueEnd }, code);
}

/** Whether values of a type are ever read so. */
export function hasLayout({ type }: FormatColumn): boolean {
  return scans[type.kind] !== undefined;
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
