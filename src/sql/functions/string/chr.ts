import { defineFunction, overload } from '../definition.ts';

/** What an escape of Java stands for; of any other character a backslash is left out. */
const letters: Readonly<Record<string, string>> = { b: '\b', n: '\n', t: '\t', f: '\f', r: '\r' };

function unescapeJava(text: string): string {
  return text.replace(
    /\\(?:u+\+?([0-9a-fA-F]{4})|([0-3]?[0-7]{1,2})|(u)|(.?))/gs,
    (_, hex: string | undefined, octal: string | undefined, broken: string | undefined, letter: string) => {
      if (broken !== undefined) throw new RangeError(`Unable to parse unicode value: '${text}'`);
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      return letters[letter] ?? letter;
    },
  );
}

export const chr = defineFunction({
  name: 'chr',
  category: 'STRING',
  description: 'The character of a code point, given as a number or as text in the form \\uXXXX.',
  overloads: [
    overload(['decimalCode INTEGER'], 'STRING', (code) =>
      code < 0 || code > 0x10ffff ? null : String.fromCodePoint(code),
    ),
    overload(['utf16Code STRING'], 'STRING', (code) => {
      if (code.length < 6 || !code.startsWith('\\u')) return null;
      return unescapeJava(code);
    }),
  ],
  examples: [{ sql: 'CHR(75)', gives: "'K'" }],
});
