/**
 * Short texts as bytes, letter by letter: a call of Buffer's own methods takes as long as some fifty letters. A key of 13
 * letters as latin1: 75 ns instead of 111, as UTF-8: 81 instead of 129 (Node 20).
 */

/** Longer texts go through Buffer. */
const SHORT_LENGTH = 48;

/** Whether a text is short and all of its letters are ASCII: its UTF-8, its latin1 and the text itself are then one. */
export function isShortAscii(text: string): boolean {
  const { length } = text;
  if (length > SHORT_LENGTH) return false;
  for (let index = 0; index < length; index += 1) if (text.charCodeAt(index) > 0x7f) return false;
  return true;
}

/** Whether all letters of a text are ASCII. */
export function isAscii(text: string): boolean {
  return text.length > SHORT_LENGTH ? Buffer.byteLength(text) === text.length : isShortAscii(text);
}

/** Returns the bytes of a text whose letters are bytes. */
export function latin1Bytes(text: string): Buffer {
  const bytes = Buffer.allocUnsafe(text.length);
  putLatin1(bytes, 0, text);
  return bytes;
}

/** Writes a text whose letters are bytes to where there is room for it. */
export function putLatin1(bytes: Buffer, at: number, text: string): void {
  const { length } = text;
  if (length > SHORT_LENGTH) bytes.write(text, at, 'latin1');
  else for (let index = 0; index < length; index += 1) bytes[at + index] = text.charCodeAt(index);
}

/** Returns a text as UTF-8. What is no text, from plain JavaScript, is Buffer's to take or refuse. */
export function utf8Bytes(text: string): Buffer {
  const isShort = typeof text === 'string' && isShortAscii(text);
  return isShort ? latin1Bytes(text) : Buffer.from(text, 'utf8');
}
