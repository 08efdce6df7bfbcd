import { boolean, type ConfigKey, type ConfigKeys, list, string } from '../../base/config/config-key.ts';
import { oneOf, rangeOf } from '../../base/config/config-range.ts';

const METHODS = ['NONE', 'BASIC', 'BEARER'] as const;

const secret = (doc: string): ConfigKey<'string'> => ({ ...string(null, doc), sensitive: true });

/** Who may use the ports of HTTP, and TLS on them: names of ksqlDB and of Confluent's REST servers. */
export const securityProperties = {
  'ssl.keystore.location': string(
    null,
    'file with the key and the certificates of the ports of HTTP, PKCS12 or PEM; where it is set they speak TLS unless ' +
      '`listeners` says `http://`',
  ),
  'ssl.keystore.password': secret('password of `ssl.keystore.location`'),
  'ssl.key.password': secret('password of the key, where it has another one than the file'),
  'ssl.truststore.location': string(
    null,
    'PEM file of the authorities whose certificates clients may show; when it is not set, those of Node',
  ),
  'ssl.client.authentication': string(
    'NONE',
    'whether clients must show a certificate: NONE, REQUESTED (one that is shown must be right) or REQUIRED',
    oneOf('NONE', 'REQUESTED', 'REQUIRED'),
  ),
  'ssl.client.auth': boolean(false, 'older name: true is `ssl.client.authentication=REQUIRED`'),
  'ssl.enabled.protocols': list(
    'TLSv1.2,TLSv1.3',
    'versions of TLS that are spoken',
    rangeOf(
      'TLSv1.2, TLSv1.3 or both',
      (versions: readonly string[]) =>
        versions.length > 0 && versions.every((version) => version === 'TLSv1.2' || version === 'TLSv1.3'),
    ),
  ),
  'ssl.cipher.suites': list('', "OpenSSL's names of the ciphers that are used; when empty, those of Node"),
  'authentication.method': list(
    'NONE',
    'how clients prove who they are: NONE, BASIC (a name and a password), BEARER (a JSON web token), or both of the last',
    rangeOf('NONE, or BASIC, BEARER or both', (methods: readonly string[]) => {
      const known = methods.every((method) => METHODS.some((name) => name === method));
      return known && methods.length > 0 && (methods.length === 1 || !methods.includes('NONE'));
    }),
  ),
  'authentication.realm': string(
    'KsqlServer-Props',
    'section of the JAAS file, and realm that clients are told; with BASIC',
  ),
  'authentication.roles': list(
    '**',
    'roles of which a user must have one; `*` is any role, `**` lets users in that have none',
  ),
  'authentication.skip.paths': list(
    '',
    'paths that need no authentication, with `*` at the end for all below; /healthcheck and /chc/* never need one',
  ),
  'java.security.auth.login.config': string(
    null,
    'JAAS file whose section `authentication.realm` names the file of users, as PropertyFileLoginModule has it; with BASIC',
  ),
  'authentication.users.file': string(
    null,
    'file of users itself, a line `name: password,role,role` each; instead of a JAAS file; a Millrace property',
  ),
  'oauthbearer.jwks.endpoint.url': string(
    null,
    'where the keys are that tokens are signed with, `https://…` or `file:///…` (JWKS); with BEARER',
  ),
  'oauthbearer.expected.issuer': string(null, 'issuer that a token must name; when it is not set, any'),
  'oauthbearer.expected.audience': list('', 'audiences of which a token must name one; when empty, any'),
  'oauthbearer.sub.claim.name': string('sub', 'claim of a token that has the name of the user'),
  'oauthbearer.groups.claim.name': string('groups', 'claim of a token that lists the roles of the user'),
  'authorization.read.roles': list(
    null,
    'roles that may run queries and look at everything; those of the two below may, too; when it is not set, `**`; ' +
      'a Millrace property',
  ),
  'authorization.write.roles': list(
    null,
    'roles that may state what changes something, insert rows, register schemas and set the rules of a subject; when it ' +
      'is not set, those of `authorization.read.roles`; a Millrace property',
  ),
  'authorization.admin.roles': list(
    null,
    'roles that may terminate the service, change its settings and those of the whole schema registry or of a context ' +
      'of it, and run scripts of its machine; when it is not set, those of `authorization.write.roles`; a Millrace property',
  ),
} as const satisfies ConfigKeys;
