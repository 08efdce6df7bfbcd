import protobuf from 'protobufjs';
import { printDouble } from '../../serde/model/java-double.ts';
import { reflectProto } from '../../serde/protobuf/parse-proto.ts';
import { isObject, type Json } from './lossless-json.ts';

/** An answer in Protobuf as cases have it: each row is the text of its message, by the schema of the header. */
export function protobufTexts(messages: readonly Json[]): readonly Json[] {
  let type: protobuf.Type | undefined;
  return messages.map((message): Json => {
    if (!isObject(message)) return message;
    const { header, row } = message;
    if (isObject(header) && typeof header['protoSchema'] === 'string') {
      [type] = reflectProto(header['protoSchema'], []);
    }
    if (!isObject(row) || typeof row['protobufBytes'] !== 'string' || type === undefined) return message;
    return { row: messageText(type, type.decode(Buffer.from(row['protobufBytes'], 'base64')), '') };
  });
}

/** The text format of Protobuf, a field a line, as Java prints it. */
function messageText(type: protobuf.Type, message: object, indent: string): string {
  return type.fieldsArray
    .toSorted((a, b) => a.id - b.id)
    .filter(({ name }) => Object.hasOwn(message, name))
    .map((field) => {
      const value: unknown = Reflect.get(message, field.name);
      const values: readonly unknown[] = Array.isArray(value) ? value : [value];
      return values.map((each) => fieldText(field, each, indent)).join('');
    })
    .join('');
}

function fieldText({ name, type, resolvedType }: protobuf.Field, value: unknown, indent: string): string {
  if (resolvedType instanceof protobuf.Type) {
    return `${indent}${name} {\n${messageText(resolvedType, Object(value), `${indent}  `)}${indent}}\n`;
  }
  if (resolvedType !== null) return `${indent}${name}: ${resolvedType.valuesById[Number(value)] ?? ''}\n`;
  return `${indent}${name}: ${scalarText(type, value)}\n`;
}

function scalarText(type: string, value: unknown): string {
  if (value instanceof Uint8Array) return quoted(value);
  if (typeof value === 'string') return quoted(Buffer.from(value));
  return typeof value === 'number' && type === 'double' ? printDouble(value) : String(value);
}

const ESCAPES = new Map([
  [0x0a, String.raw`\n`],
  [0x0d, String.raw`\r`],
  [0x09, String.raw`\t`],
  [0x22, String.raw`\"`],
  [0x27, String.raw`\'`],
  [0x5c, String.raw`\\`],
]);

function quoted(bytes: Uint8Array): string {
  const letters = Array.from(bytes, (byte) => {
    const isPlain = byte >= 0x20 && byte < 0x7f;
    return (
      ESCAPES.get(byte) ?? (isPlain ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`)
    );
  });
  return `"${letters.join('')}"`;
}
