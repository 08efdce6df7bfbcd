import { defineFunction, overloadWithNulls } from '../definition.ts';
import { joinBytes, joinTexts } from '../limits.ts';

export const concatWs = defineFunction({
  name: 'concat_ws',
  category: 'STRING',
  description:
    'All texts, or bytes, with a separator between them; nulls are left out. Null when the separator is.',
  overloads: [
    overloadWithNulls(['separator STRING', 'strings STRING...'], 'STRING', (separator, ...strings) =>
      separator === null
        ? null
        : joinTexts(
            'CONCAT_WS',
            strings.filter((text) => text !== null),
            separator,
          ),
    ),
    overloadWithNulls(['separator BYTES', 'bytes BYTES...'], 'BYTES', (separator, ...bytes) => {
      if (separator === null) return null;
      return joinBytes(
        'CONCAT_WS',
        bytes.filter((part) => part !== null),
        separator,
      );
    }),
  ],
  examples: [{ sql: "CONCAT_WS('-', 'a', NULL, 'c')", gives: "'a-c'" }],
});
