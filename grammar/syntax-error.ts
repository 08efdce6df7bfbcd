import type { IRecognitionException, IToken } from 'chevrotain';
import { DiagnosticError, type Refusal, type SourceSpan } from '../src/base/errors.ts';
import { nearestName } from '../src/base/nearest-name.ts';
import { EOF } from './chevrotain.ts';
import { displayToken } from './error-messages.ts';
import { isReserved, nonReservedKeywords, reservedKeywords } from './keywords.ts';
import { spanOf } from './lexer.ts';
import { syntaxMessages } from './messages/syntax.ts';
import { hintAt, hintForStatement } from './hints/index.ts';
import { statementWords } from './statement-words.ts';

/**
 * What Chevrotain found, as the diagnostic that the user sees. The texts are ksqlDB's (`line 1:8: Syntax Error` and
 * what was expected), the nearest word and the hint are ours.
 */
export function syntaxError(error: IRecognitionException, tokens: readonly IToken[]): DiagnosticError {
  const atEnd = error.token.tokenType === EOF;
  const last = tokens.at(-1);
  const token = atEnd && last !== undefined ? last : error.token;
  const span = atEnd && last !== undefined ? after(last) : spanOf(token);
  if (token === tokens[0] && !atEnd) return unknownStatement(token, span);
  const hint = hintAt(atEnd ? undefined : token, tokens, { isReserved, statementWords });
  if (!atEnd && wantsName(error) && !isColumnType(error) && isReserved(token.image))
    return at(syntaxMessages.reservedWord(span, token.image, hint), span);
  return at(
    syntaxMessages.unexpected(span, {
      words: error.message,
      detail: `found ${atEnd ? 'the end of the statement' : displayToken(token)}`,
      suggestion: atEnd ? undefined : suggestWord(error, token),
      hint,
    }),
    span,
  );
}

const at = (refusal: Refusal, span: SourceSpan): DiagnosticError => new DiagnosticError({ ...refusal, span });

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

/** The keyword that the writer may have meant, of those that were possible here. */
function suggestWord(error: IRecognitionException, token: IToken): string | undefined {
  if (error.context.ruleStack.at(-1) === 'showStatement') return nearestName(token.image, SHOWN);
  const expected = [...error.message.matchAll(/'([A-Z]+)'/g)].map((match) => match[1] ?? '');
  const word = nearestName(token.image, expected);
  if (word !== undefined && word !== token.image.toUpperCase()) return word;
  if (expected.length > 0) return undefined;
  const any = nearestName(token.image, [...reservedKeywords, ...nonReservedKeywords]);
  return any === token.image.toUpperCase() ? undefined : any;
}
