import { defineFunction, overload } from '../definition.ts';
import { checkTextLength, TEXT_LENGTH_MAX } from '../limits.ts';

function replaceText(text: string, old: string, by: string): string {
  // No more than what comes of replacing at every character: only where that is too long are they counted.
  if (text.length * (by.length + 1) > TEXT_LENGTH_MAX) {
    const times = old === '' ? text.length + 1 : text.split(old).length - 1;
    checkTextLength('REPLACE', text.length + times * (by.length - old.length));
  }
  if (old === '') return by + Array.from(text, (letter) => letter + by).join('');
  return text.replaceAll(old, () => by);
}

export const replace = defineFunction({
  name: 'replace',
  category: 'STRING',
  description: 'The text with every occurrence of one text replaced by another.',
  overloads: [overload(['str STRING', 'oldStr STRING', 'newStr STRING'], 'STRING', replaceText)],
  examples: [{ sql: "REPLACE('foobar', 'foo', 'bar')", gives: "'barbar'" }],
});
