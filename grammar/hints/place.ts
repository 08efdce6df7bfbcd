import type { IToken } from 'chevrotain';

/** Words of the language that rules ask for. */
interface Vocabulary {
  readonly isReserved: (word: string) => boolean;
  readonly statementWords: readonly string[];
  /** Whether it is a property of WITH. */
  readonly isProperty: (word: string) => boolean;
}

/** A change of a statement: what stands at a place instead of so many of its tokens. */
export interface Edit {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
  /** How many of the tokens from that place on, as they are now, the parser gets past then. */
  readonly past: number;
}

/** Whether a statement that is changed so is read past what was changed. */
export type Holds = (edit: Edit) => boolean;

/** The place of a statement at which the parser stopped, and the words around it. */
export interface Place {
  /** The words of the statement, in upper case. */
  readonly words: readonly string[];
  /** The same as they are written. */
  readonly images: readonly string[];
  /** One of them to be repeated in a hint; three points where the statement ends before. */
  readonly imageAt: (index: number) => string;
  readonly index: number;
  readonly here: string;
  readonly before: string;
  readonly next: string;
  /** The word so many words before this place. */
  readonly back: (count: number) => string;
  /** Where a word is written: `2:8`. */
  readonly placeOf: (index: number) => string | undefined;
  /** What is written from one word up to another, with the spaces between them. */
  readonly written: (start: number, end: number) => string;
  readonly vocabulary: Vocabulary;
  /** Asked before a hint that what follows may prove wrong: a hint must not lead into the next error. */
  readonly holds: Holds;
}

/** A rule: what to write instead of what stands at a place; undefined where it knows nothing of it. */
export type HintRule = (place: Place) => string | undefined;

/** Several rules as one: the first that knows something is heard. */
export function firstOf(rules: readonly HintRule[]): HintRule {
  return (place) => {
    for (const rule of rules) {
      const hint = rule(place);
      if (hint !== undefined) return hint;
    }
    return undefined;
  };
}

/** Where the parser stopped in a statement, and what else is known of it. */
export interface Stop {
  readonly tokens: readonly IToken[];
  /** Behind the last token at the end of the statement. */
  readonly index: number;
  readonly vocabulary: Vocabulary;
  readonly holds: Holds;
}

export function placeAt({ tokens, index, vocabulary, holds }: Stop): Place {
  const images = tokens.map(({ image }) => image);
  const words = images.map((image) => image.toUpperCase());
  return {
    words,
    images,
    imageAt: (at) => images[at] ?? '...',
    index,
    here: words[index] ?? '',
    before: words[index - 1] ?? '',
    next: words[index + 1] ?? '',
    back: (count) => words[index - count] ?? '',
    placeOf: (at) => {
      const token = tokens[at];
      return token === undefined ? undefined : `${token.startLine ?? 1}:${token.startColumn ?? 1}`;
    },
    written: (start, end) => writtenTokens(tokens.slice(start, end)),
    vocabulary,
    holds,
  };
}

/** Tokens as they are written: with one space where any stand between them. */
function writtenTokens(tokens: readonly IToken[]): string {
  let text = '';
  let end = tokens[0]?.startOffset ?? 0;
  for (const token of tokens) {
    text += token.startOffset > end ? ` ${token.image}` : token.image;
    end = (token.endOffset ?? token.startOffset) + 1;
  }
  return text;
}

export const isWord = (word: string): boolean => /^[A-Z_]\w*$/i.test(word);
export const isNumber = (word: string): boolean => /^\d+$/.test(word);
export const isText = (word: string): boolean => word.startsWith("'");

/** What stands between quotes, or the word itself. */
export const unquoted = (image: string): string => image.replaceAll(/^['"`]|['"`]$/g, '');

/** Where the parenthesis is that is open at a place, -1 where none is. */
export function openParenthesis(words: readonly string[], index: number): number {
  let depth = 0;
  for (let at = index - 1; at >= 0; at--) {
    if (words[at] === ')') depth++;
    else if (words[at] === '(' && depth-- === 0) return at;
  }
  return -1;
}

/** The word of the list that stands last before a place. */
export function lastOf(
  words: readonly string[],
  before: number,
  list: readonly string[],
): string | undefined {
  return words.slice(0, before).findLast((word) => list.includes(word));
}
