import { viewOf } from '../../base/buffer-view.ts';

/** Memory that values are written into one after the other, as those of `Buffer.from` are into Node's pool. */
const SLAB_BYTES = 8192;
/** Values that are longer have memory of their own, so that a short one does not hold it. */
const SHARED_BYTES_MAX = SLAB_BYTES / 4;

/** Puts a value into bytes from a place on. @returns the place behind it, beyond the end where there was no room. */
export type PutValue<T> = (bytes: Buffer, start: number, value: T) => number;

/**
 * Writes values one behind the other into shared memory, so that none of them takes a buffer of its own.
 * @param prefix what stands before each value.
 */
export function slabWriter<T>(put: PutValue<T>, prefix?: Buffer): (value: T) => Buffer {
  let slab = Buffer.allocUnsafeSlow(0);
  let at = 0;
  /** The longest of the shorter values: where less is left, it is not tried. */
  let bytesMax = 64;
  const putWhole = (bytes: Buffer, start: number, value: T): number => {
    if (prefix === undefined) return put(bytes, start, value);
    const from = start + prefix.length;
    if (from <= bytes.length) bytes.set(prefix, start);
    return put(bytes, from, value);
  };
  return (value) => {
    if (at + bytesMax > slab.length) {
      slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
      at = 0;
    }
    const start = at;
    const end = putWhole(slab, start, value);
    if (end <= slab.length) {
      at = end;
      return viewOf(slab, start, end);
    }
    // It went beyond the end, where nothing was written: again, with room.
    const length = end - start;
    if (length <= SHARED_BYTES_MAX) {
      bytesMax = Math.max(bytesMax, length);
      slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
      at = putWhole(slab, 0, value);
      return viewOf(slab, 0, at);
    }
    const bytes = Buffer.allocUnsafeSlow(length);
    putWhole(bytes, 0, value);
    return bytes;
  };
}
