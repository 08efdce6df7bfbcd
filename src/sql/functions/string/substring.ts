import { defineFunction, boundOverload, type CallBinding } from '../definition.ts';

/** Positions count from 1, and from the end below 0; what is outside of the text is left out. */
function bounds(length: number, position: number, count: number | undefined): [start: number, end: number] {
  const start = position < 0 ? Math.max(length + position, 0) : Math.max(Math.min(position - 1, length), 0);
  const end = count === undefined ? length : Math.max(Math.min(start + count, length), start);
  return [start, end];
}

/** ksqlDB before 5.1: positions from 0, and the third argument is where the part ends. */
function legacyBounds(length: number, start: number, end: number | undefined): [start: number, end: number] {
  const last = end ?? length;
  if (start < 0 || last > length || start > last) throw new RangeError('string index out of range');
  return [start, last];
}

function slicing<T extends string | Buffer>(slice: (text: T, start: number, end: number) => T) {
  return ({ config }: CallBinding) => {
    const legacy = [true, 'true'].includes(
      config['ksql.functions.substring.legacy.args'] as string | boolean,
    );
    const boundsOf = legacy ? legacyBounds : bounds;
    return (text: T | null, position: number | null, count?: number | null): T | null => {
      if (text === null || position === null || count === null) return null;
      const [start, end] = boundsOf(text.length, position, count);
      return slice(text, start, end);
    };
  };
}

const sliceText = slicing<string>((text, start, end) => text.slice(start, end));
const sliceBytes = slicing<Buffer>((bytes, start, end) => bytes.subarray(start, end));

export const substring = defineFunction({
  name: 'substring',
  category: 'STRING',
  description:
    'The part of a text, or of bytes, from a position (from 1; from the end if negative) on, or of a length.',
  overloads: [
    boundOverload(['str STRING', 'pos INTEGER'], 'STRING', sliceText),
    boundOverload(['str STRING', 'pos INTEGER', 'length INTEGER'], 'STRING', sliceText),
    boundOverload(['bytes BYTES', 'pos INTEGER'], 'BYTES', sliceBytes),
    boundOverload(['bytes BYTES', 'pos INTEGER', 'length INTEGER'], 'BYTES', sliceBytes),
  ],
  examples: [
    { sql: "SUBSTRING('stream', 3)", gives: "'ream'" },
    { sql: "SUBSTRING('stream', -3, 2)", gives: "'ea'" },
    { sql: "SUBSTRING('stream', 4, 99)", gives: "'eam'" },
  ],
});
