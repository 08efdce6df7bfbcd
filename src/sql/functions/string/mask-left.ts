import { defineFunction } from '../definition.ts';
import { countedMaskOverloads, masked } from './masker.ts';

export const maskLeft = defineFunction({
  name: 'mask_left',
  category: 'STRING',
  description: 'The text with its first characters masked, as MASK does.',
  overloads: countedMaskOverloads(
    (text, count, mask) => masked(text.slice(0, count), mask) + text.slice(count),
  ),
  examples: [{ sql: "MASK_LEFT('My Test $123', 4)", gives: "'Xx-Xest $123'" }],
});
