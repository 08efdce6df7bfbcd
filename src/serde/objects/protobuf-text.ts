import { printDouble, printFloat } from '../model/java-double.ts';
import { SerdeError } from '../model/serde-error.ts';
import { isMapEntry } from '../protobuf/connect-field.ts';
import { readPath } from '../protobuf/message-path.ts';
import type { MessageField, MessageType } from '../protobuf/message-type.ts';
import { messageAt, parseProto } from '../protobuf/parse-proto.ts';
import { cursor } from '../protobuf/wire.ts';
import type { RegisteredSchema } from '../schemas/registered-schema.ts';
import { type MessageObjectReader, messageObjectReader } from './protobuf-reader.ts';

/**
 * Makes the text of records of a .proto file, in Protobuf's text format on one line: `NAME: "a" AMOUNT: 2`. What is not set is left out.
 * @throws {SerdeError}
 */
export function protobufText(schema: RegisteredSchema): (bytes: Buffer) => string {
  const file = parseProto(schema.schema, schema.dependencies);
  const readers = new Map<MessageType, MessageObjectReader>();
  return (bytes) => {
    const path = readPath(bytes);
    const start = cursor.at;
    const message = messageAt(file, path);
    if (message === undefined) throw new SerdeError(`schema ${schema.id} has no message at ${path.join()}`);
    let read = readers.get(message);
    if (read === undefined) readers.set(message, (read = messageObjectReader(message, { wide: true })));
    return fieldsOf(message, read(bytes, start, bytes.length)).join(' ');
  };
}

function fieldsOf(message: MessageType, value: unknown): readonly string[] {
  const values = entriesOf(value);
  return message.fields
    .toSorted((a, b) => a.number - b.number)
    .flatMap((field) => fieldTexts(field, values.get(field.name)));
}

function fieldTexts(field: MessageField, value: unknown): readonly string[] {
  const { name, message } = field;
  if (value === undefined) return [];
  if (field.repeated && message !== undefined && isMapEntry(message)) {
    return [...entriesOf(value)].map(([key, each]) => `${name} { ${entryText(message, key, each)} }`);
  }
  if (Array.isArray(value)) {
    const list: readonly unknown[] = value;
    return list.map((item) => fieldText(field, item));
  }
  return field.hasPresence || !isDefault(field, value) ? [fieldText(field, value)] : [];
}

function fieldText(field: MessageField, value: unknown): string {
  if (field.message === undefined) return `${field.name}: ${scalarText(field, value)}`;
  const inner = fieldsOf(field.message, value);
  return inner.length === 0 ? `${field.name} { }` : `${field.name} { ${inner.join(' ')} }`;
}

function entryText({ fields }: MessageType, key: string, value: unknown): string {
  const [keyField, valueField] = fields;
  if (keyField === undefined || valueField === undefined) return '';
  const keyText = keyField.kind === 'string' ? quoted(Buffer.from(key)) : key;
  return `key: ${keyText} ${fieldText(valueField, value)}`;
}

function isDefault({ kind, enumType }: MessageField, value: unknown): boolean {
  if (kind === 'enum') return enumType?.values.find(({ number }) => number === 0)?.name === value;
  if (Buffer.isBuffer(value)) return value.length === 0;
  return value === '' || value === false || Object.is(value, 0);
}

function scalarText({ kind }: MessageField, value: unknown): string {
  if (typeof value === 'number' && kind === 'float') return floatText(printFloat(value));
  if (typeof value === 'number' && kind === 'double') return floatText(printDouble(value));
  if (Buffer.isBuffer(value)) return quoted(value);
  return kind === 'string' ? quoted(Buffer.from(String(value))) : String(value);
}

const FLOATS: Readonly<Record<string, string>> = { NaN: 'nan', Infinity: 'inf', '-Infinity': '-inf' };
const floatText = (text: string): string => FLOATS[text] ?? text;

const ESCAPES: Readonly<Record<number, string>> = {
  7: '\\a',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
  34: '\\"',
  39: "\\'",
  92: '\\\\',
};

/** Bytes between quotes: what is not ASCII, or does not print, in octal. */
function quoted(bytes: Buffer): string {
  let text = '';
  for (const byte of bytes) {
    const isPlain = byte >= 0x20 && byte < 0x7f;
    text += ESCAPES[byte] ?? (isPlain ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`);
  }
  return `"${text}"`;
}

const entriesOf = (value: unknown): ReadonlyMap<string, unknown> =>
  new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);
