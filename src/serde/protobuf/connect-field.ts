import { CONNECT_PRECISION_DEFAULT } from '../schemas/connect.ts';
import type { MessageField, MessageType } from './message-type.ts';
import { DATE, DECIMAL, TIME_OF_DAY, TIMESTAMP, wrappedKinds } from './well-known.ts';

/** What Connect makes of a message (`ProtobufData.toConnectSchema`), before it is SQL's. */
export type ConnectType =
  | { readonly kind: 'int32' | 'int64' | 'float32' | 'float64' | 'boolean' | 'string' | 'bytes' }
  | { readonly kind: 'date' | 'time' | 'timestamp' }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'array'; readonly element: ConnectType }
  | { readonly kind: 'map'; readonly key: MessageField; readonly value: MessageField }
  | { readonly kind: 'struct'; readonly message: MessageType };

/** A field of a struct: one of the message, or a `oneof`, which is a struct of its members under the name `name_index`. */
type ConnectField =
  | { readonly name: string; readonly field: MessageField }
  | { readonly name: string; readonly members: readonly MessageField[] };

/** The fields of a message as Connect has them: those of a `oneof` first. */
export function connectFields(message: MessageType): readonly ConnectField[] {
  const unions = new Map<string, MessageField[]>();
  const plain: ConnectField[] = [];
  for (const field of message.fields) {
    if (field.oneof === undefined) {
      plain.push({ name: field.name, field });
      continue;
    }
    const name = `${field.oneof.name}_${field.oneof.index}`;
    const members = unions.get(name) ?? [];
    members.push(field);
    unions.set(name, members);
  }
  return [...[...unions].map(([name, members]) => ({ name, members })), ...plain];
}

/** A repeated message that is a map: by its name and its fields, whether it was declared as one or not. */
export function isMapEntry(message: MessageType): boolean {
  const [key, value] = message.fields;
  return (
    message.name.endsWith('Entry') &&
    message.fields.length === 2 &&
    key?.name === 'key' &&
    value?.name === 'value' &&
    !key.repeated &&
    !value.repeated
  );
}

/** An entry of a map whose values are repeated: Connect does not take it for one, but it is what such a MAP is written as. */
export function isMapOfLists({ name, fields: [key, value, ...others] }: MessageType): boolean {
  return name.endsWith('Entry') && key?.name === 'key' && value?.name === 'value' && others.length === 0;
}

/** The type of one value of a field. */
export function valueType(field: MessageField): ConnectType | undefined {
  switch (field.kind) {
    case 'int32':
    case 'sint32':
    case 'sfixed32':
      return { kind: 'int32' };
    case 'uint32':
    case 'fixed32':
    case 'int64':
    case 'uint64':
    case 'sint64':
    case 'fixed64':
    case 'sfixed64':
      return { kind: 'int64' };
    case 'float':
      return { kind: 'float32' };
    case 'double':
      return { kind: 'float64' };
    case 'bool':
      return { kind: 'boolean' };
    case 'string':
    case 'enum':
      return { kind: 'string' };
    case 'bytes':
      return { kind: 'bytes' };
    case 'message':
      return field.message === undefined ? undefined : messageValueType(field, field.message);
    case 'group':
      return undefined;
  }
}

function messageValueType(field: MessageField, message: MessageType): ConnectType | undefined {
  switch (message.fullName) {
    case DECIMAL: {
      const [precision, scale] = [field.meta?.['precision'], field.meta?.['scale']].map(wholeNumber);
      return { kind: 'decimal', precision: precision ?? CONNECT_PRECISION_DEFAULT, scale: scale ?? 0 };
    }
    case DATE:
      return { kind: 'date' };
    case TIME_OF_DAY:
      return { kind: 'time' };
    case TIMESTAMP:
      return { kind: 'timestamp' };
    default: {
      const [value] = message.fields;
      if (wrappedKinds.has(message.fullName) && value !== undefined) {
        return valueType(value);
      }
      return { kind: 'struct', message };
    }
  }
}

const wholeNumber = (text: string | undefined): number | undefined =>
  text !== undefined && /^[0-9]{1,9}$/.test(text) ? Number(text) : undefined;

/** The type as Connect's errors name it: the one below a logical type. */
export function connectTypeName({ kind }: { readonly kind: ConnectType['kind'] }): string {
  switch (kind) {
    case 'date':
    case 'time':
      return 'int32';
    case 'timestamp':
      return 'int64';
    case 'decimal':
      return 'bytes';
    default:
      return kind;
  }
}
