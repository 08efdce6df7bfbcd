import type { IParserErrorMessageProvider, IToken, TokenType } from 'chevrotain';
import { EOF } from './chevrotain.ts';

/**
 * What the parser says where it stops: what it expected there, in the words of the token table. The place and the
 * heading are put before it by `syntax-error.ts`.
 */
export const errorMessages: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected }) => `Expecting ${display(expected)}`,
  // ksqlDB says no more than where; what was found is in the diagnostic's detail.
  buildNotAllInputParsedMessage: () => '',
  buildNoViableAltMessage: ({ expectedPathsPerAlt, actual, customUserDescription }) =>
    customUserDescription ?? expecting(expectedPathsPerAlt.flat(), actual),
  buildEarlyExitMessage: ({ expectedIterationPaths, actual, customUserDescription }) =>
    customUserDescription ?? expecting(expectedIterationPaths, actual),
};

function expecting(paths: readonly TokenType[][], actual: readonly IToken[]): string {
  const names = new Set<string>();
  for (const path of paths) {
    const first = path[0];
    if (first !== undefined) names.add(display(first));
  }
  if (names.size === 0 || names.size > 12) return `Unexpected ${displayToken(actual[0])}`;
  return names.size === 1 ? `Expecting ${[...names][0]}` : `Expecting {${[...names].join(', ')}}`;
}

function display(type: TokenType): string {
  return type.LABEL ?? type.name;
}

export function displayToken(token: IToken | undefined): string {
  return token === undefined || token.tokenType === EOF ? 'end of statement' : `'${token.image}'`;
}
