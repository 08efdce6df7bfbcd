/** Text to statements: the public face of the grammar. */
import type { IToken } from 'chevrotain';
import { type Diagnostic, DiagnosticError, type SourceSpan } from '../src/base/errors.ts';
import type { ColumnDefinition, Expression, Statement, TypeNode } from './ast.ts';
import { EOF } from './chevrotain.ts';
import { spanOf, tokenize } from './lexer.ts';
import { checkLimit, checkTree } from './limits.ts';
import { SqlParser } from './parser/sql-parser.ts';
import { syntaxMessages } from './messages/syntax.ts';
import { type StopOf, syntaxError } from './syntax-error.ts';
import { K, Semicolon } from './tokens.ts';
import { substitutedLength, substitutedText, substituteVariables, type Variables } from './variables.ts';

export interface ParseOptions {
  /** Values of `${name}`, by upper-cased name. DEFINE and UNDEFINE in the text itself act on what follows them. */
  readonly variables?: Variables;
  /** Accept a last statement without its semicolon, as a shell does. Default true. */
  readonly allowUnterminated?: boolean;
  /** Accept what only test scripts may say: ASSERT VALUES and its kin, RUN SCRIPT. Default false, as in ksqlDB. */
  readonly testStatements?: boolean;
}

/** A statement with the text it was written in, semicolon included; variables in it are replaced by their values. */
export interface ParsedStatement {
  readonly statement: Statement;
  readonly text: string;
}

/** What an editor wants: whatever could be read, and everything that is wrong. */
export interface TolerantResult {
  readonly statements: readonly ParsedStatement[];
  readonly diagnostics: readonly Diagnostic[];
}

let strict: SqlParser | undefined;
let tolerant: SqlParser | undefined;

/** The engine's parser: made at first use, stops at the first error. */
function strictParser(): SqlParser {
  strict ??= new SqlParser({ recovery: false, validate: false });
  return strict;
}

function tolerantParser(): SqlParser {
  tolerant ??= new SqlParser({ recovery: true, validate: false });
  return tolerant;
}

/**
 * Parses a script into its statements.
 * @throws {DiagnosticError} at the first syntax error, with its place in `text`.
 */
export function parse(text: string, options: ParseOptions = {}): readonly Statement[] {
  return parseScript(text, options).map(({ statement }) => statement);
}

/** Where the parser stops in other tokens; what was wrong with them is a hint's matter, not the user's. */
function stopOf(tokens: IToken[], rule: (parser: SqlParser) => unknown): number {
  const parser = strictParser();
  try {
    parser.begin(tokens);
    rule(parser);
  } catch (error) {
    diagnosticOf(error);
    return -1;
  }
  const error = parser.errors[0];
  if (error === undefined) return Number.POSITIVE_INFINITY;
  return error.token.tokenType === EOF ? tokens.length : tokens.indexOf(error.token);
}

const stopOfStatement: StopOf = (tokens) => stopOf(tokens, (parser) => parser.statement());

/** As {@link parse}, each statement with its own text. */
export function parseScript(text: string, options: ParseOptions = {}): readonly ParsedStatement[] {
  const statements: ParsedStatement[] = [];
  const variables = new Map(options.variables);
  let length = 0;
  for (const part of splitStatements(text)) {
    if (!part.terminated && options.allowUnterminated === false) throw missingSemicolon(part);
    length += lengthOf(part, length, variables);
    const parsed = parsePart(part, variables, options.testStatements === true);
    statements.push({ statement: parsed, text: substitutedText(text, part, variables) });
    defineVariables(parsed, variables);
  }
  return Object.freeze(statements);
}

/** Parses what can be parsed and collects what is wrong, for an editor. */
export function parseTolerantly(text: string, options: ParseOptions = {}): TolerantResult {
  const statements: ParsedStatement[] = [];
  const diagnostics: Diagnostic[] = [];
  const variables = new Map(options.variables);
  let length = 0;
  let parts: readonly StatementTokens[] = [];
  try {
    parts = splitStatements(text);
  } catch (error) {
    diagnostics.push(diagnosticOf(error));
  }
  for (const part of parts) {
    try {
      length += lengthOf(part, length, variables);
      const tokens = substituteVariables(part.tokens, variables);
      const parser = tolerantParser();
      parser.begin(tokens);
      const statement = parser.statement();
      for (const error of parser.errors)
        diagnostics.push(syntaxError(error, tokens, stopOfStatement).diagnostic);
      if (parser.errors.length > 0) continue;
      checkTree(statement);
      statements.push({ statement, text: substitutedText(text, part, variables) });
      defineVariables(statement, variables);
    } catch (error) {
      diagnostics.push(diagnosticOf(error));
    }
  }
  return { statements, diagnostics };
}

