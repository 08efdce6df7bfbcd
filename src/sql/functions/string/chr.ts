import { defineFunction, overload } from '../definition.ts';

export const chr = defineFunction({
  name: 'chr',
  category: 'STRING',
  description: 'The character of a code point, given as a number or as text in the form \\uXXXX.',
  overloads: [
    overload(['decimalCode INTEGER'], 'STRING', (code) =>
      code < 0 || code > 0x10ffff ? null : String.fromCodePoint(code),
    ),
    overload(['utf16Code STRING'], 'STRING', (code) => {
      if (!/^(\\u[0-9a-fA-F]{4})+$/.test(code)) return null;
      return code.replace(/\\u(.{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    }),
  ],
  examples: [{ sql: 'CHR(75)', gives: "'K'" }],
});
