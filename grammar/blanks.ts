/**
 * What counts for nothing between tokens: one rule for the lexer and for those that must cut or colour a text that no
 * parser can read yet.
 */
export const whiteSpacePattern = /[ \r\n\t\u00a0]+/;

/** `-- …`, without the end of its line. */
export const lineCommentPattern = /--[^\r\n]*/;

export const blockCommentPattern = /\/\*[^]*?\*\//;

const BLANKS = [whiteSpacePattern, lineCommentPattern, blockCommentPattern]
  .map(({ source }) => source)
  .join('|');
const leadingBlanks = new RegExp(`^(?:${BLANKS})+`);
const onlyWhiteSpace = new RegExp(`^(?:${whiteSpacePattern.source})?$`);
const leadingWhiteSpace = new RegExp(`^${whiteSpacePattern.source}`);

/** Returns the text from its first token on. */
export const withoutLeadingBlanks = (text: string): string => text.replace(leadingBlanks, '');

/** Returns the text from its first token or comment on. */
export const withoutLeadingSpace = (text: string): string => text.replace(leadingWhiteSpace, '');

/** Whether a text holds white space of the grammar and nothing else: other blank characters are part of a statement. */
export const isWhiteSpace = (text: string): boolean => onlyWhiteSpace.test(text);

/** Where the line comment that begins at `index` ends. */
export function lineCommentEnd(text: string, index: number): number {
  const comment = new RegExp(lineCommentPattern, 'y');
  comment.lastIndex = index;
  comment.test(text);
  return comment.lastIndex;
}
