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
