import { overload, overloadWithNulls, type ScalarOverload } from '../definition.ts';

/** What stands for capital letters, small letters, digits and all else; null keeps them as they are. */
interface Mask {
  readonly upper: string | null;
  readonly lower: string | null;
  readonly digit: string | null;
  readonly other: string | null;
}

export const defaultMask: Mask = { upper: 'X', lower: 'x', digit: 'n', other: '-' };

/** The mask of a call's arguments; of a text only the first character counts. */
export function maskOf(
  upper: string | null,
  lower: string | null,
  digit: string | null,
  other: string | null,
): Mask {
  const first = (text: string | null): string | null =>
    text === null || text === '' ? null : text.charAt(0);
  return { upper: first(upper), lower: first(lower), digit: first(digit), other: first(other) };
}

export function masked(text: string, mask: Mask): string {
  return Array.from(text, (letter) => {
    if (/\p{Lu}/u.test(letter)) return mask.upper ?? letter;
    if (/\p{Ll}/u.test(letter)) return mask.lower ?? letter;
    if (/\p{Nd}/u.test(letter)) return mask.digit ?? letter;
    return mask.other ?? letter;
  }).join('');
}

/** The two overloads of a function that masks the part of a text which a count decides. */
export function countedMaskOverloads(
  apply: (text: string, count: number, mask: Mask) => string,
): readonly ScalarOverload[] {
  const run = (text: string | null, count: number | null, mask: Mask): string | null => {
    if (text === null || count === null) return null;
    if (count < 0) throw new RangeError(`must be non-negative: ${count}`);
    return apply(text, Math.min(count, text.length), mask);
  };
  return [
    overload(['input STRING', 'numChars INTEGER'], 'STRING', (text, count) => run(text, count, defaultMask)),
    overloadWithNulls(
      ['input STRING', 'numChars INTEGER', 'upper STRING', 'lower STRING', 'digit STRING', 'other STRING'],
      'STRING',
      (text, count, upper, lower, digit, other) => run(text, count, maskOf(upper, lower, digit, other)),
    ),
  ];
}
