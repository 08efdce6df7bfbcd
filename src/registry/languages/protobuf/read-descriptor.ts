import { InvalidSchemaError } from '../invalid-schema.ts';
import type {
  OptionValue,
  ProtoConstant,
  ProtoEnum,
  ProtoExtend,
  ProtoField,
  ProtoFile,
  ProtoMessage,
  ProtoOneof,
  ProtoOption,
  ProtoService,
  Ranges,
} from './file.ts';
import {
  ENUM,
  ENUM_OPTIONS,
  ENUM_VALUE,
  ENUM_VALUE_OPTIONS,
  FIELD,
  FIELD_OPTIONS,
  FILE,
  FILE_OPTIONS,
  jsonNameOf,
  type KnownOption,
  LABELS,
  MESSAGE,
  MESSAGE_OPTIONS,
  METHOD,
  RANGE,
  RPC_OPTIONS,
  SERVICE,
  TYPES,
} from './descriptor-fields.ts';
import { WireMessage } from './descriptor-wire.ts';
import { PROTO_DEPTH_MAX } from './tokens.ts';

/**
 * Reads a `FileDescriptorProto`, which clients send in Base64 that have no text of their schema.
 * @returns undefined for a text that is no Base64 of one.
 * @throws {InvalidSchemaError}
 */
export function readDescriptor(text: string): ProtoFile | undefined {
  const trimmed = text.trim();
  if (!/^[A-Za-z0-9+/\s]+={0,2}$/.test(trimmed) || trimmed.length % 4 !== 0) return undefined;
  const file = new WireMessage(Buffer.from(trimmed, 'base64'));
  const isProto3 = file.text(FILE.syntax) === 'proto3';
  const reader = new DescriptorReader(isProto3);
  const [imports, publicIndexes] = [
    file.texts(FILE.dependency),
    new Set(file.numbers(FILE.publicDependency)),
  ];
  return {
    syntax: file.text(FILE.syntax),
    edition: undefined,
    packageName: file.text(FILE.package),
    imports: imports.filter((_, index) => !publicIndexes.has(index)),
    publicImports: imports.filter((_, index) => publicIndexes.has(index)),
    options: readOptions(file.message(FILE.options), FILE_OPTIONS),
    messages: file.messages(FILE.messageType).map((message) => reader.message(message)),
    enums: file.messages(FILE.enumType).map(readEnum),
    extends: reader.extensions(file.messages(FILE.extension)),
    services: file.messages(FILE.service).map(readService),
  };
}

class DescriptorReader {
  readonly #isProto3: boolean;

  constructor(isProto3: boolean) {
    this.#isProto3 = isProto3;
  }

