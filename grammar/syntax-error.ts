import type { IRecognitionException, IToken } from 'chevrotain';
import { DiagnosticError, type Refusal, type SourceSpan } from '../src/base/errors.ts';
import { nearestName } from '../src/base/nearest-name.ts';
import { EOF } from './chevrotain.ts';
import { displayToken } from './error-messages.ts';
import { isReserved, nonReservedKeywords, reservedKeywords } from './keywords.ts';
import { spanOf, tokenize } from './lexer.ts';
import { syntaxMessages } from './messages/syntax.ts';
import type { Edit, Holds } from './hints/place.ts';
import { hintAt, hintForStatement } from './hints/index.ts';
import { statementWords } from './statement-words.ts';
import { Word } from './tokens.ts';
import { withWords } from './with-words.ts';

const VOCABULARY = {
  isReserved,
  statementWords,
  isProperty: (word: string) => Object.hasOwn(withWords, word),
};

/** Parses other tokens by the same rule. Returns the index of the one it stops at, past all where it reads them all. */
export type StopOf = (tokens: IToken[]) => number;

/**
 * What Chevrotain found, as the diagnostic that the user sees. The texts are ksqlDB's (`line 1:8: Syntax Error` and
 * what was expected), the nearest word and the hint are ours.
 * A word, a quote or a hint that changes the statement is shown where the changed one is read further.
 */
export function syntaxError(
  error: IRecognitionException,
  tokens: readonly IToken[],
  stopOf: StopOf,
): DiagnosticError {
  const atEnd = error.token.tokenType === EOF;
  const last = tokens.at(-1);
  const token = atEnd && last !== undefined ? last : error.token;
  const span = atEnd && last !== undefined ? after(last) : spanOf(token);
  if (token === tokens[0] && !atEnd) return unknownStatement(token, span);
  const index = atEnd ? tokens.length : tokens.indexOf(token);
  const holds: Holds = (edit) => isPast(edit, tokens, stopOf);
  const hint = hintAt({ tokens, index, vocabulary: VOCABULARY, holds });
  if (!atEnd && wantsName(error) && !isColumnType(error) && isReserved(token.image))
    return at(
      syntaxMessages.reservedWord(span, token.image, hint ?? quoteHint(token.image, index, holds)),
      span,
    );
  return at(
    syntaxMessages.unexpected(span, {
      words: error.message,
      detail: `found ${atEnd ? 'the end of the statement' : displayToken(token)}`,
      suggestion: suggestWord(error, { tokens, index, holds }),
      hint,
    }),
    span,
  );
}

const at = (refusal: Refusal, span: SourceSpan): DiagnosticError => new DiagnosticError({ ...refusal, span });

function isPast(
  { at: place, remove, insert, past }: Edit,
  tokens: readonly IToken[],
  stopOf: StopOf,
): boolean {
  const inserted = tokenize(insert).tokens;
  const behind = Math.min(past, tokens.length - place) - remove;
  const changed = [...tokens.slice(0, place), ...inserted, ...tokens.slice(place + remove)];
  return stopOf(changed) >= place + inserted.length + behind;
}

/** A reserved word can be a name where what follows it can follow a name. */
function quoteHint(word: string, index: number, holds: Holds): string | undefined {
  // As it would be without quotes.
  const quoted = `"${word.toUpperCase()}"`;
  return holds({ at: index, remove: 1, insert: quoted, past: 2 }) ? `quote it: ${quoted}` : undefined;
}

/** A statement that begins with no statement's word. */
function unknownStatement(token: IToken, span: SourceSpan): DiagnosticError {
  const hint = hintForStatement(token.image);
  const suggestion = nearestName(token.image, statementWords);
  return at(syntaxMessages.unknownStatement(span, token.image, { suggestion, hint }), span);
}

function after(token: IToken): SourceSpan {
  const span = spanOf(token);
  const length = span.end - span.start;
  return {
    start: span.end,
    end: span.end,
    line: token.endLine ?? span.line,
    column: (token.endColumn ?? span.column + length - 1) + 1,
  };
}

/** Where a column's type stands, ksqlDB says what it expected instead. */
function isColumnType(error: IRecognitionException): boolean {
  const { ruleStack } = error.context;
  return ruleStack.includes('column') && ruleStack.includes('type');
}

function wantsName(error: IRecognitionException): boolean {
  if (/\bIDENTIFIER\b/.test(error.message)) return true;
  const rule = error.context.ruleStack.at(-1) ?? '';
  if (rule === 'plainType') return true;
  // Where an expression should begin, a word that begins the next clause says that something is missing.
  return expressionRules.has(rule) && !clauseWords.has(error.token.image.toUpperCase());
}

const expressionRules: ReadonlySet<string> = new Set([
  'query',
  'primary',
  'signed',
  'negation',
  'selectItem',
  'functionArgument',
]);

const clauseWords: ReadonlySet<string> = new Set([
  'AND',
  'AS',
  'BY',
  'ELSE',
  'END',
  'FROM',
  'GROUP',
  'HAVING',
  'IN',
  'IS',
  'LIKE',
  'LIMIT',
  'ON',
  'OR',
  'SELECT',
  'THEN',
  'WHEN',
  'WHERE',
  'WINDOW',
  'WITH',
]);

/** What SHOW is followed by. The parser has words of two tokens among them and so says no more than that it is none. */
const SHOWN = [
  ...['STREAMS', 'TABLES', 'TOPICS', 'QUERIES', 'FUNCTIONS', 'PROPERTIES', 'TYPES', 'VARIABLES'],
  ...['CONNECTORS', 'ALL TOPICS', 'CONNECTOR PLUGINS'],
];

interface Stopped {
  readonly tokens: readonly IToken[];
  readonly index: number;
  readonly holds: Holds;
}

/**
 * The keyword that the writer may have meant, of those that were possible here. A word before it that was read as a name
 * may have been meant for it, too: `SELECT a FORM b`.
 */
function suggestWord(error: IRecognitionException, { tokens, index, holds }: Stopped): string | undefined {
  const { image = '' } = tokens[index] ?? {};
  const word = image === '' ? undefined : nearestKeyword(error, image);
  if (word !== undefined && holds({ at: index, remove: 1, insert: word, past: 1 })) return word;
  const { image: before = '', tokenType } = tokens[index - 1] ?? {};
  if (tokenType !== Word) return undefined;
  const meant = nearestKeyword(error, before);
  return meant !== undefined && holds({ at: index - 1, remove: 1, insert: meant, past: 2 })
    ? meant
    : undefined;
}

function nearestKeyword(error: IRecognitionException, image: string): string | undefined {
  if (error.context.ruleStack.at(-1) === 'showStatement') return nearestName(image, SHOWN);
  const expected = [...error.message.matchAll(/'([A-Z]+)'/g)].map((match) => match[1] ?? '');
  const word = nearestName(image, expected);
  if (word !== undefined && word !== image.toUpperCase()) return word;
  if (expected.length > 0) return undefined;
  const any = nearestName(image, [...reservedKeywords, ...nonReservedKeywords]);
  return any === image.toUpperCase() ? undefined : any;
}
