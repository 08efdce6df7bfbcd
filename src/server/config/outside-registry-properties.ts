import { type ConfigKey, type ConfigKeys, string } from '../../base/config/config-key.ts';
import { rangeOf } from '../../base/config/config-range.ts';

const secret = (doc: string): ConfigKey<'string'> => ({ ...string(null, doc), sensitive: true });

const storeType = (what: string): ConfigKey<'string'> =>
  string(
    null,
    `\`PEM\` or \`PKCS12\`, of ${what}; when it is not set, what the file shows`,
    rangeOf('PEM or PKCS12', (type: string) => /^(pem|pkcs12)$/i.test(type)),
  );

/** How a schema registry elsewhere is asked: the settings of Confluent's client, under ksqlDB's prefix. */
export const outsideRegistryProperties = {
  'ksql.schema.registry.basic.auth.credentials.source': string(
    'URL',
    'where the user and password for `ksql.schema.registry.url` are: `URL`, within it, or `USER_INFO`, in ' +
      '`ksql.schema.registry.basic.auth.user.info`',
    rangeOf('URL or USER_INFO', (source: string) => source === 'URL' || source === 'USER_INFO'),
  ),
  'ksql.schema.registry.basic.auth.user.info': secret('`user:password` for `ksql.schema.registry.url`'),
  'ksql.schema.registry.bearer.auth.credentials.source': string(
    null,
    '`STATIC_TOKEN` where `ksql.schema.registry.url` wants the token of `ksql.schema.registry.bearer.auth.token`',
    rangeOf('STATIC_TOKEN', (source: string) => source === 'STATIC_TOKEN'),
  ),
  'ksql.schema.registry.bearer.auth.token': secret('token for `ksql.schema.registry.url`'),
  'ksql.schema.registry.ssl.truststore.location': string(
    null,
    'file of certificates (PEM) of those who vouch for `ksql.schema.registry.url`; when it is not set, those of Node.js',
  ),
  'ksql.schema.registry.ssl.truststore.certificates': string(null, 'the same as a text'),
  'ksql.schema.registry.ssl.truststore.type': storeType('that file'),
  'ksql.schema.registry.ssl.keystore.location': string(
    null,
    'file with the key and the certificate of this server (PEM or PKCS12) for `ksql.schema.registry.url`',
  ),
  'ksql.schema.registry.ssl.keystore.type': storeType('that file'),
  'ksql.schema.registry.ssl.keystore.password': secret('of a keystore in PKCS12'),
  'ksql.schema.registry.ssl.keystore.certificate.chain': string(null, 'the certificate as a text in PEM'),
  'ksql.schema.registry.ssl.keystore.key': secret('the key as a text in PEM'),
  'ksql.schema.registry.ssl.key.password': secret('password of the key in the keystore'),
  'ksql.schema.registry.ssl.endpoint.identification.algorithm': string(
    'https',
    'whether the certificate of `ksql.schema.registry.url` has to name its host; nothing for no',
    rangeOf('https, or nothing', (name: string) => /^(https)?$/i.test(name)),
  ),
} as const satisfies ConfigKeys;
