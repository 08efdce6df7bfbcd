/**
 * Java's regular expressions as JavaScript's. What differs and is translated: flags at the start, `\Q…\E`, `\A`, `\z`,
 * `\Z`, `\h`, POSIX classes such as `\p{Alpha}`, intersections of classes. Possessive quantifiers and atomic groups
 * become plain ones, which match the same texts but for a few that Java would refuse.
 */
const CACHED_MAX = 200;
const compiled = new Map<string, RegExp>();

/** The expression of a pattern, with the flag `g`, compiled once. @throws {SyntaxError} where the pattern is wrong. */
export function javaRegex(pattern: string): RegExp {
  let regex = compiled.get(pattern);
  if (regex === undefined) {
    regex = compile(pattern);
    if (compiled.size >= CACHED_MAX) compiled.clear();
    compiled.set(pattern, regex);
  }
  regex.lastIndex = 0;
  return regex;
}

const posixClasses: Readonly<Record<string, string>> = {
  Lower: 'a-z',
  Upper: 'A-Z',
  ASCII: '\\x00-\\x7f',
  Alpha: 'a-zA-Z',
  Digit: '0-9',
  Alnum: 'a-zA-Z0-9',
  Punct: '!-\\/:-@\\[-`\\{-~',
  Graph: '!-~',
  Print: ' -~',
  Blank: ' \\t',
  Cntrl: '\\x00-\\x1f\\x7f',
  XDigit: '0-9a-fA-F',
  Space: ' \\t\\n\\x0b\\f\\r',
};

function compile(pattern: string): RegExp {
  const inline = /^\(\?([imsux]+)\)/.exec(pattern);
  const flags = `g${[...new Set(inline?.[1] ?? '')].filter((flag) => 'ims'.includes(flag)).join('')}`;
  const source = translate(pattern.slice(inline?.[0].length ?? 0));
  // Sets of classes need the flag v; without it some escapes are allowed that Java allows too.
  if (source.includes('&&')) return new RegExp(bracketOperands(source), `${flags}v`);
  try {
    return new RegExp(source, `${flags}u`);
  } catch {
    return new RegExp(source, flags);
  }
}

/** The operands of an intersection must be classes of their own: `[a-z&&[^b]]` becomes `[[a-z]&&[^b]]`. */
function bracketOperands(source: string): string {
  return source.replace(/\[(\^?)([^[\]&]+)&&/g, '[$1[$2]&&').replace(/&&([^[\]&]+)(?=\]|&&)/g, '&&[$1]');
}

function translate(pattern: string): string {
  let source = '';
  let inClass = 0;
  for (let at = 0; at < pattern.length; at += 1) {
    const letter = pattern.charAt(at);
    if (letter === '\\') {
      const [text, length] = escape(pattern, at, inClass > 0);
      source += text;
      at += length - 1;
      continue;
    }
    if (letter === '[') inClass += 1;
    if (letter === ']' && inClass > 0) inClass -= 1;
    if (
      inClass === 0 &&
      letter === '+' &&
      /[*+?}]/.test(pattern.charAt(at - 1)) &&
      pattern.charAt(at - 2) !== '\\'
    )
      continue;
    if (inClass === 0 && pattern.startsWith('(?>', at)) {
      source += '(?:';
      at += 2;
      continue;
    }
    source += letter;
  }
  return source;
}

/** What stands for an escape, and how long the escape is. */
function escape(pattern: string, at: number, inClass: boolean): readonly [text: string, length: number] {
  const next = pattern.charAt(at + 1);
  switch (next) {
    case 'Q': {
      const end = pattern.indexOf('\\E', at);
      const text = pattern.slice(at + 2, end === -1 ? undefined : end);
      return [text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'), (end === -1 ? pattern.length : end + 2) - at];
    }
    case 'A':
      return ['(?<![\\s\\S])', 2];
    case 'z':
      return ['(?![\\s\\S])', 2];
    case 'Z':
      return ['(?=\\r?\\n?(?![\\s\\S]))', 2];
    case 'h':
      return [
        inClass
          ? ' \\t\\xA0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000'
          : '[ \\t\\xA0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000]',
        2,
      ];
    case 'p':
    case 'P': {
      const name = /^\\[pP]\{(?:Is)?(\w+)\}/.exec(pattern.slice(at));
      const posix = posixClasses[name?.[1] ?? ''];
      if (name === null || posix === undefined)
        return [name === null ? `\\${next}` : `\\${next}{${name[1]}}`, name?.[0].length ?? 2];
      return [inClass ? posix : `[${next === 'P' ? '^' : ''}${posix}]`, name[0].length];
    }
    default:
      return [`\\${next}`, 2];
  }
}
