import { defineFunction, overload, overloadWithNulls } from '../definition.ts';
import { defaultMask, masked, maskOf } from './masker.ts';

export const mask = defineFunction({
  name: 'mask',
  category: 'STRING',
  description: 'The text with its capital letters, small letters, digits and other characters replaced.',
  overloads: [
    overload(['input STRING'], 'STRING', (text) => masked(text, defaultMask)),
    overloadWithNulls(
      ['input STRING', 'upper STRING', 'lower STRING', 'digit STRING', 'other STRING'],
      'STRING',
      (text, upper, lower, digit, other) =>
        text === null ? null : masked(text, maskOf(upper, lower, digit, other)),
    ),
  ],
  examples: [{ sql: "MASK('My Test $123')", gives: "'Xx-Xxxx--nnn'" }],
});
