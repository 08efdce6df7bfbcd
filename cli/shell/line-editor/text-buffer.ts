/**
 * The text that is being edited and the place of the cursor in it, which may have several lines. Every operation is a
 * pure step from one buffer to the next, so that keys, tests and history all speak of the same thing.
 */
export interface TextBuffer {
  readonly text: string;
  /** Index into `text`, in UTF-16 units, always between characters. */
  readonly cursor: number;
}

export const EMPTY_BUFFER: TextBuffer = { text: '', cursor: 0 };

export function bufferOf(text: string): TextBuffer {
  return { text, cursor: text.length };
}

export function insert(buffer: TextBuffer, added: string): TextBuffer {
  return {
    text: buffer.text.slice(0, buffer.cursor) + added + buffer.text.slice(buffer.cursor),
    cursor: buffer.cursor + added.length,
  };
}

/** Replaces the text between two indices, leaving the cursor behind what was put there. */
export function replaceRange(
  buffer: TextBuffer,
  range: { readonly start: number; readonly end: number },
  replacement: string,
): TextBuffer {
  return {
    text: buffer.text.slice(0, range.start) + replacement + buffer.text.slice(range.end),
    cursor: range.start + replacement.length,
  };
}

export function left(buffer: TextBuffer): TextBuffer {
  return { ...buffer, cursor: previousCharacter(buffer.text, buffer.cursor) };
}

export function right(buffer: TextBuffer): TextBuffer {
  return { ...buffer, cursor: nextCharacter(buffer.text, buffer.cursor) };
}

export function wordLeft(buffer: TextBuffer): TextBuffer {
  let cursor = buffer.cursor;
  while (cursor > 0 && !isWordCharacter(buffer.text[cursor - 1])) cursor -= 1;
  while (cursor > 0 && isWordCharacter(buffer.text[cursor - 1])) cursor -= 1;
  return { ...buffer, cursor };
}

export function wordRight(buffer: TextBuffer): TextBuffer {
  let cursor = buffer.cursor;
  while (cursor < buffer.text.length && !isWordCharacter(buffer.text[cursor])) cursor += 1;
  while (cursor < buffer.text.length && isWordCharacter(buffer.text[cursor])) cursor += 1;
  return { ...buffer, cursor };
}

export function lineStart(buffer: TextBuffer): TextBuffer {
  return { ...buffer, cursor: startOfLine(buffer) };
}

export function lineEnd(buffer: TextBuffer): TextBuffer {
  return { ...buffer, cursor: endOfLine(buffer) };
}

/** One line up at the same column; undefined on the first line, where history takes over. */
export function lineUp(buffer: TextBuffer): TextBuffer | undefined {
  const start = startOfLine(buffer);
  if (start === 0) return undefined;
  const above = buffer.text.lastIndexOf('\n', start - 2) + 1;
  return { ...buffer, cursor: Math.min(above + (buffer.cursor - start), start - 1) };
}

/** One line down at the same column; undefined on the last line, where history takes over. */
export function lineDown(buffer: TextBuffer): TextBuffer | undefined {
  const end = endOfLine(buffer);
  if (end === buffer.text.length) return undefined;
  const below = end + 1;
  const nextBreak = buffer.text.indexOf('\n', below);
  const limit = nextBreak === -1 ? buffer.text.length : nextBreak;
  return { ...buffer, cursor: Math.min(below + (buffer.cursor - startOfLine(buffer)), limit) };
}

export function deleteLeft(buffer: TextBuffer): TextBuffer {
  return remove(buffer, previousCharacter(buffer.text, buffer.cursor), buffer.cursor);
}

export function deleteRight(buffer: TextBuffer): TextBuffer {
  return remove(buffer, buffer.cursor, nextCharacter(buffer.text, buffer.cursor));
}

export function deleteWordLeft(buffer: TextBuffer): TextBuffer {
  return remove(buffer, wordLeft(buffer).cursor, buffer.cursor);
}

export function deleteToLineEnd(buffer: TextBuffer): TextBuffer {
  return remove(buffer, buffer.cursor, endOfLine(buffer));
}

export function deleteToLineStart(buffer: TextBuffer): TextBuffer {
  return remove(buffer, startOfLine(buffer), buffer.cursor);
}

function remove(buffer: TextBuffer, start: number, end: number): TextBuffer {
  return { text: buffer.text.slice(0, start) + buffer.text.slice(end), cursor: start };
}

function startOfLine(buffer: TextBuffer): number {
  return buffer.cursor === 0 ? 0 : buffer.text.lastIndexOf('\n', buffer.cursor - 1) + 1;
}

function endOfLine(buffer: TextBuffer): number {
  const end = buffer.text.indexOf('\n', buffer.cursor);
  return end === -1 ? buffer.text.length : end;
}

/** Characters beyond the basic plane take two units, and the cursor never stands between them. */
function previousCharacter(text: string, index: number): number {
  if (index === 0) return 0;
  const isPair =
    index > 1 && isLowSurrogate(text.charCodeAt(index - 1)) && isHighSurrogate(text.charCodeAt(index - 2));
  return index - (isPair ? 2 : 1);
}

function nextCharacter(text: string, index: number): number {
  if (index >= text.length) return text.length;
  const isPair = isHighSurrogate(text.charCodeAt(index)) && isLowSurrogate(text.charCodeAt(index + 1));
  return index + (isPair ? 2 : 1);
}

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;
const isWordCharacter = (character: string | undefined): boolean =>
  character !== undefined && /[\w$]/u.test(character);
