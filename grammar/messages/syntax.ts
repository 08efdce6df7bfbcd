import type { Refusal, RefusalFamily, SourceSpan } from '../../src/base/errors.ts';

/** What the parser found wrong. ksqlDB's words are `line 1:8: Syntax Error` and what was expected; the rest is ours. */
interface Found {
  /** What was expected, or found instead. */
  readonly words: string;
  readonly detail?: string;
  readonly suggestion?: string | undefined;
  readonly hint?: string | undefined;
}

const place = ({ line, column }: SourceSpan): string => `line ${line}:${column}`;

/** A hint, or else the nearest word: both would lead into two directions. */
const wayOut = ({ suggestion, hint }: Pick<Found, 'suggestion' | 'hint'>): Partial<Refusal> => {
  if (hint !== undefined) return { hint };
  return suggestion === undefined ? {} : { suggestion };
};

const closes = (quote: string): string => `close it with another ${quote}; inside, write ${quote}${quote}`;

const TEXT_QUOTE = "a text is written in single quotes: 'text'";

/** Characters that look like others, mostly put there by the editor of a document, and what to write instead. */
const LOOKS_LIKE: Readonly<Record<string, string>> = {
  '\u2018': TEXT_QUOTE,
  '\u2019': TEXT_QUOTE,
  '\u201a': TEXT_QUOTE,
  '\u201c': TEXT_QUOTE,
  '\u201d': TEXT_QUOTE,
  '\u201e': TEXT_QUOTE,
  '\u00b4': TEXT_QUOTE,
  '\u00a0': 'write a space instead of it',
  '\u2003': 'write a space instead of it',
  '\u202f': 'write a space instead of it',
  '\u3000': 'write a space instead of it',
  '\u200b': 'delete it: it has no width and no meaning',
  '\ufeff': 'delete it: it has no width and no meaning',
  '\u2013': 'write a minus sign instead of it: -',
  '\u2014': 'write a minus sign instead of it: -',
  '\u2212': 'write a minus sign instead of it: -',
  '\uff1b': 'write a semicolon instead of it: ;',
  '\uff0c': 'write a comma instead of it: ,',
  '\uff08': 'write a parenthesis instead of it: (',
  '\uff09': 'write a parenthesis instead of it: )',
  '\u2260': 'it is written <>',
  '\u2264': 'it is written <=',
  '\u2265': 'it is written >=',
};

/** Signs of other languages that begin no token here. */
const SIGNS: Readonly<Record<string, string>> = {
  '&': 'there are no operations on bits; of conditions it is written AND: a > 1 AND b > 1',
  '&&': 'it is written AND: a > 1 AND b > 1',
  '|': "OR is written as a word; || joins texts: 'a' || 'b'",
  '^': 'a power is POWER(a, 2)',
  '?': 'values are written out, or are variables of the session: ${name}',
  '#': 'a comment begins with --',
  '!': 'it is written NOT: NOT f',
  '::': 'a cast is written CAST(a AS STRING)',
  ':': 'a column and its type have a space between them, a property and its value =',
  '~': "patterns of characters are REGEXP_EXTRACT('pattern', n) IS NOT NULL",
  '@': 'values are written out, or are variables of the session: ${name}',
  $: 'values are written out, or are variables of the session: ${name}',
  '{': "a map is MAP('a' := 1), a struct STRUCT(a := 1)",
  '}': "a map is MAP('a' := 1), a struct STRUCT(a := 1)",
  '\\': "inside of a text, a quote is written twice: 'it''s'",
  '\\q': 'the shell is left by exit',
  '\\d': 'SHOW TABLES and SHOW STREAMS list what there is, and DESCRIBE name shows its columns',
  '\\dt': 'it is SHOW TABLES, and SHOW STREAMS',
  '\\l': 'there are no databases: SHOW TABLES and SHOW STREAMS list what there is',
};

const codePoint = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

/** Errors of syntax. */
export const syntaxMessages = {
  unexpected: (at: SourceSpan, found: Found): Refusal => ({
    message: `${place(at)}: Syntax Error\n${found.words}`,
    ...(found.detail === undefined ? {} : { detail: found.detail }),
    ...wayOut(found),
  }),
  reservedWord: (at: SourceSpan, word: string, hint: string | undefined): Refusal => ({
    message: `Syntax error at or near '${word}' at ${place(at)}`,
    detail: `'${word}' is a reserved keyword and it can't be used as an identifier.`,
    ...(hint === undefined ? {} : { hint }),
  }),
  unknownStatement: (at: SourceSpan, word: string, found: Omit<Found, 'words'>): Refusal => ({
    message: `${place(at)}: Syntax Error\nUnknown statement '${word}'`,
    ...wayOut(found),
  }),
  /** A statement that scripts for `millrace test` have, and nothing else. */
  testOnly: (at: SourceSpan, words: string): Refusal => {
    const about = `${words} is a statement for test files only`;
    return {
      // ksqlDB's server does not know the word.
      message: `${place(at)}: Syntax Error\n${words === 'RUN SCRIPT' ? "Unknown statement 'RUN'" : about}`,
      detail: about,
      hint:
        words === 'RUN SCRIPT'
          ? "the shell runs a file of statements with: run script 'PATH'"
          : '`millrace test PATH` runs files of statements and assertions',
    };
  },
  semicolonMissing: (at: SourceSpan): Refusal => ({
    message: `${place(at)}: Syntax Error\nmissing ';' at '<EOF>'`,
    hint: 'end the statement with a semicolon',
  }),

  /** Not of syntax alone: it could be read, but costs too much. */
  tooLarge: (at: SourceSpan, words: string, hint: string): Refusal => ({
    message: `${place(at)}: ${words}`,
    hint,
  }),

  textNotClosed: (at: SourceSpan): Refusal => ({
    message: `${place(at)}: Syntax Error\nString is not closed`,
    hint: closes("'"),
  }),
  nameNotClosed: (at: SourceSpan, quote: string): Refusal => ({
    message: `${place(at)}: Syntax Error\nQuoted identifier is not closed`,
    hint: closes(quote),
  }),
  /** `sign`: the character with those that go with it. */
  badCharacter: (at: SourceSpan, character: string, sign: string): Refusal => {
    const meant = LOOKS_LIKE[character];
    const hint =
      meant === undefined ? (SIGNS[sign] ?? SIGNS[character]) : `this is ${codePoint(character)}: ${meant}`;
    return {
      message: `${place(at)}: Syntax Error\nUnexpected character '${character}'`,
      ...(hint === undefined ? {} : { hint }),
    };
  },
} satisfies RefusalFamily;
