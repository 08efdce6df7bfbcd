/**
 * Code that reads a text from its place `p` in the bytes `b`. It moves `p` behind what it has read, and returns undefined
 * from the reader where something else is there. Its other variables: `s` and `n` for a value's start and number, `c` for
 * a byte, `m` for a minus.
 */
import type { SqlType } from '../model/sql-type.ts';
import { TIME_MAX } from '../model/time-of-day.ts';

/** Code for a value; `assign` is a variable and `=`, or empty where the value is only checked. */
type Scan = (assign: string) => string;

const FAIL = 'return undefined;';

/** Passes over exactly these characters, which are ASCII. */
export function scanLiteral(literal: string): string {
  const codes = asciiCodes(literal);
  return `${unlessAt(0, codes)} p += ${codes.length};`;
}

/** Passes over a field that no column has: still JSON, or the whole text is not. */
export const scanAny: Scan = () => `p = valueEnd(b, p); if (p < 0) ${FAIL}`;

function unlessAt(offset: number, codes: readonly number[]): string {
  return `if (${codes.map((code, index) => `b[p + ${offset + index}] !== ${code}`).join(' || ')}) ${FAIL}`;
}

function asciiCodes(text: string): readonly number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}

/** The rest of a word whose first letter is there. */
function restOf(word: string): string {
  const codes = asciiCodes(word.slice(1));
  return `${unlessAt(1, codes)} p += ${word.length};`;
}

/** A value that may be null, which is what the variable holds already. */
const orNull = (other: string): string =>
  `c = b[p]; if (c === ${'n'.charCodeAt(0)}) { ${restOf('null')} } else { ${other} }`;

/** Whole numbers of so few digits that they are summed up without loss. `-0` is none: the columns' coercion reads it. */
const scanInteger =
  (digitsMax: number, check = ''): Scan =>
  (assign) =>
    orNull(`
      m = c === 45;
      if (m) c = b[++p];
      if (c === 48 && !m) { p++; ${assign}0; }
      else {
        if (!(c >= 49 && c <= 57)) ${FAIL}
        s = p; n = 0;
        do { n = n * 10 + (c - 48); c = b[++p]; } while (c >= 48 && c <= 57);
        if (p - s > ${digitsMax}) ${FAIL}
        ${check}
        ${assign}m ? -n : n;
      }`);

const scanDouble: Scan = (assign) =>
  orNull(`s = p; p = numberEnd(b, p); if (p < 0) ${FAIL} ${assign && `${assign}numberIn(b, s, p);`}`);

/** The value has its own memory: a view would keep the whole batch of the record alive. */
const scanText: Scan = (assign) =>
  orNull(`s = p + 1; p = textEnd(b, p); if (p < 0) ${FAIL} ${assign && `${assign}b.latin1Slice(s, p - 1);`}`);

const scanBoolean: Scan = (assign) =>
  orNull(`
    if (c === ${'t'.charCodeAt(0)}) { ${restOf('true')} ${assign}true; }
    else if (c === ${'f'.charCodeAt(0)}) { ${restOf('false')} ${assign}false; }
    else ${FAIL}`);

const scanInt32 = scanInteger(9);
const scanInt64 = scanInteger(15);
/** What is beyond the day is refused by the column's coercion. */
const scanTime = scanInteger(8, `if (m || n > ${TIME_MAX}) ${FAIL}`);

/** How values of a type are read; types that are missing here have no layout. */
export const scans: Readonly<Partial<Record<SqlType['kind'], Scan>>> = {
  BOOLEAN: scanBoolean,
  INTEGER: scanInt32,
  DATE: scanInt32,
  TIME: scanTime,
  BIGINT: scanInt64,
  TIMESTAMP: scanInt64,
  DOUBLE: scanDouble,
  STRING: scanText,
};
