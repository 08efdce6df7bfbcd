/** What ends a line in Java, where neither `%` nor `_` stands for it: ksqlDB makes `.*` and `.` of the two. */
const LINE_END = /[\n\r\u0085\u2028\u2029]/;

/**
 * LIKE: `%` stands for any characters but line ends, `_` for one, the escape character makes the next one literal.
 * Patterns that are only a prefix, a suffix or a part need no matching part by part.
 */
export function likeMatcher(pattern: string, escape: string | undefined): (text: string) => boolean {
  const parts = tokenize(pattern, escape);
  if (parts === undefined) return refuse;
  const literal = parts.filter((part) => typeof part === 'string').join('');
  const shape = parts.map((part) => (typeof part === 'string' ? 'x' : part.any)).join('');
  switch (shape.replace(/x+/g, 'x').replace(/%+/g, '%')) {
    case '':
    case 'x':
      return (text) => text === literal;
    case '%':
      return isOneLine;
    case 'x%':
      return (text) => text.startsWith(literal) && isOneLine(text.slice(literal.length));
    case '%x':
      return (text) => text.endsWith(literal) && isOneLine(text.slice(0, text.length - literal.length));
    case '%x%': {
      const matches = wildcardMatcher(parts);
      return (text) => text.includes(literal) && (isOneLine(text) || matches(text));
    }
    default:
      return wildcardMatcher(parts);
  }
}

/** An error of each row, as in ksqlDB, which looks at the pattern with each. */
function refuse(): never {
  throw new RangeError('LIKE pattern must not end with escape character');
}

function isOneLine(text: string): boolean {
  return !LINE_END.test(text);
}

/**
 * Matches parts one behind the other. Where the text does not go on as it should, the last `%` takes one character more;
 * an earlier one never needs to, so the time is that of the text's length times the pattern's, and not exponential.
 */
function wildcardMatcher(parts: readonly Part[]): (text: string) => boolean {
  return (text) => {
    const characters = Array.from(text);
    let at = 0;
    let part = 0;
    let afterAny = -1;
    let anyEnd = 0;
    while (at < characters.length) {
      const wanted = parts[part];
      if (wanted !== undefined && typeof wanted !== 'string' && wanted.any === '%') {
        afterAny = ++part;
        anyEnd = at;
      } else if (wanted !== undefined && standsFor(wanted, characters[at] ?? '')) {
        part += 1;
        at += 1;
      } else if (afterAny >= 0 && isOneLine(characters[anyEnd] ?? '')) {
        part = afterAny;
        at = ++anyEnd;
      } else return false;
    }
    return parts.slice(part).every((rest) => typeof rest !== 'string' && rest.any === '%');
  };
}

function standsFor(part: Part, character: string): boolean {
  return typeof part === 'string' ? part === character : isOneLine(character);
}

type Part = string | { readonly any: '%' | '_' };

/** Undefined where the escape character has nothing behind it. */
function tokenize(pattern: string, escape: string | undefined): readonly Part[] | undefined {
  const parts: Part[] = [];
  let escaped = false;
  for (const character of pattern) {
    if (escaped) {
      parts.push(character);
      escaped = false;
    } else if (character === escape) {
      escaped = true;
    } else {
      parts.push(character === '%' || character === '_' ? { any: character } : character);
    }
  }
  return escaped ? undefined : parts;
}
