import { DiagnosticError } from '../../base/errors.ts';
import type { ServerConfig } from '../config/server-properties.ts';
import { Authenticator } from './authenticator.ts';
import { BearerTokens } from './bearer-tokens.ts';
import { usersFileOf } from './jaas-file.ts';
import { accessRolesOf, refuseRoles } from './access-roles.ts';
import { Security } from './security.ts';
import { UsersFile } from './users-file.ts';

/**
 * What the settings say of who may use the server; undefined where everybody may.
 * @throws {DiagnosticError} for settings that lack something, or whose files cannot be used.
 */
export function securityOf(settings: ServerConfig, clock: { nowMs(): number }): Security | undefined {
  const methods = settings.get('authentication.method');
  if (methods.includes('NONE')) {
    refuseRoles(settings);
    return undefined;
  }
  const authenticator = new Authenticator({
    ...(methods.includes('BASIC') ? { users: usersOf(settings) } : {}),
    ...(methods.includes('BEARER') ? { tokens: tokensOf(settings, clock) } : {}),
    realm: settings.get('authentication.realm'),
  });
  return new Security({
    authenticator,
    roles: settings.get('authentication.roles'),
    accessRoles: accessRolesOf(settings),
    skipPaths: settings.get('authentication.skip.paths'),
  });
}

function usersOf(settings: ServerConfig): UsersFile {
  const file = settings.find('authentication.users.file');
  if (file !== undefined) return new UsersFile(file);
  const jaas = settings.find('java.security.auth.login.config');
  if (jaas !== undefined) return new UsersFile(usersFileOf(jaas, settings.get('authentication.realm')));
  throw new DiagnosticError({
    message: 'authentication.method=BASIC needs a file of users',
    hint: 'set authentication.users.file, or java.security.auth.login.config as for ksqlDB',
  });
}

function tokensOf(settings: ServerConfig, clock: { nowMs(): number }): BearerTokens {
  const jwksUrl = settings.find('oauthbearer.jwks.endpoint.url');
  if (jwksUrl === undefined) {
    throw new DiagnosticError({
      message: 'authentication.method=BEARER needs the keys that tokens are signed with',
      hint: 'set oauthbearer.jwks.endpoint.url, to an address of https or to a file',
    });
  }
  return new BearerTokens({
    jwksUrl,
    issuer: settings.find('oauthbearer.expected.issuer'),
    audiences: settings.get('oauthbearer.expected.audience'),
    nameClaim: settings.get('oauthbearer.sub.claim.name'),
    rolesClaim: settings.get('oauthbearer.groups.claim.name'),
    nowMs: () => clock.nowMs(),
  });
}
