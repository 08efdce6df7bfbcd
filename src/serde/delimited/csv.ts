/**
 * Lines of separated values by the rules of Apache commons-csv's DEFAULT format, which the JVM's ksqlDB uses. Written
 * here because quoting differs in details from RFC 4180 and from what npm's packages do (a first field that begins with
 * anything but an ASCII letter or digit is quoted, negative numbers included), and because their parsers are made for files: a call per record costs microseconds.
 */
import { SerdeError } from '../model/serde-error.ts';

/** Quotes a field's text where commons-csv (QuoteMode MINIMAL) does. */
export function csvQuoter(delimiter: string): (text: string, place: { readonly first: boolean }) => string {
  const special = new RegExp(`["\\r\\n${escapeInClass(delimiter)}]`);
  return (text, { first }) =>
    needsQuotes(text, first) || special.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function needsQuotes(text: string, first: boolean): boolean {
  // An empty first field must be told from an empty line.
  if (text.length === 0) return first;
  // At the start of a line: whatever is no ASCII letter or digit, a minus sign too.
  if (first && !/^[0-9A-Za-z]/.test(text)) return true;
  // A field that begins with a space or a comment sign, or ends with a space.
  return text.charCodeAt(0) <= 0x23 || text.charCodeAt(text.length - 1) <= 0x20;
}

function escapeInClass(delimiter: string): string {
  return delimiter.replace(/[\\\]^-]/, '\\$&');
}

/** Splits the first line of a text into its fields. @throws {SerdeError} where quotes do not match or there is no line. */
export function csvReader(delimiter: string): (text: string) => readonly string[] {
  return (text) => {
    if (text === '') throw new SerdeError('No fields in record');
    if (!/["\r\n]/.test(text)) return text.split(delimiter);
    return splitQuoted(text, delimiter);
  };
}

function splitQuoted(text: string, delimiter: string): readonly string[] {
  const fields: string[] = [];
  let at = 0;
  // Empty lines are skipped.
  while (text[at] === '\n' || text[at] === '\r') at += 1;
  if (at >= text.length) throw new SerdeError('No fields in record');
  for (;;) {
    const quoted = text[at] === '"';
    const end = quoted ? endOfQuoted(text, at) : endOfPlain(text, at, delimiter);
    fields.push(quoted ? text.slice(at + 1, end - 1).replaceAll('""', '"') : text.slice(at, end));
    at = quoted ? skipBlanks(text, end, delimiter) : end;
    if (text[at] !== delimiter) break;
    at += 1;
  }
  if (at < text.length && text[at] !== '\n' && text[at] !== '\r') {
    throw new SerdeError('invalid char between encapsulated token and delimiter');
  }
  return fields;
}

function endOfPlain(text: string, start: number, delimiter: string): number {
  let at = start;
  while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '\r') at += 1;
  return at;
}

/** The place behind the closing quote; two quotes in a row are one of the text. */
function endOfQuoted(text: string, start: number): number {
  let at = start + 1;
  for (;;) {
    at = text.indexOf('"', at);
    if (at === -1) throw new SerdeError('EOF reached before encapsulated token finished');
    if (text[at + 1] !== '"') return at + 1;
    at += 2;
  }
}

function skipBlanks(text: string, start: number, delimiter: string): number {
  let at = start;
  while (text[at] !== delimiter && (text[at] === ' ' || text[at] === '\t')) at += 1;
  return at;
}
