import { corruptBytes } from './corrupt.ts';

/**
 * What a WebAssembly codec restores in one go. Its memory never shrinks, so larger things are restored piece by piece by
 * other code.
 */
export const WHOLE_BYTES_MAX = 16 * 1024 * 1024;

/** Joins pieces, each of which may be overwritten by the next, into `size` bytes. */
export function concatPieces(pieces: Iterable<Buffer>, size: number): Buffer {
  const whole = Buffer.allocUnsafe(size);
  let at = 0;
  for (const piece of pieces) {
    if (at + piece.length > size) throw corruptBytes('records', `they are more than ${size} bytes`);
    at += piece.copy(whole, at);
  }
  return at === size ? whole : whole.subarray(0, at);
}
