import { defineFunction, overload } from '../definition.ts';

export const replace = defineFunction({
  name: 'replace',
  category: 'STRING',
  description: 'The text with every occurrence of one text replaced by another.',
  overloads: [
    overload(['str STRING', 'oldStr STRING', 'newStr STRING'], 'STRING', (str, oldStr, newStr) =>
      oldStr === ''
        ? newStr + Array.from(str, (letter) => letter + newStr).join('')
        : str.replaceAll(oldStr, () => newStr),
    ),
  ],
  examples: [{ sql: "REPLACE('foobar', 'foo', 'bar')", gives: "'barbar'" }],
});