/** Parses one expression: `parseExpression('a + 1')`. */
export function parseExpression(text: string): Expression {
  return parseOne(text, (parser) => parser.singleExpression());
}

/** Parses one type: `parseType('ARRAY<INT>')`. */
export function parseType(text: string): TypeNode {
  return parseOne(text, (parser) => parser.singleType());
}

/** Parses the columns of a schema: `parseColumns('id INT KEY, v STRING')`. An empty text has none. */
export function parseColumns(text: string): readonly ColumnDefinition[] {
  return text.trim() === '' ? [] : parseOne(text, (parser) => parser.singleColumns());
}

function parseOne<T>(text: string, rule: (parser: SqlParser) => T): T {
  const tokens = [...tokenize(text).tokens];
  const parser = strictParser();
  parser.begin(tokens);
  const result = rule(parser);
  const error = parser.errors[0];
  if (error !== undefined) throw syntaxError(error, tokens, (changed) => stopOf(changed, rule));
  if (typeof result === 'object' && result !== null) checkTree(result);
  return result;
}

const BEGIN: SourceSpan = { start: 0, end: 0, line: 1, column: 1 };

interface StatementTokens {
  readonly tokens: readonly IToken[];
  readonly terminated: boolean;
  readonly end: number;
}

function splitStatements(text: string): readonly StatementTokens[] {
  checkLimit('SCRIPT_LENGTH_MAX', text.length, () => BEGIN);
  const parts: StatementTokens[] = [];
  let tokens: IToken[] = [];
  for (const token of tokenize(text).tokens) {
    if (token.tokenType !== Semicolon) {
      tokens.push(token);
      continue;
    }
    if (tokens.length > 0) parts.push({ tokens, terminated: true, end: token.startOffset + 1 });
    tokens = [];
  }
  const last = tokens.at(-1);
  if (last !== undefined) {
    parts.push({ tokens, terminated: false, end: (last.endOffset ?? last.startOffset) + 1 });
  }
  return parts;
}

/**
 * Returns how long a statement is with the values of its variables. A few variables that hold each other twice are a text
 * of gigabytes, so this is asked before any of it is made.
 * @param before how long the statements before it are.
 * @throws {DiagnosticError} where the script gets too long.
 */
function lengthOf({ tokens }: StatementTokens, before: number, variables: Variables): number {
  const length = substitutedLength(tokens, variables);
  const [first] = tokens;
  checkLimit('SCRIPT_LENGTH_MAX', before + length, () => (first === undefined ? BEGIN : spanOf(first)));
  return length;
}

function parsePart(part: StatementTokens, variables: Variables, testStatements: boolean): Statement {
  const first = part.tokens[0];
  if (!testStatements && first?.tokenType === K.RUN) throw testOnly('RUN SCRIPT', spanOf(first));
  const tokens = substituteVariables(part.tokens, variables);
  const parser = strictParser();
  parser.begin(tokens);
  const statement = parser.statement();
  const error = parser.errors[0];
  if (error !== undefined) throw syntaxError(error, tokens, stopOfStatement);
  const words = testStatements ? undefined : testOnlyWords(statement);
  if (words !== undefined && first !== undefined) throw testOnly(words, spanOf(first));
  checkTree(statement);
  return statement;
}

/** What a statement that only test files have is called; undefined for the others. */
function testOnlyWords(statement: Statement): string | undefined {
  switch (statement.kind) {
    case 'AssertValues':
      return 'ASSERT VALUES';
    case 'AssertTombstone':
      return 'ASSERT NULL VALUES';
    case 'AssertSource':
      return `ASSERT ${statement.sourceKind}`;
    case 'RunScript':
      return 'RUN SCRIPT';
    default:
      return undefined;
  }
}

function defineVariables(statement: Statement, variables: Map<string, string>): void {
  if (statement.kind === 'DefineVariable') variables.set(statement.name.toUpperCase(), statement.value);
  if (statement.kind === 'UndefineVariable') variables.delete(statement.name.toUpperCase());
}

const testOnly = (words: string, span: SourceSpan): DiagnosticError =>
  new DiagnosticError({ ...syntaxMessages.testOnly(span, words), span });

function missingSemicolon({ tokens }: StatementTokens): DiagnosticError {
  const last = tokens.at(-1);
  if (last === undefined) return new DiagnosticError(syntaxMessages.semicolonMissing(BEGIN));
  const from = spanOf(last);
  const span = { ...from, start: from.end, column: (last.endColumn ?? from.column) + 1 };
  return new DiagnosticError({ ...syntaxMessages.semicolonMissing(span), span });
}

function diagnosticOf(error: unknown): Diagnostic {
  if (error instanceof DiagnosticError) return error.diagnostic;
  throw error;
}