  message(message: WireMessage, depth = 1): ProtoMessage {
    if (depth > PROTO_DEPTH_MAX) {
      throw new InvalidSchemaError(`nested deeper than ${PROTO_DEPTH_MAX} levels`);
    }
    const fields = message.messages(MESSAGE.field);
    // Each `optional` field of proto3 is in a oneof of its own that nobody wrote.
    const memberOf = (field: WireMessage): number | undefined =>
      field.flag(FIELD.proto3Optional) ? undefined : field.number(FIELD.oneofIndex);
    const membersOf = groupedBy(fields, memberOf);
    const oneofs = message.messages(MESSAGE.oneofDecl).map((oneof, index): ProtoOneof => {
      const members = membersOf.get(index) ?? [];
      const inner = members.map((field) => ({ ...this.#field(field), label: undefined }));
      return { name: oneof.text(1) ?? '', options: [], fields: inner, groups: [] };
    });
    return {
      kind: 'message',
      name: message.text(MESSAGE.name) ?? '',
      reserved: statements(
        readRanges(message.messages(MESSAGE.reservedRange), 1),
        message.texts(MESSAGE.reservedName),
      ),
      options: readOptions(message.message(MESSAGE.options), MESSAGE_OPTIONS),
      fields: fields.filter((field) => memberOf(field) === undefined).map((field) => this.#field(field)),
      oneofs: oneofs.filter((oneof) => oneof.fields.length > 0),
      groups: [],
      extensions: statements(readRanges(message.messages(MESSAGE.extensionRange), 1), []),
      messages: message.messages(MESSAGE.nestedType).map((nested) => this.message(nested, depth + 1)),
      enums: message.messages(MESSAGE.enumType).map(readEnum),
      extends: this.extensions(message.messages(MESSAGE.extension)),
    };
  }

  extensions(fields: readonly WireMessage[]): ProtoExtend[] {
    const extended = groupedBy(fields, (field) => field.text(FIELD.extendee) ?? '');
    return [...extended].map(([name, own]) => ({ name, fields: own.map((field) => this.#field(field)) }));
  }

  #field(field: WireMessage): ProtoField {
    const name = field.text(FIELD.name) ?? '';
    const type = TYPES[(field.number(FIELD.type) ?? 0) - 1] ?? 'message';
    const label = LABELS[(field.number(FIELD.label) ?? 1) - 1];
    const isPlain = this.#isProto3 && label === 'optional' && !field.flag(FIELD.proto3Optional);
    const value = field.text(FIELD.defaultValue);
    const jsonName = field.text(FIELD.jsonName);
    const options = readOptions(field.message(FIELD.options), FIELD_OPTIONS);
    if (value !== undefined) {
      const isText = type === 'string' || type === 'bytes';
      options.push({ name: 'default', value: { kind: isText ? 'string' : 'word', text: value } });
    }
    if (jsonName !== undefined && jsonName !== jsonNameOf(name)) {
      options.push({ name: 'json_name', value: { kind: 'string', text: jsonName } });
    }
    return {
      label: isPlain ? undefined : label,
      type: field.text(FIELD.typeName) ?? type,
      name,
      tag: field.number(FIELD.number) ?? 0,
      options,
    };
  }
}

function groupedBy<K>(fields: readonly WireMessage[], key: (field: WireMessage) => K): Map<K, WireMessage[]> {
  const groups = new Map<K, WireMessage[]>();
  for (const field of fields) {
    const group = groups.get(key(field));
    if (group === undefined) groups.set(key(field), [field]);
    else group.push(field);
  }
  return groups;
}

function readEnum(message: WireMessage): ProtoEnum {
  return {
    kind: 'enum',
    name: message.text(ENUM.name) ?? '',
    options: readOptions(message.message(ENUM.options), ENUM_OPTIONS),
    constants: message.messages(ENUM.value).map(
      (value): ProtoConstant => ({
        name: value.text(ENUM_VALUE.name) ?? '',
        tag: value.number(ENUM_VALUE.number) ?? 0,
        options: readOptions(value.message(ENUM_VALUE.options), ENUM_VALUE_OPTIONS),
      }),
    ),
    reserved: statements(
      readRanges(message.messages(ENUM.reservedRange), 0),
      message.texts(ENUM.reservedName),
    ),
  };
}

function readService(message: WireMessage): ProtoService {
  return {
    name: message.text(SERVICE.name) ?? '',
    options: [],
    rpcs: message.messages(SERVICE.method).map((method) => ({
      name: method.text(METHOD.name) ?? '',
      request: method.text(METHOD.input) ?? '',
      isRequestStreamed: method.flag(METHOD.clientStreaming),
      response: method.text(METHOD.output) ?? '',
      isResponseStreamed: method.flag(METHOD.serverStreaming),
      options: readOptions(method.message(METHOD.options), RPC_OPTIONS),
    })),
  };
}

/** @param beyond how far behind the last number the end of a range is. */
function readRanges(ranges: readonly WireMessage[], beyond: number): Ranges {
  return ranges.map((range) => ({
    first: range.number(RANGE.start) ?? 0,
    last: (range.number(RANGE.end) ?? 0) - beyond,
  }));
}

function statements(...lists: readonly Ranges[]): readonly Ranges[] {
  return lists.filter((list) => list.length > 0);
}

function readOptions(message: WireMessage | undefined, known: readonly KnownOption[]): ProtoOption[] {
  if (message === undefined) return [];
  return known.flatMap(({ field, name, kind }) => {
    const value = readOption(message, field, kind);
    return value === undefined ? [] : [{ name, value }];
  });
}

function readOption(message: WireMessage, field: number, kind: KnownOption['kind']): OptionValue | undefined {
  if (kind === 'string') {
    const text = message.text(field);
    return text === undefined ? undefined : { kind: 'string', text };
  }
  const number = message.number(field);
  if (number === undefined) return undefined;
  const word = kind === 'bool' ? String(number === 1) : kind[number];
  return word === undefined ? undefined : { kind: 'word', text: word };
}
