import { SerdeError } from '../model/serde-error.ts';
import { messagePrefix, readPath } from '../protobuf/message-path.ts';
import type { MessageType } from '../protobuf/message-type.ts';
import { messageAt, messageOf, parseProto, pathOf, type ProtoFile } from '../protobuf/parse-proto.ts';
import { cursor } from '../protobuf/wire.ts';
import type { RegisteredSchema } from '../schemas/registered-schema.ts';
import type { ObjectCodec, ObjectReader, ObjectWriter } from './object-codec.ts';
import { messageObjectReader } from './protobuf-reader.ts';
import { messageObjectWriter } from './protobuf-writer.ts';

/**
 * Values of a message of a .proto file.
 * @param message its full name; the first one of the file by default.
 * @throws {SerdeError} where it is no such file, or has no such message.
 */
export function protobufCodec(schema: string, message?: string): ObjectCodec {
  const own = chosen(parseProto(schema, []), message);
  const read = messageObjectReader(own);
  return {
    text: { type: 'PROTOBUF', schema, references: [] },
    recordName: own.fullName,
    reader: (written) => readerOf(written, { own, read }),
    writer: (written) => writerOf(written, own),
  };
}

function chosen(file: ProtoFile, name: string | undefined): MessageType {
  const message = messageOf(file, name);
  if (message !== undefined) return message;
  throw new SerdeError(
    name === undefined ? 'the schema declares no message' : `the schema has no message with name: ${name}`,
  );
}

/** Fields are found by their numbers; that a record holds another message altogether its path tells. */
function readerOf(
  written: RegisteredSchema,
  { own, read }: { readonly own: MessageType; readonly read: ReturnType<typeof messageObjectReader> },
): ObjectReader {
  const file = parseProto(written.schema, written.dependencies);
  const checked = new Set<string>();
  const check = (path: readonly number[]): void => {
    const found = messageAt(file, path);
    if (found?.name !== own.name) {
      throw new SerdeError(
        `the record holds ${found?.fullName ?? `a message at ${path.join()}, which its schema does not have`}, and not ${own.fullName}`,
      );
    }
    checked.add(path.join());
  };
  return (bytes) => {
    const path = readPath(bytes);
    if (!checked.has(path.length === 1 ? String(path[0]) : path.join())) check(path);
    return read(bytes, cursor.at, bytes.length);
  };
}

function writerOf(written: RegisteredSchema, own: MessageType): ObjectWriter {
  const file = parseProto(written.schema, written.dependencies);
  const message = chosen(file, own.fullName);
  return messageObjectWriter(message, messagePrefix(written.id, pathOf(file, message)));
}
