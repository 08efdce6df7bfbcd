import type { FormatSpec } from '../contract/format.ts';
import type { RowReader, RowWriter } from '../contract/registered-serde.ts';
import { SerdeError } from '../model/serde-error.ts';
import { ENVELOPE_BYTES } from '../schemas/envelope.ts';
import type { RegisteredSchema } from '../schemas/registered-schema.ts';
import { messagePrefix, readPath } from './message-path.ts';
import { messageAt, messageOf, parseProto, pathOf, type ProtoFile } from './parse-proto.ts';
import { type MessageReader, messageReader } from './reader.ts';
import { messageWriter } from './writer.ts';
import { cursor } from './wire.ts';

/** Names that a schema without one has: they are no choice of a message. */
const DEFAULT_NAME = 'ConnectDefault';

/** The message of a schema that a format's properties choose, by default its first one. @throws {SerdeError} where there is none. */
export function chosenMessage(
  file: ProtoFile,
  { fullSchemaName }: FormatSpec['properties'],
): NonNullable<ReturnType<typeof messageOf>> {
  const name = fullNameOf(fullSchemaName);
  const message = messageOf(file, name);
  if (message !== undefined) return message;
  throw new SerdeError(
    name === undefined ? 'the schema declares no message' : `the schema has no message with name: ${name}`,
  );
}

/** The name that is asked for, where one is. */
export function fullNameOf(fullSchemaName: string | undefined): string | undefined {
  const name = fullSchemaName?.trim();
  return name === undefined || name === '' || name.startsWith(DEFAULT_NAME) ? undefined : name;
}

/** Reads records that were written with a schema, whichever of its messages each of them is. */
export function recordReader(schema: RegisteredSchema, spec: FormatSpec): RowReader {
  const file = parseProto(schema.schema, schema.dependencies);
  const readers = new Map<string, MessageReader>();
  const readerOf = (path: readonly number[]): MessageReader => {
    const key = path.join();
    const known = readers.get(key);
    if (known !== undefined) return known;
    const message = messageAt(file, path);
    if (message === undefined) {
      throw new SerdeError(`the schema with id ${schema.id} has no message at ${key}`);
    }
    const reader = messageReader(message, spec);
    readers.set(key, reader);
    return reader;
  };
  let first: MessageReader | undefined;
  return (bytes) => {
    if (bytes[ENVELOPE_BYTES] === 0) {
      first ??= readerOf([0]);
      return first(bytes, ENVELOPE_BYTES + 1, bytes.length);
    }
    const read = readerOf(readPath(bytes));
    return read(bytes, cursor.at, bytes.length);
  };
}

/** Writes rows as the message of a schema that the properties choose. @throws {SerdeError} where the columns do not go into it. */
export function recordWriter(schema: RegisteredSchema, spec: FormatSpec): RowWriter {
  const file = parseProto(schema.schema, schema.dependencies);
  const message = chosenMessage(file, spec.properties);
  const prefix = messagePrefix(schema.id, pathOf(file, message));
  return messageWriter(message, spec.columns, prefix);
}
