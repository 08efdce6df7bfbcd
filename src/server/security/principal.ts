/** Who sends a request. */
export interface Principal {
  readonly name: string;
  readonly roles: readonly string[];
  /** Another server of the service, which needs no roles to look at what there is. */
  readonly isServer?: true;
}

/** What a request or a statement does, the least first: who may do more may do less. */
export type Access = 'read' | 'write' | 'admin';

/** Roles of which one is needed: `*` is any, and `**` needs none. */
export type RoleList = readonly string[];

export function hasRole({ roles }: Principal, list: RoleList): boolean {
  if (list.includes('**')) return true;
  if (list.includes('*') && roles.length > 0) return true;
  return roles.some((role) => list.includes(role));
}
