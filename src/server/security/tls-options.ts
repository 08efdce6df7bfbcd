import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions, type TlsOptions } from 'node:tls';
import { DiagnosticError, messageOf } from '../../base/errors.ts';
import type { ServerConfig } from '../config/server-properties.ts';

const PEM_BEGIN = '-----BEGIN ';
/** What a keystore of Java's old format begins with. */
const JKS_MAGIC = 0xfeedfeed;

/**
 * How the ports of HTTP speak TLS; undefined where they do not.
 * @param scheme of the listener; absent: TLS where there is a keystore.
 * @throws {DiagnosticError} for files that cannot be used.
 */
export function tlsOptionsOf(
  settings: ServerConfig,
  scheme: 'http' | 'https' | undefined,
): TlsOptions | undefined {
  const location = settings.find('ssl.keystore.location');
  if (scheme === 'http') return undefined;
  if (location === undefined) {
    if (scheme === undefined) return undefined;
    throw new DiagnosticError({
      message: 'a listener of https needs a key and a certificate',
      hint: 'set ssl.keystore.location to a file of PKCS12 or PEM',
    });
  }
  const options = {
    ...keysIn(location, settings),
    ...trustOf(settings),
    ...versionsOf(settings.get('ssl.enabled.protocols')),
    ...(settings.get('ssl.cipher.suites').length === 0
      ? {}
      : { ciphers: settings.get('ssl.cipher.suites').join(':') }),
  };
  try {
    createSecureContext(options);
  } catch (error) {
    const message = `the keys for TLS in ${location} cannot be used: ${messageOf(error)}`;
    throw new DiagnosticError(
      { message, hint: 'ssl.keystore.password may be another one' },
      { cause: error },
    );
  }
  return { ...options, ...clientAuthentication(settings), ALPNProtocols: ['h2', 'http/1.1'] };
}

/** How the listener for the other servers of the service speaks TLS. @throws {DiagnosticError} for files that cannot be used. */
export function internalTlsOf(settings: ServerConfig): TlsOptions {
  return {
    ...tlsOptionsOf(settings, 'https'),
    ...certificatesWanted(settings.get('ksql.internal.ssl.client.authentication')),
  };
}

/** What this server shows to the others, and trusts of them. @throws {DiagnosticError} for files that cannot be used. */
export function peerTlsOf(settings: ServerConfig): SecureContextOptions {
  const location = settings.find('ssl.keystore.location');
  return {
    ...(location === undefined ? {} : keysIn(location, settings)),
    ...trustOf(settings),
    ...versionsOf(settings.get('ssl.enabled.protocols')),
  };
}

function keysIn(location: string, settings: ServerConfig): SecureContextOptions {
  const bytes = contentOf('ssl.keystore.location', location);
  const password = settings.find('ssl.keystore.password');
  if (!bytes.toString('latin1').includes(PEM_BEGIN)) {
    return { pfx: bytes, ...(password === undefined ? {} : { passphrase: password }) };
  }
  const passphrase = settings.find('ssl.key.password') ?? password;
  return { key: bytes, cert: bytes, ...(passphrase === undefined ? {} : { passphrase }) };
}

function trustOf(settings: ServerConfig): SecureContextOptions {
  const location = settings.find('ssl.truststore.location');
  if (location === undefined) return {};
  const bytes = contentOf('ssl.truststore.location', location);
  if (bytes.toString('latin1').includes(PEM_BEGIN)) return { ca: bytes };
  throw new DiagnosticError({
    message: `the truststore ${location} is not PEM`,
    hint: 'write its certificates with: keytool -list -rfc -keystore FILE',
  });
}

function contentOf(property: string, location: string): Buffer {
  let bytes: Buffer;
  try {
    bytes = readFileSync(location);
  } catch (error) {
    throw new DiagnosticError(
      { message: `cannot read ${location}, which ${property} names`, detail: messageOf(error) },
      { cause: error },
    );
  }
  if (bytes.length >= 4 && bytes.readUInt32BE(0) === JKS_MAGIC) {
    throw new DiagnosticError({
      message: `${location} is a keystore of Java's old format, JKS`,
      hint: 'convert it with: keytool -importkeystore -srckeystore FILE -destkeystore FILE.p12 -deststoretype PKCS12',
    });
  }
  return bytes;
}

function versionsOf(versions: readonly string[]): SecureContextOptions {
  return {
    minVersion: versions.includes('TLSv1.2') ? 'TLSv1.2' : 'TLSv1.3',
    maxVersion: versions.includes('TLSv1.3') ? 'TLSv1.3' : 'TLSv1.2',
  };
}

function clientAuthentication(settings: ServerConfig): TlsOptions {
  return certificatesWanted(
    settings.get('ssl.client.auth') ? 'REQUIRED' : settings.get('ssl.client.authentication'),
  );
}

function certificatesWanted(wanted: string): TlsOptions {
  // One that is shown and is not right is refused in either case.
  return { requestCert: wanted !== 'NONE', rejectUnauthorized: wanted === 'REQUIRED' };
}
