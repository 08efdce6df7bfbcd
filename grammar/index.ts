/** The grammar of Millrace SQL: text to a frozen syntax tree and back. It knows no catalog. */
export type * from './ast.ts';
export {
  isWhiteSpace,
  lineCommentEnd,
  lineCommentPattern,
  withoutLeadingBlanks,
  withoutLeadingSpace,
} from './blanks.ts';
export { complete, type Completion, type CompletionNames, type Completions } from './completion.ts';
export { tokenWords } from './lexer.ts';
export { isReserved, type Keyword, nonReservedKeywords, reservedKeywords } from './keywords.ts';
export {
  parse,
  type ParsedStatement,
  parseExpression,
  type ParseOptions,
  parseScript,
  parseTolerantly,
  parseType,
  type TolerantResult,
} from './parse.ts';
export { formatExpression, formatIdentifier, formatType } from './printer/expressions.ts';
export { formatStatement } from './printer/statements.ts';
export { childrenOf, columnsOf, rewriteExpression, walkExpression } from './traverse.ts';
export { renderDiagnostic } from './render-diagnostic.ts';
export { statementWords } from './statement-words.ts';
export { type SyntaxRule, syntaxRules } from './syntax-text.ts';
export type { Variables } from './variables.ts';
