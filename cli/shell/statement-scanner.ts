import { isWhiteSpace, lineCommentEnd, withoutLeadingSpace } from '../../grammar/index.ts';

/** One statement of a text, with its semicolon, and where it begins. */
export interface ScannedStatement {
  readonly text: string;
  readonly start: number;
}

export interface ScannedText {
  readonly statements: readonly ScannedStatement[];
  /** What follows the last semicolon: white space, comments, or a statement that has not ended yet. */
  readonly rest: string;
  /** True when `rest` holds something other than white space and comments. */
  readonly isOpen: boolean;
  /** The quote or comment that the text ends in. */
  readonly unclosed?: UnclosedPart;
}

interface UnclosedPart {
  /** How it begins. */
  readonly mark: (typeof MARKS)[number];
  readonly start: number;
}

/**
 * Cuts a text into statements at semicolons, as a shell must before any parser can: semicolons in strings, quoted
 * names, comments and the bodies of functions do not count.
 */
export function scanStatements(text: string): ScannedText {
  const statements: ScannedStatement[] = [];
  let start = 0;
  let isOpen = false;
  let index = 0;
  let unclosed: UnclosedPart | undefined;
  while (index < text.length) {
    const character = text[index] ?? '';
    if (character === ';') {
      if (isOpen) {
        const statement = withoutLeadingSpace(text.slice(start, index + 1));
        statements.push({ text: statement, start: index + 1 - statement.length });
      }
      start = index + 1;
      isOpen = false;
      index += 1;
      continue;
    }
    const skipped = endOfQuoteOrComment(text, index);
    if (skipped === undefined) {
      if (!isWhiteSpace(character)) isOpen = true;
      index += 1;
      continue;
    }
    if (!isCommentAt(text, index)) isOpen = true;
    if (skipped > text.length) unclosed = { mark: markAt(text, index), start: index };
    index = skipped;
  }
  return { statements, rest: text.slice(start), isOpen, ...(unclosed === undefined ? {} : { unclosed }) };
}

/** Where the quoted text or comment that begins at `index` ends, beyond the text where it does not; undefined where none begins. */
function endOfQuoteOrComment(text: string, index: number): number | undefined {
  const character = text[index];
  if (character === "'" || character === '"' || character === '`') {
    const close = text.indexOf(character, index + 1);
    // A doubled quote inside a string closes one part and opens the next, which comes to the same.
    return close === -1 ? text.length + 1 : close + 1;
  }
  if (text.startsWith('$$', index)) {
    const close = text.indexOf('$$', index + 2);
    return close === -1 ? text.length + 1 : close + 2;
  }
  if (text.startsWith('--', index)) return lineCommentEnd(text, index);
  if (text.startsWith('/*', index)) {
    // The slash of the opening must not be taken for that of the end, as in "/*/".
    const end = text.indexOf('*/', index + 2);
    return end === -1 ? text.length + 1 : end + 2;
  }
  return undefined;
}

const MARKS = ["'", '"', '`', '$$', '/*'] as const;

const markAt = (text: string, index: number): UnclosedPart['mark'] =>
  MARKS.find((mark) => text.startsWith(mark, index)) ?? '/*';

const isCommentAt = (text: string, index: number): boolean =>
  text.startsWith('--', index) || text.startsWith('/*', index);
