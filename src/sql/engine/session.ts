import type { Statement } from '../../../grammar/ast.ts';
import type { SessionProperties } from '../analysis/session.ts';

/** What SET and DEFINE have left: properties by name, variables by upper-cased name. Immutable. */
export interface Session {
  readonly properties: SessionProperties;
  readonly variables: ReadonlyMap<string, string>;
}

export const emptySession: Session = Object.freeze({ properties: Object.freeze({}), variables: new Map() });

export function withProperty(session: Session, name: string, value: string | undefined): Session {
  const { [name]: _, ...others } = session.properties;
  return { ...session, properties: value === undefined ? others : { ...others, [name]: value } };
}

export function withVariable(session: Session, name: string, value: string | undefined): Session {
  const variables = new Map(session.variables);
  if (value === undefined) variables.delete(name.toUpperCase());
  else variables.set(name.toUpperCase(), value);
  return { ...session, variables };
}

/** The session as a statement leaves it. */
export function sessionAfter(session: Session, statement: Statement): Session {
  switch (statement.kind) {
    case 'SetProperty':
      return withProperty(session, statement.name, statement.value);
    case 'UnsetProperty':
      return withProperty(session, statement.name, undefined);
    case 'DefineVariable':
      return withVariable(session, statement.name, statement.value);
    case 'UndefineVariable':
      return withVariable(session, statement.name, undefined);
    default:
      return session;
  }
}
