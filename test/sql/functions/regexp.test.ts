import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { likeMatcher } from '../../../src/sql/expressions/like.ts';
import { javaPattern } from '../../../src/sql/functions/regexp/java-pattern.ts';
import { javaRegex, linearSource } from '../../../src/sql/functions/regexp/java-regex.ts';
import { BACKTRACKING_STEPS, safeLength } from '../../../src/base/regex-cost.ts';

const many = (text: string): string => text.repeat(50_000);

/** Each of these takes a backtracking engine hours or years. That the test ends is what it checks. */
const HOSTILE: readonly (readonly [pattern: string, text: string])[] = [
  ['(a+)+$', `${many('a')}!`],
  ['(a|a)+$', `${many('a')}!`],
  ['(a|aa)+$', `${many('a')}!`],
  ['(.*?,){11}P', '1,2,3,4,5,6,7,8,9,10,11,'.repeat(5_000)],
  ['^(([a-z])+.)+[A-Z]([a-z])+$', many('a')],
  ['(?:a?){50}a{50}b', many('a')],
  ['(\\w+\\s?)*!$', many('word ')],
  ['x*x*x*x*x*y', many('x')],
  ['(.*)(.*)(.*)(.*)q', many('z')],
  ['([a-zA-Z0-9]+\\.?)+@', many('abc.')],
  ['\\s+$', `${many(' ')}x`],
];

/** Whether an expression can match no character, at any place of a text. */
function canBeEmpty(part: string): boolean {
  const placeless = part.replaceAll('[^a]', 'a').replaceAll(/\\[bA]|[$^]/g, '');
  return javaRegex(`^(?:${placeless})$`).test('');
}

describe('regular expressions', () => {
  it.each(HOSTILE)('%s ends on a hostile text', (pattern, text) => {
    expect(javaPattern(pattern).first(text)).toBeNull();
    expect([...javaPattern(pattern).matches(text)]).toEqual([]);
  });

  it.each(['(a+)+(?=b)$', '(a+)+\\1$', '(?<!b)(a|a)*$'])(
    '%s, which RE2 has no words for, is refused',
    (pattern) => {
      expect(() => javaPattern(pattern).first(`${'a'.repeat(40)}!`)).toThrow(
        /may take too long on a text of 41 characters: with look-around or back-references it is matched on at most \d+/,
      );
    },
  );

  it('matches look-around and back-references on texts for which they are quick', () => {
    expect(javaPattern('(a)(b)\\1\\2$').first('ab'.repeat(100))?.index).toBe(196);
    expect(javaPattern('(?<=b)a').first(`${'c'.repeat(1_000_000)}ba`)?.index).toBe(1_000_001);
    expect(javaPattern('(?:ab|cd)+(?=x)').first('abcdx')?.[0]).toBe('abcd');
  });

  it('lets V8 match what is cheap', () => {
    for (const cheap of ['GET|POST', '[0-9]{3}', '^\\d+$', 'a\\.b', '[*+]\\*', '(ab)?c']) {
      expect(safeLength(cheap, BACKTRACKING_STEPS), cheap).toBeGreaterThanOrEqual(1_000);
    }
    for (const exponential of HOSTILE.slice(0, 3).map(([pattern]) => pattern)) {
      expect(safeLength(exponential, BACKTRACKING_STEPS), exponential).toBeLessThan(20);
    }
  });

  // But for what repeats the empty text: there engines differ in which of two matches they prefer.
  it('gives the same matches in linear time as V8 does', () => {
    const atom = fc.constantFrom(
      'a',
      'b',
      '.',
      '\\d',
      '\\w',
      '\\s',
      '\\S',
      '\\b',
      '[ab]',
      '[^a]',
      '[\\s1]',
      '\\.',
      '\\u00e4',
      '😀',
      '\\p{Lu}',
      '\\p{Alpha}',
      '\\h',
      '\\Qa.b\\E',
      '\\A',
      '\\n',
      '^',
      '$',
    );
    const { pattern } = fc.letrec<{ pattern: string; part: string }>((tie) => ({
      part: fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        atom,
        tie('pattern').map((inner) => `(${inner})`),
        tie('pattern').map((inner) => `(?:${inner})`),
        fc
          .tuple(tie('part'), fc.constantFrom('*', '+', '?', '*?', '+?', '{1,2}'))
          .map(([part, times]) => (canBeEmpty(part) ? part : `(?:${part})${times}`)),
      ),
      pattern: fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        tie('part'),
        fc.array(tie('part'), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('')),
        fc.tuple(tie('pattern'), tie('pattern')).map(([left, right]) => `${left}|${right}`),
      ),
    }));
    const flags = fc.constantFrom('', '(?i)', '(?s)', '(?is)');
    const text = fc
      .array(fc.constantFrom('a', 'b', 'B', '1', ' ', '.', 'ä', '😀', '\n', '\r', '\u000b', '\u2028'), {
        maxLength: 8,
      })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(flags, pattern, text, (flag, body, input) => {
        const source = linearSource(flag + body);
        fc.pre(source !== undefined);
        const matcher = RE2JS.compile(source ?? '').matcher(input);
        const linear: unknown[] = [];
        while (matcher.find()) linear.push([matcher.start(), matcher.group()]);
        const expected = [...input.matchAll(javaRegex(flag + body))].map((match) => [match.index, match[0]]);
        expect(linear).toEqual(expected);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('LIKE', () => {
  it('does what the expression that it stands for does', () => {
    const pattern = fc
      .array(fc.constantFrom('a', 'b', '%', '_', '😀'), { maxLength: 7 })
      .map((parts) => parts.join(''));
    const text = fc
      .array(fc.constantFrom('a', 'b', '😀', '\n'), { maxLength: 9 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(pattern, text, (like, input) => {
        const regex = new RegExp(`^${like.replaceAll('%', '.*').replaceAll('_', '.')}$`, 'u');
        expect(likeMatcher(like, undefined)(input)).toBe(regex.test(input));
      }),
      { numRuns: 1_000 },
    );
  });

  it('ends on a hostile text', () => {
    expect(likeMatcher('%a%a%a%a%a%a%a%a%b', undefined)(many('a'))).toBe(false);
    expect(likeMatcher('%a_%a_%a_%a_%b', undefined)(many('a'))).toBe(false);
  });
});
