import { Option } from 'commander';
import { DiagnosticError } from '../src/base/errors.ts';
import type { ConsumerRecord } from '../src/client/index.ts';
import { shownInteger } from './wide-integer.ts';

/** How the bytes of keys and values are written as text, and read from it. Numbers are big-endian, as Kafka's serdes have them. */
const BYTE_FORMATS = ['string', 'json', 'int', 'long', 'double', 'hex', 'base64'] as const;
export type ByteFormat = (typeof BYTE_FORMATS)[number];

export function byteFormat(flags: string, description: string): Option {
  return new Option(flags, description).choices(BYTE_FORMATS).default('string');
}

/** @throws {DiagnosticError} for bytes that are nothing of that format. */
export function textOf(bytes: Buffer, format: ByteFormat): string {
  switch (format) {
    case 'string':
      return bytes.toString();
    case 'json':
      return readJson(bytes.toString(), 'these bytes are no JSON');
    case 'int':
      return String(expectSize(bytes, 4, format).readInt32BE(0));
    case 'long':
      return String(expectSize(bytes, 8, format).readBigInt64BE(0));
    case 'double':
      return String(expectSize(bytes, 8, format).readDoubleBE(0));
    case 'hex':
    case 'base64':
      return bytes.toString(format);
  }
}

/** @throws {DiagnosticError} for a text that is nothing of that format. */
export function bytesFrom(text: string, format: ByteFormat): Buffer {
  switch (format) {
    case 'string':
      return Buffer.from(text);
    case 'json':
      return Buffer.from(readJson(text, `${JSON.stringify(text.slice(0, 80))} is no JSON`));
    case 'int':
      return bytesOfInteger(text, { bits: 32, format });
    case 'long':
      return bytesOfInteger(text, { bits: 64, format });
    case 'double': {
      const value = Number(text);
      if (text.trim() === '' || (Number.isNaN(value) && text !== 'NaN')) throw notOf(text, format);
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleBE(value);
      return bytes;
    }
    case 'hex':
      if (!/^([0-9a-f]{2})*$/i.test(text)) throw notOf(text, format);
      return Buffer.from(text, 'hex');
    case 'base64':
      if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 === 1) throw notOf(text, format);
      return Buffer.from(text, 'base64');
  }
}

function bytesOfInteger(
  text: string,
  { bits, format }: { readonly bits: 32 | 64; readonly format: ByteFormat },
): Buffer {
  if (!/^[+-]?\d+$/.test(text)) throw notOf(text, format);
  const value = BigInt(text);
  if (BigInt.asIntN(bits, value) !== value) throw notOf(text, format);
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes.subarray(8 - bits / 8);
}

/** The text itself, so that numbers keep their digits; JSON is only checked. */
function readJson(text: string, message: string): string {
  try {
    JSON.parse(text);
    return text;
  } catch (cause) {
    throw new DiagnosticError({ message }, { cause });
  }
}

function expectSize(bytes: Buffer, size: number, format: ByteFormat): Buffer {
  if (bytes.length === size) return bytes;
  throw new DiagnosticError({ message: `${bytes.length} bytes are no ${format}, which has ${size}` });
}

const notOf = (text: string, format: ByteFormat): DiagnosticError =>
  new DiagnosticError({ message: `${JSON.stringify(text.slice(0, 80))} is no ${format}` });

/** A record with its place, and with its key and value as text; null stays null. */
export interface ShownRecord {
  readonly topic: string;
  readonly partition: number;
  readonly record: ConsumerRecord;
  readonly key: string | null;
  readonly value: string | null;
}

const NULL_TEXT = 'null';

/** The tokens of a format string, which are kcat's. */
const TOKENS: Readonly<Record<string, (shown: ShownRecord) => string>> = {
  t: ({ topic }) => topic,
  p: ({ partition }) => String(partition),
  o: ({ record }) => String(record.offset),
  k: ({ key }) => key ?? NULL_TEXT,
  s: ({ value }) => value ?? NULL_TEXT,
  K: ({ record }) => String(record.key?.length ?? -1),
  S: ({ record }) => String(record.value?.length ?? -1),
  T: ({ record }) => String(shownInteger(record.timestamp)),
  h: ({ record }) =>
    record.headers.map(({ key, value }) => `${key}=${value?.toString() ?? NULL_TEXT}`).join(','),
  '%': () => '%',
};

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '\0', '\\': '\\' };

/**
 * Reads a format string such as `%p %o %k: %s\n` into what writes a record by it.
 * @throws {DiagnosticError} for a token that there is not.
 */
export function recordTemplate(format: string): (shown: ShownRecord) => string {
  const parts = Array.from(format.matchAll(/%(.?)|\\x([0-9a-fA-F]{2})|\\(.)|[^%\\]+|\\$/gs), (match) => {
    const [text, token, hex, escape] = match;
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    if (escape !== undefined) return ESCAPES[escape] ?? text;
    if (token === undefined) return text;
    const write = TOKENS[token];
    if (write !== undefined) return write;
    throw new DiagnosticError({
      message: `%${token} is no part of a record`,
      hint: '%t topic, %p partition, %o offset, %k key, %s value, %T timestamp, %h headers, %K and %S lengths, %% itself',
    });
  });
  return (shown) => parts.map((part) => (typeof part === 'string' ? part : part(shown))).join('');
}
