import {
  mapTypes,
  type ProtoEnum,
  type ProtoExtend,
  type ProtoField,
  type ProtoFile,
  type ProtoMessage,
  type ProtoOption,
  type ProtoService,
  type Ranges,
  SCALARS,
} from './file.ts';
import { joined, type ProtoTypes } from './types.ts';
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
import { WireWriter } from './descriptor-wire.ts';

/** Returns a file as a `FileDescriptorProto` in Base64: what the API's format `serialized` means. Options of users' own are left out. */
export function writeDescriptor(file: ProtoFile, types: ProtoTypes): string {
  return new DescriptorWriter(file, types).file().toString('base64');
}

class DescriptorWriter {
  readonly #file: ProtoFile;
  readonly #types: ProtoTypes;

  constructor(file: ProtoFile, types: ProtoTypes) {
    this.#file = file;
    this.#types = types;
  }

  file(): Buffer {
    const { packageName, imports, publicImports, options, messages, enums, services, syntax } = this.#file;
    const scope = packageName ?? '';
    // As in Confluent's registry, which knows no name of the file either.
    const writer = new WireWriter().text(FILE.name, 'default').text(FILE.package, packageName);
    for (const path of [...imports, ...publicImports]) writer.text(FILE.dependency, path);
    for (const message of messages)
      writer.message(FILE.messageType, this.#message(message, joined(scope, message.name)));
    for (const type of enums) writer.message(FILE.enumType, enumWriter(type));
    for (const service of services) writer.message(FILE.service, this.#service(service, scope));
    this.#extensions(writer, FILE.extension, { extended: this.#file.extends, scope });
    writer.message(FILE.options, optionsWriter(options, FILE_OPTIONS));
    for (const index of publicImports.keys()) writer.number(FILE.publicDependency, imports.length + index);
    return writer.text(FILE.syntax, syntax).end();
  }

  #message(message: ProtoMessage, scope: string): WireWriter {
    const writer = new WireWriter().text(MESSAGE.name, message.name);
    const isOptional = ({ label }: ProtoField): boolean =>
      this.#file.syntax === 'proto3' && label === 'optional';
    const optional = message.fields.filter(isOptional);
    const oneofOf = new Map(
      message.oneofs.flatMap(({ fields }, index) => fields.map(({ tag }) => [tag, index] as const)),
    );
    // Behind those that were written.
    for (const [index, { tag }] of optional.entries()) oneofOf.set(tag, message.oneofs.length + index);
    const fields = [...message.fields, ...message.oneofs.flatMap((oneof) => oneof.fields)];
    for (const field of fields) {
      const inner = this.#field(field, scope).number(FIELD.oneofIndex, oneofOf.get(field.tag));
      writer.message(MESSAGE.field, inner.flag(FIELD.proto3Optional, isOptional(field)));
    }
    for (const nested of message.messages)
      writer.message(MESSAGE.nestedType, this.#message(nested, joined(scope, nested.name)));
    for (const field of message.fields) {
      const map = mapTypes(field.type);
      if (map !== undefined) writer.message(MESSAGE.nestedType, this.#message(entryOf(field, map), scope));
    }
    for (const type of message.enums) writer.message(MESSAGE.enumType, enumWriter(type));
    for (const range of rangeWriters(message.extensions, 1)) writer.message(MESSAGE.extensionRange, range);
    this.#extensions(writer, MESSAGE.extension, { extended: message.extends, scope });
    writer.message(MESSAGE.options, optionsWriter(message.options, MESSAGE_OPTIONS));
    const names = [...message.oneofs.map(({ name }) => name), ...optional.map(({ name }) => `_${name}`)];
    for (const name of names) writer.message(MESSAGE.oneofDecl, new WireWriter().text(1, name));
    for (const range of rangeWriters(message.reserved, 1)) writer.message(MESSAGE.reservedRange, range);
    for (const name of reservedNames(message.reserved)) writer.text(MESSAGE.reservedName, name);
    return writer;
  }

  #extensions(
    writer: WireWriter,
    place: number,
    { extended, scope }: { readonly extended: readonly ProtoExtend[]; readonly scope: string },
  ): void {
    for (const { name, fields } of extended) {
      for (const field of fields) {
        writer.message(place, this.#field(field, scope).text(FIELD.extendee, this.#fullName(name, scope)));
      }
    }
  }

  #field(field: ProtoField, scope: string): WireWriter {
    const { name, tag, label, options } = field;
    const isMap = mapTypes(field.type) !== undefined;
    const type = isMap ? `.${scope}.${entryName(name)}` : field.type;
    const isScalar = SCALARS.has(type);
    const isEnum = !isScalar && this.#types.find(type, scope)?.type.kind === 'enum';
    const typeWord = isScalar ? TYPES.find((word) => word === type) : isEnum ? 'enum' : 'message';
    const [value, jsonName] = [textOption(options, 'default'), textOption(options, 'json_name')];
    return new WireWriter()
      .text(FIELD.name, name)
      .number(FIELD.number, tag)
      .number(FIELD.label, LABELS.indexOf(isMap ? 'repeated' : (label ?? 'optional')) + 1)
      .number(FIELD.type, TYPES.indexOf(typeWord ?? 'message') + 1)
      .text(FIELD.typeName, isScalar ? undefined : isMap ? type : this.#fullName(type, scope))
      .text(FIELD.defaultValue, value)
      .message(FIELD.options, optionsWriter(options, FIELD_OPTIONS))
      .text(FIELD.jsonName, jsonName ?? jsonNameOf(name));
  }

  #service({ name, rpcs }: ProtoService, scope: string): WireWriter {
    const writer = new WireWriter().text(SERVICE.name, name);
    for (const rpc of rpcs) {
      const method = new WireWriter()
        .text(METHOD.name, rpc.name)
        .text(METHOD.input, this.#fullName(rpc.request, scope))
        .text(METHOD.output, this.#fullName(rpc.response, scope))
        .message(METHOD.options, optionsWriter(rpc.options, RPC_OPTIONS))
        .flag(METHOD.clientStreaming, rpc.isRequestStreamed)
        .flag(METHOD.serverStreaming, rpc.isResponseStreamed);
      writer.message(SERVICE.method, method);
    }
    return writer;
  }

  #fullName(name: string, scope: string): string {
    const fullName = this.#types.resolve(name, scope);
    return fullName === undefined ? name : `.${fullName}`;
  }
}

/** The message that stands for the entries of a map. */
function entryOf(field: ProtoField, map: { readonly key: string; readonly value: string }): ProtoMessage {
  const part = (name: string, type: string, tag: number): ProtoField => ({
    label: undefined,
    ...{ type, name, tag },
    options: [],
  });
  return {
    kind: 'message',
    name: entryName(field.name),
    options: [{ name: 'map_entry', value: { kind: 'word', text: 'true' } }],
    fields: [part('key', map.key, 1), part('value', map.value, 2)],
    ...{ reserved: [], oneofs: [], groups: [], extensions: [], messages: [], enums: [], extends: [] },
  };
}

function entryName(field: string): string {
  const name = jsonNameOf(field);
  return `${name.slice(0, 1).toUpperCase()}${name.slice(1)}Entry`;
}

function enumWriter({ name, constants, options, reserved }: ProtoEnum): WireWriter {
  const writer = new WireWriter().text(ENUM.name, name);
  for (const constant of constants) {
    const value = new WireWriter()
      .text(ENUM_VALUE.name, constant.name)
      .number(ENUM_VALUE.number, constant.tag);
    writer.message(
      ENUM.value,
      value.message(ENUM_VALUE.options, optionsWriter(constant.options, ENUM_VALUE_OPTIONS)),
    );
  }
  writer.message(ENUM.options, optionsWriter(options, ENUM_OPTIONS));
  for (const range of rangeWriters(reserved, 0)) writer.message(ENUM.reservedRange, range);
  for (const reservedName of reservedNames(reserved)) writer.text(ENUM.reservedName, reservedName);
  return writer;
}

function rangeWriters(statements: readonly Ranges[], beyond: number): WireWriter[] {
  return statements.flat().flatMap((range) => {
    if (typeof range === 'string') return [];
    return [new WireWriter().number(RANGE.start, range.first).number(RANGE.end, range.last + beyond)];
  });
}

function reservedNames(statements: readonly Ranges[]): string[] {
  return statements.flat().filter((range) => typeof range === 'string');
}

function textOption(options: readonly ProtoOption[], name: string): string | undefined {
  const value = options.find((option) => option.name === name)?.value;
  return value?.kind === 'string' || value?.kind === 'word' ? value.text : undefined;
}

/** @returns undefined where there is none that is known. */
function optionsWriter(
  options: readonly ProtoOption[],
  known: readonly KnownOption[],
): WireWriter | undefined {
  const writer = new WireWriter();
  let isEmpty = true;
  for (const { field, name, kind } of known) {
    const text = textOption(options, name);
    if (text === undefined) continue;
    isEmpty = false;
    if (kind === 'string') writer.text(field, text);
    else writer.number(field, kind === 'bool' ? Number(text === 'true') : kind.indexOf(text));
  }
  return isEmpty ? undefined : writer;
}
