/**
 * LIKE: `%` stands for any characters, `_` for one, the escape character makes the next one literal. Patterns that are
 * only a prefix, a suffix or a part need no regular expression.
 */
export function likeMatcher(pattern: string, escape: string | undefined): (text: string) => boolean {
  const parts = tokenize(pattern, escape);
  const literal = parts.filter((part) => typeof part === 'string').join('');
  const shape = parts.map((part) => (typeof part === 'string' ? 'x' : part.any)).join('');
  switch (shape.replace(/x+/g, 'x').replace(/%+/g, '%')) {
    case '':
    case 'x':
      return (text) => text === literal;
    case '%':
      return () => true;
    case 'x%':
      return (text) => text.startsWith(literal);
    case '%x':
      return (text) => text.endsWith(literal);
    case '%x%':
      return (text) => text.includes(literal);
    default: {
      const source = parts.map((part) =>
        typeof part === 'string'
          ? part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
          : part.any === '%'
            ? '.*'
            : '.',
      );
      const regex = new RegExp(`^${source.join('')}$`, 'su');
      return (text) => regex.test(text);
    }
  }
}

type Part = string | { readonly any: '%' | '_' };

function tokenize(pattern: string, escape: string | undefined): readonly Part[] {
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
  return parts;
}
