import { overload, overloadWithNulls, type ScalarOverload } from '../definition.ts';

/** What stands for capital letters, small letters, digits and all else; null keeps them as they are. */
interface Mask {
  readonly upper: string | null;
  readonly lower: string | null;
  readonly digit: string | null;
  readonly other: string | null;
}

export const defaultMask: Mask = { upper: 'X', lower: 'x', digit: 'n', other: '-' };

/** The mask of a call's arguments. @throws {RangeError} for a text that is not one character. */
export function maskOf(
  upper: string | null,
  lower: string | null,
  digit: string | null,
  other: string | null,
): Mask {
  for (const text of [upper, lower, digit, other]) {
    if (text !== null && text.length !== 1) {
      throw new RangeError(`Invalid mask character. Must be only single character, but was '${text}'`);
    }
  }
  return { upper, lower, digit, other };
}

export function masked(text: string, mask: Mask): string {
  let result = '';
  // By UTF-16 units, so that the masked text is as long as the text: the second half of a character is one of its own.
  for (let at = 0; at < text.length; at += 1) {
    const letter = String.fromCodePoint(text.codePointAt(at) ?? 0);
    if (/\p{Lu}/u.test(letter)) result += mask.upper ?? letter;
    else if (/\p{Ll}/u.test(letter)) result += mask.lower ?? letter;
    else if (/\p{Nd}/u.test(letter)) result += mask.digit ?? letter;
    else result += mask.other ?? letter;
  }
  return result;
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
