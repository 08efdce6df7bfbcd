import { DiagnosticError } from '../../base/errors.ts';
import { functionMessages } from '../messages/functions.ts';

/** Characters of a text, or bytes, that a function makes at most: one row must not take the memory of all. */
export const TEXT_LENGTH_MAX = 16_777_216;
/** Elements of an array, or rows, that a function makes at most of few arguments. */
export const LIST_LENGTH_MAX = 100_000;

/**
 * Checks before anything is made, so that the cost is bounded, too.
 * @throws {RangeError} where a result would be longer than {@link TEXT_LENGTH_MAX}.
 */
export function checkTextLength(name: string, length: number): void {
  if (length <= TEXT_LENGTH_MAX) return;
  throw new RangeError(`${name} would give ${length} characters, and ${TEXT_LENGTH_MAX} is the most`);
}

/** The texts with a separator between them. @throws {RangeError} where the result would be too long. */
export function joinTexts(name: string, texts: readonly string[], separator: string): string {
  let length = Math.max(0, texts.length - 1) * separator.length;
  for (const text of texts) length += text.length;
  checkTextLength(name, length);
  return texts.join(separator);
}

/** The same of bytes. */
export function joinBytes(name: string, parts: readonly Buffer[], separator?: Buffer): Buffer {
  let length = Math.max(0, parts.length - 1) * (separator?.length ?? 0);
  for (const part of parts) length += part.length;
  checkTextLength(name, length);
  if (separator === undefined) return Buffer.concat(parts);
  return Buffer.concat(parts.flatMap((part, index) => (index === 0 ? [part] : [separator, part])));
}

/**
 * Checks how many values an aggregate is asked to keep of each group.
 * @throws {DiagnosticError} where they are more than {@link LIST_LENGTH_MAX}.
 */
export function checkKeptCount(name: string, count: number): void {
  if (count <= LIST_LENGTH_MAX) return;
  throw new DiagnosticError(functionMessages.keptTooMany(name, { asked: count, most: LIST_LENGTH_MAX }));
}

/** @throws {RangeError} where an array would get longer than {@link LIST_LENGTH_MAX}. */
export function checkListLength(name: string, length: number): void {
  if (length <= LIST_LENGTH_MAX) return;
  throw new RangeError(`${name} would give ${length} elements, and ${LIST_LENGTH_MAX} is the most`);
}
