import { defineFunction, overload } from '../definition.ts';
import { checkTextLength } from '../limits.ts';
import { type JavaMatch, javaPattern } from './java-pattern.ts';

/**
 * Java's replacements: `$1` and `${name}` are groups, `\` takes the next character as it is. Of `$12` as many digits
 * count as there is a group for.
 * @throws {RangeError} where there is no such group, or nothing behind the last `$` or `\`.
 */
function expand(replacement: string, match: JavaMatch): string {
  return replacement.replace(
    /\\(.?)|\$(?:(\d+)|\{(\w+)\})?/gs,
    (_, literal: string | undefined, digits: string | undefined, name: string | undefined) => {
      if (literal === '') throw new RangeError('character to be escaped is missing');
      if (literal !== undefined) return literal;
      if (name !== undefined && Object.hasOwn(match.groups ?? {}, name)) return match.groups?.[name] ?? '';
      if (digits === undefined) throw new RangeError('Illegal group reference');
      return numbered(digits, match);
    },
  );
}

function numbered(digits: string, match: JavaMatch): string {
  let length = 1;
  while (length < digits.length && Number(digits.slice(0, length + 1)) < match.length) length += 1;
  const group = Number(digits.slice(0, length));
  if (group >= match.length) throw new RangeError(`No group ${group}`);
  return (match[group] ?? '') + digits.slice(length);
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
