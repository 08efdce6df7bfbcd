/**
 * `${name}`: where the grammar has an identifier or a literal, the variable's value stands for it, and must be exactly
 * one such token, so that a value cannot smuggle in syntax; inside a string literal the value is put in as text.
 */
import type { IToken } from 'chevrotain';
import { DiagnosticError } from '../src/base/errors.ts';
import { spanOf, tokenize } from './lexer.ts';
import { variableMessages } from './messages/variables.ts';
import {
  DecimalNumber,
  FloatNumber,
  Identifier,
  K,
  Minus,
  StringText,
  Variable,
  WholeNumber,
} from './tokens.ts';

/** Values by upper-cased name. */
export type Variables = ReadonlyMap<string, string>;

const inText = /\$\{([A-Za-z_][A-Za-z0-9_@]*)\}/g;

/** Replaces variables in a statement's tokens. The places stay those of the text that the user wrote. */
export function substituteVariables(tokens: readonly IToken[], variables: Variables): IToken[] {
  return tokens.flatMap((token) => {
    if (token.tokenType === Variable) return valueTokens(token, variables);
    if (token.tokenType === StringText && token.image.includes('${'))
      return [substituteInString(token, variables)];
    return [token];
  });
}

/**
 * Returns the text of a statement with the values of its variables: what is shown and recorded means the same wherever it
 * is read again. Called after {@link substituteVariables}, which refuses what cannot stand there.
 * @param tokens those of the statement in `text`.
 * @param end the place behind its last character.
 */
export function substitutedText(
  text: string,
  { tokens, end }: { readonly tokens: readonly IToken[]; readonly end: number },
  variables: Variables,
): string {
  let result = '';
  let at = tokens[0]?.startOffset ?? 0;
  for (const token of tokens) {
    const value = valueText(token, variables);
    if (value === undefined) continue;
    result += text.slice(at, token.startOffset) + value;
    at = (token.endOffset ?? token.startOffset) + 1;
  }
  return result + text.slice(at, end);
}

/** How long {@link substitutedText} will be, without making it. */
export function substitutedLength(tokens: readonly IToken[], variables: Variables): number {
  let length = 0;
  for (const token of tokens) {
    length += token.image.length;
    if (token.tokenType !== Variable && !(token.tokenType === StringText && token.image.includes('${')))
      continue;
    for (const [whole, name = ''] of token.image.matchAll(inText)) {
      length += (variables.get(name.toUpperCase()) ?? whole).length - whole.length;
    }
  }
  return length;
}

/** What stands for a token; undefined where the token stands for itself. */
function valueText(token: IToken, variables: Variables): string | undefined {
  if (token.tokenType === Variable) return variables.get(token.image.slice(2, -1).toUpperCase());
  if (token.tokenType !== StringText || !token.image.includes('${')) return undefined;
  return substituteInString(token, variables).image;
}

function valueTokens(token: IToken, variables: Variables): IToken[] {
  const name = token.image.slice(2, -1);
  const value = variables.get(name.toUpperCase());
  const span = spanOf(token);
  if (value === undefined)
    throw new DiagnosticError({ ...variableMessages.undefined(name, variables.keys()), span });
  const tokens = tokenize(value).tokens;
  if (!isOneValue(tokens)) throw new DiagnosticError({ ...variableMessages.notOneValue(name, value), span });
  return tokens.map((part) => ({ ...part, ...placeOf(token) }));
}

function isOneValue(tokens: readonly IToken[]): boolean {
  const numbers = [WholeNumber, DecimalNumber, FloatNumber];
  const [first, second] = tokens;
  if (first === undefined) return false;
  if (tokens.length === 2)
    return first.tokenType === Minus && second !== undefined && numbers.includes(second.tokenType);
  if (tokens.length > 2) return false;
  const literal = [...numbers, StringText, K.TRUE, K.FALSE, K.NULL].includes(first.tokenType);
  return literal || first.tokenType.CATEGORIES?.includes(Identifier) === true;
}

function substituteInString(token: IToken, variables: Variables): IToken {
  const image = token.image.replace(inText, (whole, name: string) => {
    const value = variables.get(name.toUpperCase());
    return value === undefined ? whole : value.replaceAll("'", "''");
  });
  return { ...token, image };
}

function placeOf(token: IToken): Partial<IToken> {
  return {
    startOffset: token.startOffset,
    startLine: token.startLine ?? 1,
    startColumn: token.startColumn ?? 1,
    endOffset: token.endOffset ?? token.startOffset,
    endLine: token.endLine ?? 1,
    endColumn: token.endColumn ?? 1,
  };
}
