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
