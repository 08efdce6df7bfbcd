import { compileFunction } from '../../base/compile-function.ts';
import type { FormatColumn } from '../contract/format.ts';
import type { SqlValue } from '../model/sql-value.ts';
import type { MessageType } from './message-type.ts';
import { ReaderCode } from './reader-code.ts';

/** Reads a row from the bytes of a message between two places; a fresh array. @throws {SerdeError} */
export type MessageReader = (bytes: Buffer, start: number, end: number) => SqlValue[];

/** What is made of a message. */
interface ReaderColumns {
  readonly columns: readonly FormatColumn[];
  /** Null places after the columns. */
  readonly trailingNulls?: number;
  /** Names of columns that may be null, whatever the message holds. */
  readonly unread?: ReadonlySet<string>;
}

/**
 * Compiles the reader of messages of a type into columns, which are found by their names: the field's own, else in upper case.
 * A field without a column is passed over, a column without a field is null. What the writer's schema makes of a value and
 * what the column takes must agree as ksqlDB's translation of Connect's data has it; where they do not, every record is refused.
 */
export function messageReader(message: MessageType, reading: ReaderColumns): MessageReader {
  const code = new ReaderCode();
  const name = code.structFunction(message, {
    fields: reading.columns,
    path: '',
    trailingNulls: reading.trailingNulls ?? 0,
    unread: reading.unread ?? new Set<string>(),
  });
  return compileFunction<MessageReader>(code.functions.scope(), code.functions.codeReturning(name));
}
