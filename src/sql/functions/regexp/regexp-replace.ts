import { defineFunction, overload } from '../definition.ts';
import { checkTextLength } from '../limits.ts';
import { type JavaMatch, javaPattern } from './java-pattern.ts';

/** Java's replacements: `$1` and `${name}` are groups, `\` takes the next character as it is. */
function expand(replacement: string, match: JavaMatch): string {
  return replacement.replace(
    /\\(.)|\$(?:(\d)|\{(\w+)\})?/gs,
    (_, literal: string | undefined, digit: string | undefined, name: string | undefined) => {
      if (literal !== undefined) return literal;
      if (name !== undefined) return match.groups?.[name] ?? '';
      if (digit === undefined || Number(digit) >= match.length)
        throw new RangeError('Illegal group reference');
      return match[Number(digit)] ?? '';
    },
  );
}

export const regexpReplace = defineFunction({
  name: 'regexp_replace',
  category: 'REGULAR EXPRESSION',
  description: 'The text with all that a regular expression matches replaced; $1 stands for a group.',
  overloads: [
    overload(['str STRING', 'regexp STRING', 'newStr STRING'], 'STRING', (str, pattern, replacement) => {
      let result = '';
      let end = 0;
      for (const match of javaPattern(pattern).matches(str)) {
        result += str.slice(end, match.index) + expand(replacement, match);
        checkTextLength('REGEXP_REPLACE', result.length);
        end = match.index + (match[0]?.length ?? 0);
      }
      return result + str.slice(end);
    }),
  ],
  examples: [{ sql: "REGEXP_REPLACE('foobar', '(o+)b', '<$1>')", gives: "'f<oo>ar'" }],
});
