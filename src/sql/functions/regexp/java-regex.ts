/**
 * Java's regular expressions as JavaScript's. What differs and is translated: flags at the start, the dot, `\s`, `\Q…\E`, `\A`,
 * `\z`, `\Z`, `\h`, POSIX classes such as `\p{Alpha}`, intersections of classes. Possessive quantifiers and atomic groups
 * become plain ones, which match the same texts but for a few that Java would refuse.
 */
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

/** The expression of a pattern, with the flag `g`. @throws {SyntaxError} where the pattern is wrong. */
export function javaRegex(pattern: string): RegExp {
  const { flags, rest } = inlineFlags(pattern);
  const source = translate(rest, flags);
  // Sets of classes need the flag v; without it some escapes are allowed that Java allows too.
  if (source.includes('&&')) return new RegExp(bracketOperands(source), `g${flags}v`);
  try {
    return new RegExp(source, `g${flags}u`);
  } catch {
    return new RegExp(source, `g${flags}`);
  }
}

/**
 * The same expression for RE2, which agrees with {@link javaRegex} on every text; undefined where RE2 has no words for it.
 */
export function linearSource(pattern: string): string | undefined {
  const { flags, rest } = inlineFlags(pattern);
  const source = translate(rest, flags);
  // RE2 knows one end of a line only.
  if (source.includes('&&') || flags.includes('m')) return undefined;
  let text = '';
  for (const [token] of source.matchAll(/\\u\{?[0-9a-fA-F]+\}?|\\.|\[\^?(?:\\.|[^\]\\])*\]|./gs)) {
    const linear = linearToken(token, flags.includes('s'));
    if (linear === undefined) return undefined;
    text += linear;
  }
  return flags === '' ? text : `(?${flags})${text}`;
}

const SPACES =
  '\\t-\\r \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}';

/** Where the two differ: what a dot and a space are, how code points are written, and the bounds of words. */
function linearToken(token: string, dotAll: boolean): string | undefined {
  if (token === '.') return dotAll ? '.' : '[^\\n\\r\\x{2028}\\x{2029}]';
  if (token === '\\s') return `[${SPACES}]`;
  if (token === '\\S') return `[^${SPACES}]`;
  if (/^\\[dDwWbBnrtfvpP]/.test(token)) return token;
  if (token.startsWith('\\u')) return `\\x{${token.replace(/[^0-9a-fA-F]/g, '')}}`;
  if (/^\\[0-9A-Za-z]/.test(token)) return undefined;
  if (!token.startsWith('[')) return token;
  if (/\\[^dDwWsnrtfuv\W]|\[.*\[|^\[\^?\]/s.test(token)) return undefined;
  return token.replaceAll(/\\u\{?([0-9a-fA-F]+)\}?/g, '\\x{$1}').replaceAll('\\s', SPACES);
}

function inlineFlags(pattern: string): { readonly flags: string; readonly rest: string } {
  const inline = /^\(\?([imsux]+)\)/.exec(pattern);
  const flags = [...new Set(inline?.[1] ?? '')].filter((flag) => 'ims'.includes(flag)).join('');
  return { flags, rest: pattern.slice(inline?.[0].length ?? 0) };
}

/** The operands of an intersection must be classes of their own: `[a-z&&[^b]]` becomes `[[a-z]&&[^b]]`. */
function bracketOperands(source: string): string {
  return source.replace(/\[(\^?)([^[\]&]+)&&/g, '[$1[$2]&&').replace(/&&([^[\]&]+)(?=\]|&&)/g, '&&[$1]');
}

/** What a dot stands for: JavaScript's takes U+0085 for no end of a line. */
const NO_LINE_END = '[^\\n\\r\\u0085\\u2028\\u2029]';
/** What `\s` stands for: JavaScript's knows the spaces of Unicode, too. */
const JAVA_SPACES = ' \\t\\n\\v\\f\\r';

/** What `\\v` stands for, which is one character in JavaScript. */
const VERTICAL = '\\n-\\r\\u0085\\u2028\\u2029';

const QUANTIFIER = /[*+?]|\{\d+(?:,\d*)?\}/y;

function translate(pattern: string, flags: string): string {
  const multiline = flags.includes('m');
  let source = '';
  let inClass = 0;
  for (let at = 0; at < pattern.length; at += 1) {
    const letter = pattern.charAt(at);
    if (letter === '\\') {
      const [text, length] = escape(pattern, at, { inClass: inClass > 0, multiline });
      source += text;
      at += length - 1;
      continue;
    }
    if (letter === '[') inClass += 1;
    if (letter === ']' && inClass > 0) inClass -= 1;
    QUANTIFIER.lastIndex = at;
    const quantifier =
      inClass === 0 && !pattern.startsWith('(?', at - 1) ? QUANTIFIER.exec(pattern)?.[0] : undefined;
    if (quantifier !== undefined) {
      source += quantifier;
      at += quantifier.length - 1;
      // A plus behind a quantifier makes it possessive; a question mark, which makes it lazy, goes with it.
      if (pattern.charAt(at + 1) === '+') at += 1;
      else if (pattern.charAt(at + 1) === '?') {
        source += '?';
        at += 1;
      }
      continue;
    }
    if (inClass === 0 && pattern.startsWith('(?>', at)) {
      source += '(?:';
      at += 2;
      continue;
    }
    source += letter === '.' && inClass === 0 && !flags.includes('s') ? NO_LINE_END : letter;
  }
  return source;
}

/** Escapes that JavaScript has not. */
const otherEscapes: Readonly<Record<string, string>> = {
  R: '(?:\\r\\n|[\\n-\\r\\u0085\\u2028\\u2029])',
  e: '\\u001b',
};

/** What stands for an escape, and how long the escape is. */
function escape(
  pattern: string,
  at: number,
  { inClass, multiline }: { readonly inClass: boolean; readonly multiline: boolean },
): readonly [text: string, length: number] {
  const next = pattern.charAt(at + 1);
  switch (next) {
    case 'Q': {
      const end = pattern.indexOf('\\E', at);
      const text = pattern.slice(at + 2, end === -1 ? undefined : end);
      return [text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'), (end === -1 ? pattern.length : end + 2) - at];
    }
    case 'v':
      return [inClass ? VERTICAL : `[${VERTICAL}]`, 2];
    case '0': {
      const octal = /^[0-3]?[0-7]{1,2}/.exec(pattern.slice(at + 2))?.[0];
      if (octal === undefined) throw new SyntaxError('Illegal octal escape sequence');
      return [`\\u${Number.parseInt(octal, 8).toString(16).padStart(4, '0')}`, 2 + octal.length];
    }
    case 's':
      return [inClass ? JAVA_SPACES : `[${JAVA_SPACES}]`, 2];
    case 'S':
      return [inClass ? '\\S' : `[^${JAVA_SPACES}]`, 2];
    case 'A':
      return [multiline ? '(?<![\\s\\S])' : '^', 2];
    case 'z':
      return [multiline ? '(?![\\s\\S])' : '$', 2];
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
      return [otherEscapes[next] ?? `\\${next}`, 2];
  }
}
