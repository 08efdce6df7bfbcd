import { propertyName } from '../analysis/property-names.ts';
import type { SessionProperties } from '../analysis/session.ts';

/** What SET and DEFINE have left: properties by name, variables by upper-cased name. Immutable. */
export interface Session {
  readonly properties: SessionProperties;
  readonly variables: ReadonlyMap<string, string>;
}

export const emptySession: Session = Object.freeze({ properties: Object.freeze({}), variables: new Map() });

/** Sets a property, or takes it away, whichever of its names it was set by. */
export function withProperty(session: Session, name: string, value: string | undefined): Session {
  const same = propertyName(name);
  const others = Object.entries(session.properties).filter(([given]) => propertyName(given) !== same);
  const set = value === undefined ? [] : [[name, value] as const];
  return { ...session, properties: Object.fromEntries([...others, ...set]) };
}

export function withVariable(session: Session, name: string, value: string | undefined): Session {
  const variables = new Map(session.variables);
  if (value === undefined) variables.delete(name.toUpperCase());
  else variables.set(name.toUpperCase(), value);
  return { ...session, variables };
}
