import { defineFunction } from '../definition.ts';
import { countedMaskOverloads, masked } from './masker.ts';

export const maskKeepLeft = defineFunction({
  name: 'mask_keep_left',
  category: 'STRING',
  description: 'The text masked, as MASK does, but for its first characters.',
  overloads: countedMaskOverloads(
    (text, count, mask) => text.slice(0, count) + masked(text.slice(count), mask),
  ),
  examples: [{ sql: "MASK_KEEP_LEFT('My Test $123', 4)", gives: "'My Txxx--nnn'" }],
});
