/** Text to tokens. Words that are keywords get the keyword's type after lexing; see `tokens.ts`. */
import type { IToken } from 'chevrotain';
import { DiagnosticError, type Refusal, type SourceSpan } from '../src/base/errors.ts';
import { Lexer } from './chevrotain.ts';
import { syntaxMessages } from './messages/syntax.ts';
import { keywordTokens, lexedTokens, Word } from './tokens.ts';

interface LexedText {
  readonly tokens: readonly IToken[];
  /** Comments, in order: they are no part of the grammar. */
  readonly comments: readonly IToken[];
}

let lexer: InstanceType<typeof Lexer> | undefined;

function theLexer(): InstanceType<typeof Lexer> {
  lexer ??= new Lexer([...lexedTokens], { ensureOptimizations: false, skipValidations: true });
  return lexer;
}

/**
 * Splits a text into tokens.
 * @throws {DiagnosticError} at the first character that begins no token.
 */
export function tokenize(text: string): LexedText {
  const result = theLexer().tokenize(text);
  const error = result.errors[0];
  if (error !== undefined) {
    const span: SourceSpan = {
      start: error.offset,
      end: error.offset + error.length,
      line: error.line ?? 1,
      column: error.column ?? 1,
    };
    throw new DiagnosticError({ ...badCharacter(text, span), span });
  }
  for (const token of result.tokens) {
    if (token.tokenType !== Word) continue;
    const keyword = keywordTokens.get(token.image.toUpperCase());
    if (keyword === undefined) continue;
    token.tokenType = keyword;
    token.tokenTypeIdx = keyword.tokenTypeIdx ?? 0;
  }
  return { tokens: result.tokens, comments: result.groups['comments'] ?? [] };
}

/**
 * The words of a text, in capitals; for each other token, such as a quote or a sign, there is an empty one. Comments are
 * left out, and characters that begin no token.
 */
export function tokenWords(text: string): readonly string[] {
  return theLexer()
    .tokenize(text)
    .tokens.map(({ tokenType, image }) => (tokenType === Word ? image.toUpperCase() : ''));
}

function badCharacter(text: string, at: SourceSpan): Refusal {
  const found = String.fromCodePoint(text.codePointAt(at.start) ?? 0);
  if (found === "'" || text.startsWith('$$', at.start)) return syntaxMessages.textNotClosed(at);
  if (found === '"' || found === '`') return syntaxMessages.nameNotClosed(at, found);
  const command = isStart(text, at.start) ? /^\\\w+/.exec(text.slice(at.start))?.[0] : undefined;
  return syntaxMessages.badCharacter(at, found, command ?? text.slice(at.start, at.end));
}

/** Whether a statement begins at a place. Commands of other shells do. */
const isStart = (text: string, at: number): boolean => /(^|;)\s*$/.test(text.slice(0, at));

export function spanOf(token: IToken): SourceSpan {
  return {
    start: token.startOffset,
    end: (token.endOffset ?? token.startOffset) + 1,
    line: token.startLine ?? 1,
    column: token.startColumn ?? 1,
  };
}
