import { defineFunction, overloadWithNulls } from '../definition.ts';

export const concatWs = defineFunction({
  name: 'concat_ws',
  category: 'STRING',
  description:
    'All texts, or bytes, with a separator between them; nulls are left out. Null when the separator is.',
  overloads: [
    overloadWithNulls(['separator STRING', 'strings STRING...'], 'STRING', (separator, ...strings) =>
      separator === null ? null : strings.filter((text) => text !== null).join(separator),
    ),
    overloadWithNulls(['separator BYTES', 'bytes BYTES...'], 'BYTES', (separator, ...bytes) => {
      if (separator === null) return null;
      return Buffer.concat(
        bytes
          .filter((part) => part !== null)
          .flatMap((part, index) => (index === 0 ? [part] : [separator, part])),
      );
    }),
  ],
  examples: [{ sql: "CONCAT_WS('-', 'a', NULL, 'c')", gives: "'a-c'" }],
});
