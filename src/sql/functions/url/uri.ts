import { type FunctionExample, defineFunction, overload, type ScalarFunction } from '../definition.ts';

/** The parts of a URI, as Java's `java.net.URI` gives them: decoded; undefined where there is none. */
interface Uri {
  readonly protocol: string | undefined;
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly path: string | undefined;
  readonly query: string | undefined;
  readonly fragment: string | undefined;
}

const URI = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s;
const SERVER = /^(?:[^@]*@)?(\[[0-9A-Fa-f:.]+\]|[^:@]*)(?::(\d*))?$/;
/** Labels of letters, digits and inner hyphens, of which the last begins with a letter. */
const HOST_NAME = /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)*[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.?$/;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;

/**
 * The parts of a URI by Java's rules: what stands for a server and is no host name has neither host nor port, and a
 * scheme in front of no slash no path.
 * @throws {RangeError} for texts that are no URI.
 */
export function parseUri(text: string): Uri {
  const [, protocol, authority, path = '', query, fragment] = URI.exec(text) ?? [];
  const isBroken =
    /[\s<>"{}|\\^`]|%(?![0-9A-Fa-f]{2})/.test(text) ||
    /[[\]]/.test(path) ||
    fragment?.includes('#') === true ||
    (protocol === undefined && authority === undefined && /^[^/]*:/.test(path)) ||
    (protocol !== undefined && authority === undefined && path === '');
  if (isBroken) throw new RangeError(`URL input has invalid syntax: ${text}`);
  const isOpaque = protocol !== undefined && authority === undefined && !path.startsWith('/');
  const [, host = '', port = ''] = SERVER.exec(authority ?? '') ?? [];
  const isServer = host.startsWith('[') || HOST_NAME.test(host) || IPV4.test(host);
  return {
    protocol,
    host: isServer ? host : undefined,
    port: isServer && port !== '' ? Number(port) : undefined,
    path: isOpaque ? undefined : decode(path),
    query: isOpaque || query === undefined ? undefined : decode(query),
    fragment: fragment === undefined ? undefined : decode(fragment),
  };
}

function decode(text: string): string {
  return text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (escaped) =>
    Buffer.from(escaped.replaceAll('%', ''), 'hex').toString('utf8'),
  );
}

/** As `application/x-www-form-urlencoded`. @throws {RangeError} for broken escapes. */
export function decodeForm(text: string): string {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) throw new RangeError(`URL input has invalid escapes: ${text}`);
  return decode(text.replaceAll('+', ' '));
}

/** As `application/x-www-form-urlencoded`, by the rules of Java's URLEncoder. */
export function encodeForm(text: string): string {
  return Array.from(Buffer.from(text, 'utf8'), (byte) => {
    const letter = String.fromCharCode(byte);
    if (/[A-Za-z0-9.*_-]/.test(letter)) return letter;
    return letter === ' ' ? '+' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}

/** A function of one URL that gives one of its parts. */
export function urlPart(
  name: string,
  description: string,
  returns: 'STRING' | 'INTEGER',
  part: (uri: Uri) => string | number | undefined,
  example: FunctionExample,
): ScalarFunction {
  return defineFunction({
    name,
    category: 'URL',
    description,
    overloads: [overload(['input STRING'], returns, (input) => part(parseUri(input)) ?? null)],
    examples: [example],
  });
}
