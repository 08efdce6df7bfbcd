import { compileFunction } from '../../base/compile-function.ts';
import type { FormatColumn } from '../contract/format.ts';
import type { Row } from '../model/sql-value.ts';
import type { MessageType } from './message-type.ts';
import { type PutValue, slabWriter } from './slab-writer.ts';
import { WriterCode } from './writer-code.ts';

/** Writes a row as the bytes of a message. @throws {SerdeError} for values that a message cannot hold. */
export type MessageWriter = (row: Row) => Buffer;

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
  const put = compileFunction<PutValue<Row>>(code.functions.scope(), code.functions.codeReturning(name));
  return slabWriter(put, prefix);
}
