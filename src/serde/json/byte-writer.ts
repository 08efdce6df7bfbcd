import { compileFunction } from '../../base/compile-function.ts';
import { viewOf } from '../../base/buffer-view.ts';
import type { FormatColumn } from '../contract/format.ts';
import type { SqlType } from '../model/sql-type.ts';
import type { Row } from '../model/sql-value.ts';
import {
  DOUBLE_BYTES_MAX,
  INTEGER_BYTES_MAX,
  putAscii,
  putDouble,
  putInteger,
  putText,
  TEXT_BYTES_MAX,
  WORD_BYTES_MAX,
} from './put.ts';
import { quoteJson } from './text.ts';

/** Memory that rows are written into one after the other, as those of `Buffer.from` are into Node's pool. */
const SLAB_BYTES = 8192;
/** A row that may take more is written as text first. */
const ROW_BYTES_MAX = SLAB_BYTES / 4;

/** Writes a row into bytes that have room for it; -1 where a value is written in another way. */
type RowPut = (bytes: Uint8Array, start: number, row: Row) => number;

interface Put {
  readonly bytesMax: number;
  /** Code that puts `v`, which is not null, at `p`. */
  readonly code: string;
}

const integer: Put = { bytesMax: INTEGER_BYTES_MAX, code: 'p = putInteger(b, p, v);' };
const puts: Readonly<Partial<Record<SqlType['kind'], Put>>> = {
  BOOLEAN: { bytesMax: WORD_BYTES_MAX, code: `p = putAscii(b, p, v ? 'true' : 'false');` },
  INTEGER: integer,
  BIGINT: integer,
  DATE: integer,
  TIME: integer,
  TIMESTAMP: integer,
  DOUBLE: { bytesMax: DOUBLE_BYTES_MAX, code: 'p = putDouble(b, p, v);' },
  STRING: { bytesMax: TEXT_BYTES_MAX, code: 'p = putText(b, p, v);' },
};

/**
 * A writer that puts rows of plain values into bytes without a text in between, which would be put together from a piece
 * for each value, made flat, measured and copied.
 * @returns undefined where columns are of kinds that are not written so.
 */
export function byteWriter(columns: readonly FormatColumn[]): ((row: Row) => Buffer | undefined) | undefined {
  const plan = planOf(columns);
  if (plan === undefined) return undefined;
  const { put, bytesMax } = plan;
  let slab = Buffer.allocUnsafeSlow(0);
  let at = 0;
  return (row) => {
    if (at + bytesMax > slab.length) {
      slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
      at = 0;
    }
    const start = at;
    const end = put(slab, start, row);
    if (end < 0) return undefined;
    at = end;
    return viewOf(slab, start, end);
  };
}

function planOf(
  columns: readonly FormatColumn[],
): { readonly put: RowPut; readonly bytesMax: number } | undefined {
  let bytesMax = 1;
  const steps: string[] = [];
  for (const [index, { name, type }] of columns.entries()) {
    const put = puts[type.kind];
    const before = `${index === 0 ? '{' : ','}${quoteJson(name)}:`;
    bytesMax += before.length + (put?.bytesMax ?? 0);
    if (put === undefined || !IS_ASCII.test(before) || bytesMax > ROW_BYTES_MAX) return undefined;
    steps.push(`
      ${literalCode(before)}
      v = row[${index}];
      if (v === null || v === undefined) { ${literalCode('null')} }
      else { ${put.code} if (p < 0) return -1; }`);
  }
  if (steps.length === 0) return undefined;
  const code = `return (b, p, row) => { let v; ${steps.join('')} ${literalCode('}')} return p; };`;
  return { put: compileFunction<RowPut>({ putAscii, putDouble, putInteger, putText }, code), bytesMax };
}

const IS_ASCII = /^[ -~]*$/;

function literalCode(text: string): string {
  const stores = Array.from(text, (letter, index) => `b[p + ${index}] = ${letter.charCodeAt(0)};`);
  return `${stores.join(' ')} p += ${text.length};`;
}
