import { parse, tokenWords, type Variables } from '../../grammar/index.ts';

/** How a statement is run: over a stream of rows or lines, in the session itself, or by the server. */
type StatementKind = 'query' | 'print' | 'session' | 'server';

const SESSION_WORDS: ReadonlySet<string> = new Set(['SET', 'UNSET', 'DEFINE', 'UNDEFINE']);

/** What a statement is by its first words: whether the rest is right is for the parser. */
export function kindOf(statement: string): StatementKind {
  const [first = '', second] = tokenWords(statement);
  if (first === 'SELECT') return 'query';
  if (first === 'PRINT') return 'print';
  const isOfSession = SESSION_WORDS.has(first) || (second === 'VARIABLES' && isShow(first));
  return isOfSession ? 'session' : 'server';
}

const isShow = (word: string): boolean => word === 'SHOW' || word === 'LIST';

/** Whether a query says what it EMITs: it ends when it is ended. */
export function isPushQuery(statement: string): boolean {
  const words = tokenWords(statement);
  return words.some((word, at) => word === 'EMIT' && ['CHANGES', 'FINAL'].includes(words[at + 1] ?? ''));
}

/** What a statement of the session does; `name` is a property or a variable. */
type SessionChange =
  | { readonly kind: 'setProperty' | 'define'; readonly name: string; readonly value: string }
  | { readonly kind: 'unsetProperty' | 'undefine'; readonly name: string }
  | { readonly kind: 'showVariables' };

/**
 * Reads a statement of the session.
 * @throws {DiagnosticError} where it is written wrongly, or names a variable that is not defined.
 */
export function readSessionStatement(text: string, variables: Variables): SessionChange {
  const [statement] = parse(text, { variables });
  const textOf = (field: 'name' | 'value'): string => {
    const value: unknown = statement === undefined ? undefined : Reflect.get(statement, field);
    return typeof value === 'string' ? value : '';
  };
  const name = textOf('name');
  switch (tokenWords(text)[0]) {
    case 'SET':
      return { kind: 'setProperty', name, value: textOf('value') };
    case 'UNSET':
      return { kind: 'unsetProperty', name };
    case 'DEFINE':
      return { kind: 'define', name, value: textOf('value') };
    case 'UNDEFINE':
      return { kind: 'undefine', name };
    default:
      return { kind: 'showVariables' };
  }
}
