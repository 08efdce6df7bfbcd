import { defineFunction } from '../definition.ts';
import { countedMaskOverloads, masked } from './masker.ts';

export const maskKeepRight = defineFunction({
  name: 'mask_keep_right',
  category: 'STRING',
  description: 'The text masked, as MASK does, but for its last characters.',
  overloads: countedMaskOverloads(
    (text, count, mask) => masked(text.slice(0, text.length - count), mask) + text.slice(text.length - count),
  ),
  examples: [{ sql: "MASK_KEEP_RIGHT('My Test $123', 4)", gives: "'Xx-Xxxx-$123'" }],
});
