import type protobuf from 'protobufjs';
import { protobufjs } from './protobufjs.ts';
import type { EnumType, MessageField, MessageType } from './message-type.ts';
import { isPackable, scalarKind } from './message-type.ts';

/** Messages as the codecs want them, of those that protobufjs has parsed and resolved. */
export class MessageTypes {
  readonly #known = new Map<protobuf.Type, MessageType>();

  messageOf(type: protobuf.Type): MessageType {
    const known = this.#known.get(type);
    if (known !== undefined) return known;
    const fields: MessageField[] = [];
    const nested: MessageType[] = [];
    const message: MessageType = { name: type.name, fullName: fullNameOf(type), fields, nested };
    // Before its fields: it may hold itself.
    this.#known.set(type, message);
    for (const each of type.nestedArray) {
      if (each instanceof protobufjs().Type && !isGroup(each)) nested.push(this.messageOf(each));
    }
    for (const field of type.fieldsArray) fields.push(this.#field(field, type));
    return message;
  }

  #field(field: protobuf.Field, parent: protobuf.Type): MessageField {
    const { name, id: number, resolvedType } = field;
    const plain = { name, number, repeated: field.repeated || field.map };
    if (field instanceof protobufjs().MapField) {
      return {
        ...plain,
        kind: 'message',
        packed: false,
        hasPresence: true,
        message: this.#entry(field, parent),
      };
    }
    const value = this.#value(field.type, resolvedType);
    const isMessage = value.kind === 'message' || value.kind === 'group';
    const union = unionOf(field, parent);
    const { [DEFAULT]: defaultValue } = field.options ?? {};
    const meta = metaOf(field);
    return {
      ...plain,
      ...value,
      packed: plain.repeated && field.packed && isPackable(value.kind),
      hasPresence: !plain.repeated && (isMessage || field.hasPresence),
      ...(field.required && { isRequired: true }),
      ...(union !== undefined && { oneof: union }),
      ...(isPlain(defaultValue) && { defaultValue }),
      ...(meta !== undefined && { meta }),
    };
  }

  #value(
    type: string,
    resolved: protobuf.Type | protobuf.Enum | null,
  ): Pick<MessageField, 'kind' | 'message' | 'enumType'> {
    if (resolved instanceof protobufjs().Enum) return { kind: 'enum', enumType: enumOf(resolved) };
    if (resolved === null) return { kind: scalarKind(type) };
    return { kind: isGroup(resolved) ? 'group' : 'message', message: this.messageOf(resolved) };
  }

  /** The message that a `map<…>` stands for. */
  #entry(field: protobuf.MapField, parent: protobuf.Type): MessageType {
    const name = `${field.name.replace(/(?:^|_)([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase())}Entry`;
    const plain = { repeated: false, packed: false };
    const value = this.#value(field.type, field.resolvedType);
    return {
      name,
      fullName: `${fullNameOf(parent)}.${name}`,
      nested: [],
      fields: [
        { ...plain, name: 'key', number: 1, hasPresence: false, kind: scalarKind(field.keyType) },
        { ...plain, name: 'value', number: 2, hasPresence: value.kind === 'message', ...value },
      ],
    };
  }
}

const DEFAULT = 'default';

const fullNameOf = (type: protobuf.Type): string => type.fullName.replace(/^\./, '');

const isGroup = (type: protobuf.Type): boolean => Reflect.get(type, 'group') === true;

function enumOf(type: protobuf.Enum): EnumType {
  return {
    name: type.name,
    values: Object.entries(type.values).map(([name, number]) => ({ name, number })),
  };
}

/** The `oneof` of a field, counted among those that were written as one. */
function unionOf(field: protobuf.Field, parent: protobuf.Type): MessageField['oneof'] {
  const unions = parent.oneofsArray.filter((each) => !each.isProto3Optional);
  const index = unions.findIndex((each) => each === field.partOf);
  const union = unions[index];
  return union === undefined ? undefined : { name: union.name, index };
}

const isPlain = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

/** `params` of the option `confluent.field_meta`, written as one value or as a list of them. */
function metaOf(field: protobuf.Field): Readonly<Record<string, string>> | undefined {
  const options: readonly unknown[] = field.parsedOptions ?? [];
  const found: Record<string, string> = {};
  for (const option of options) {
    const params = property(property(option, '(confluent.field_meta)'), 'params');
    for (const each of Array.isArray(params) ? params : [params]) {
      const [key, value] = [property(each, 'key'), property(each, 'value')];
      if (typeof key === 'string' && typeof value === 'string') found[key] = value;
    }
  }
  return Object.keys(found).length === 0 ? undefined : found;
}

const property = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
