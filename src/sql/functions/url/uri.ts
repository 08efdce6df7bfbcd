import { defineFunction, overload, type ScalarFunction } from '../definition.ts';

/** The parts of a URI, as Java's `java.net.URI` gives them: decoded; undefined where there is none. */
interface Uri {
  readonly protocol: string | undefined;
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly path: string;
  readonly query: string | undefined;
  readonly fragment: string | undefined;
}

const URI = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s;

/** @throws {RangeError} for texts with characters that a URI cannot have. */
export function parseUri(text: string): Uri {
  if (/[\s<>"{}|\\^`]/.test(text)) throw new RangeError(`URL input has invalid syntax: ${text}`);
  const [, protocol, authority, path = '', query, fragment] = URI.exec(text) ?? [];
  const server = /^(?:[^@]*@)?(\[[0-9A-Fa-f:.]+\]|[^:@]*)(?::(\d*))?$/.exec(authority ?? '');
  const host = server?.[1];
  const port = server?.[2];
  return {
    protocol,
    host: host === undefined || host === '' ? undefined : host,
    port: port === undefined || port === '' ? undefined : Number(port),
    path: decode(path),
    query: query === undefined ? undefined : decode(query),
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
): ScalarFunction {
  return defineFunction({
    name,
    category: 'URL',
    description,
    overloads: [overload(['input STRING'], returns, (input) => part(parseUri(input)) ?? null)],
  });
}
