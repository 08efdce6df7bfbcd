import type { Statement } from '../../../grammar/ast.ts';
import { RestError, RestErrorCode } from '../rest/rest-error.ts';
import type { Authenticator } from './authenticator.ts';
import { type Access, hasRole, type Principal, type RoleList } from './principal.ts';
import { statementAccess } from './statement-access.ts';

/** What says that a process is there and works: whoever supervises it has no password. */
const FREE_PATHS = ['/healthcheck', '/chc/*'];

interface SecurityOptions {
  readonly authenticator: Authenticator;
  /** Of which a user must have one for anything. */
  readonly roles: RoleList;
  /** Of which a user must have one for that, or for more than that. */
  readonly accessRoles: Readonly<Record<Access, RoleList>>;
  /** Paths that everybody may use, with `*` at the end for all below. */
  readonly skipPaths: readonly string[];
}

/** Decides who may do what. */
export class Security {
  readonly authenticator: Authenticator;
  readonly #options: SecurityOptions;
  readonly #freePaths: readonly string[];

  constructor(options: SecurityOptions) {
    this.authenticator = options.authenticator;
    this.#options = options;
    this.#freePaths = [...FREE_PATHS, ...options.skipPaths];
  }

  isFree(path: string): boolean {
    return this.#freePaths.some((free) =>
      free.endsWith('*') ? path.startsWith(free.slice(0, -1)) : path === free,
    );
  }

  /** @throws {RestError} 40300 where somebody may not do that. */
  require(principal: Principal, access: Access, what: string): void {
    if (this.#allows(principal, access)) return;
    throw new RestError(RestErrorCode.FORBIDDEN, `${principal.name} has no role that may ${what}`);
  }

  /** @throws {RestError} 40300 for the first statement that somebody may not state. */
  requireStatements(
    principal: Principal,
    statements: readonly { readonly statement: Statement; readonly text: string }[],
  ): void {
    for (const { statement, text } of statements) {
      const access = statementAccess(statement);
      if (this.#allows(principal, access)) continue;
      const message = `${principal.name} has no role that may state this: it needs one of authorization.${access}.roles`;
      throw new RestError(RestErrorCode.FORBIDDEN, message, { statementText: text });
    }
  }

  #allows(principal: Principal, access: Access): boolean {
    if (principal.isServer === true) return access === 'read';
    const { roles, accessRoles } = this.#options;
    if (!hasRole(principal, roles)) return false;
    const { read, write, admin } = accessRoles;
    if (hasRole(principal, admin)) return true;
    if (access !== 'admin' && hasRole(principal, write)) return true;
    return access === 'read' && hasRole(principal, read);
  }
}
