import { defineFunction, overloadWithNulls } from '../definition.ts';
import { joinBytes, joinTexts } from '../limits.ts';

export const concat = defineFunction({
  name: 'concat',
  category: 'STRING',
  description: 'All texts, or bytes, one after the other; nulls are left out.',
  overloads: [
    overloadWithNulls(['strings STRING...'], 'STRING', (...strings) =>
      joinTexts(
        'CONCAT',
        strings.filter((text) => text !== null),
        '',
      ),
    ),
    overloadWithNulls(['bytes BYTES...'], 'BYTES', (...bytes) =>
      joinBytes(
        'CONCAT',
        bytes.filter((part) => part !== null),
      ),
    ),
  ],
  examples: [
    { sql: "CONCAT('a', 'b', 'c')", gives: "'abc'" },
    { sql: "CONCAT('a', NULL, 'c')", gives: "'ac'" },
  ],
});
