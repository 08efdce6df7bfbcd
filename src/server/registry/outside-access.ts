import type { Disk } from '../../base/environment.ts';
import { DiagnosticError, messageOf } from '../../base/errors.ts';
import type { HttpExchangeOptions } from '../../registry/index.ts';
import type { ServerConfig } from '../config/server-properties.ts';

const PREFIX = 'ksql.schema.registry.';
const PEM = '-----BEGIN ';

type Access = Pick<HttpExchangeOptions, 'basicAuth' | 'bearerToken' | 'tls'>;

/**
 * By what a schema registry elsewhere lets this server in, and by what this server knows it.
 * @throws {DiagnosticError} for settings that do not go together, and for files that cannot be read.
 */
export function outsideAccess(settings: ServerConfig, disk: Disk): Access {
  return { ...credentials(settings), tls: tlsOf(settings, disk) };
}

function credentials(settings: ServerConfig): Access {
  if (settings.find('ksql.schema.registry.bearer.auth.credentials.source') !== undefined) {
    const bearerToken = settings.find('ksql.schema.registry.bearer.auth.token');
    return { bearerToken: required(bearerToken, 'bearer.auth.token', 'STATIC_TOKEN') };
  }
  if (settings.get('ksql.schema.registry.basic.auth.credentials.source') === 'URL') return {};
  const userInfo = settings.find('ksql.schema.registry.basic.auth.user.info');
  return { basicAuth: required(userInfo, 'basic.auth.user.info', 'USER_INFO') };
}

function tlsOf(settings: ServerConfig, disk: Disk): Access['tls'] {
  const passphrase = settings.find('ksql.schema.registry.ssl.key.password');
  const ca = trusted(settings, disk);
  const isNameChecked = settings.get('ksql.schema.registry.ssl.endpoint.identification.algorithm') !== '';
  return {
    ...(ca === undefined ? {} : { ca }),
    ...own(settings, disk),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(isNameChecked ? {} : { checkServerIdentity: () => undefined }),
  };
}

/** Certificates of those whose word counts. */
function trusted(settings: ServerConfig, disk: Disk): string | undefined {
  const text = settings.find('ksql.schema.registry.ssl.truststore.certificates');
  if (text !== undefined) return text;
  const location = settings.find('ksql.schema.registry.ssl.truststore.location');
  if (location === undefined) return undefined;
  const file = read(disk, 'ssl.truststore.location', location);
  const type = settings.find('ksql.schema.registry.ssl.truststore.type');
  if (type?.toUpperCase() !== 'PKCS12' && isPem(file)) return file.toString();
  throw new DiagnosticError({
    message: `${PREFIX}ssl.truststore.location: ${location} is not in PEM`,
    hint: 'keytool -exportcert -rfc writes a certificate of a Java truststore in PEM',
  });
}

/** The key and the certificate of this server. */
function own(settings: ServerConfig, disk: Disk): Access['tls'] {
  const [cert, key] = [
    settings.find('ksql.schema.registry.ssl.keystore.certificate.chain'),
    settings.find('ksql.schema.registry.ssl.keystore.key'),
  ];
  if (cert !== undefined && key !== undefined) return { cert, key };
  const location = settings.find('ksql.schema.registry.ssl.keystore.location');
  if (location === undefined) return {};
  const file = read(disk, 'ssl.keystore.location', location);
  const type = settings.find('ksql.schema.registry.ssl.keystore.type');
  if (type?.toUpperCase() !== 'PKCS12' && isPem(file)) return { cert: file, key: file };
  const passphrase = settings.find('ksql.schema.registry.ssl.keystore.password');
  return { pfx: file, ...(passphrase === undefined ? {} : { passphrase }) };
}

function isPem(file: Buffer): boolean {
  return file.includes(PEM);
}

function read(disk: Disk, property: string, location: string): Buffer {
  try {
    return disk.readFile(location);
  } catch (error) {
    throw new DiagnosticError({ message: `${PREFIX}${property}: ${messageOf(error)}` });
  }
}

function required(value: string | undefined, property: string, source: string): string {
  if (value !== undefined && value !== '') return value;
  throw new DiagnosticError({
    message: `${PREFIX}${property} is not set, which the credentials source ${source} takes the credentials from`,
  });
}
