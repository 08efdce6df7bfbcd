import { defineFunction } from '../definition.ts';
import { countedMaskOverloads, masked } from './masker.ts';

export const maskRight = defineFunction({
  name: 'mask_right',
  category: 'STRING',
  description: 'The text with its last characters masked, as MASK does.',
  overloads: countedMaskOverloads(
    (text, count, mask) => text.slice(0, text.length - count) + masked(text.slice(text.length - count), mask),
  ),
  examples: [{ sql: "MASK_RIGHT('My Test $123', 4)", gives: "'My Test -nnn'" }],
});
