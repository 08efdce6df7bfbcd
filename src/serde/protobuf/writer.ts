import { compileFunction } from '../../base/compile-function.ts';
import { viewOf } from '../../base/buffer-view.ts';
import type { FormatColumn } from '../contract/format.ts';
import type { Row } from '../model/sql-value.ts';
import type { MessageType } from './message-type.ts';
import { WriterCode } from './writer-code.ts';

/** Writes a row as the bytes of a message. @throws {SerdeError} for values that a message cannot hold. */
export type MessageWriter = (row: Row) => Buffer;

/** Memory that rows are written into one after the other, as those of `Buffer.from` are into Node's pool. */
const SLAB_BYTES = 8192;
/** Rows that are longer have memory of their own, so that a short one does not hold it. */
const SHARED_BYTES_MAX = SLAB_BYTES / 4;

/**
 * Compiles the writer of columns as messages of a type. A column goes into the field of its name, in the order of the fields'
 * numbers; null is left out, and so is what a field without presence has by default.
 * @param prefix what stands before each message: the envelope of a registered schema.
 * @throws {SerdeError} where a column has no field, or one of another type.
 */
export function messageWriter(
  message: MessageType,
  columns: readonly FormatColumn[],
  prefix?: Buffer,
): MessageWriter {
  const code = new WriterCode();
  const name = code.structFunction(message, columns, '');
  type Put = (bytes: Buffer, start: number, row: Row) => number;
  const put = compileFunction<Put>(code.functions.scope(), code.functions.codeReturning(name));
  let slab = Buffer.allocUnsafeSlow(0);
  let at = 0;
  /** The longest of the shorter rows: where less is left, it is not tried. */
  let bytesMax = 64;
  const putWhole = (bytes: Buffer, start: number, row: Row): number => {
    if (prefix === undefined) return put(bytes, start, row);
    const from = start + prefix.length;
    if (from <= bytes.length) bytes.set(prefix, start);
    return put(bytes, from, row);
  };
  return (row) => {
    if (at + bytesMax > slab.length) {
      slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
      at = 0;
    }
    const start = at;
    const end = putWhole(slab, start, row);
    if (end <= slab.length) {
      at = end;
      return viewOf(slab, start, end);
    }
    // It went beyond the end, where nothing was written: again, with room.
    const length = end - start;
    if (length <= SHARED_BYTES_MAX) {
      bytesMax = Math.max(bytesMax, length);
      slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
      at = putWhole(slab, 0, row);
      return viewOf(slab, 0, at);
    }
    const bytes = Buffer.allocUnsafeSlow(length);
    putWhole(bytes, 0, row);
    return bytes;
  };
}
