import { DiagnosticError } from '../../base/errors.ts';
import type { ServerConfig } from '../config/server-properties.ts';
import type { Access, RoleList } from './principal.ts';

const STEPS = ['read', 'write', 'admin'] as const satisfies readonly Access[];

/**
 * The roles of each step. One that is not set has those of the step below it: who may do more may do less, so that one which
 * stayed open would take all meaning from those that are set.
 * @throws {DiagnosticError} where a step is set to be open to more than one below it.
 */
export function accessRolesOf(settings: Pick<ServerConfig, 'find'>): Readonly<Record<Access, RoleList>> {
  const read = settings.find('authorization.read.roles') ?? ['**'];
  const write = settings.find('authorization.write.roles') ?? read;
  const admin = settings.find('authorization.admin.roles') ?? write;
  refuseWider('write', write, { name: 'read', roles: read });
  refuseWider('admin', admin, { name: 'write', roles: write });
  return { read, write, admin };
}

/** @throws {DiagnosticError} for roles where nobody is asked who they are: they would protect nothing. */
export function refuseRoles(settings: Pick<ServerConfig, 'find'>): void {
  const name = STEPS.map((step) => `authorization.${step}.roles` as const).find(
    (each) => settings.find(each) !== undefined,
  );
  if (name === undefined) return;
  throw new DiagnosticError({
    message: `${name} has no effect with authentication.method=NONE`,
    hint: 'set authentication.method to BASIC or BEARER, so that users say who they are',
  });
}

function refuseWider(
  name: Access,
  roles: RoleList,
  below: { readonly name: Access; readonly roles: RoleList },
): void {
  if (width(roles) <= width(below.roles)) return;
  throw new DiagnosticError({
    message:
      `authorization.${name}.roles=${roles.join(',')} leaves authorization.${below.name}.roles without effect: ` +
      'who may do more may do less',
    hint: `name the roles, or leave authorization.${name}.roles out: it is then as authorization.${below.name}.roles`,
  });
}

/** Whom a list lets in: those who are named, all who have a role, or all. */
function width(roles: RoleList): number {
  if (roles.includes('**')) return 2;
  return roles.includes('*') ? 1 : 0;
}
