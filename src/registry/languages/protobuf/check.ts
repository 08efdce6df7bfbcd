import { InvalidSchemaError } from '../invalid-schema.ts';
import {
  type ProtoEnum,
  type ProtoField,
  type ProtoFile,
  type ProtoMessage,
  type ProtoRpc,
  SCALARS,
  TAG_MAX,
} from './file.ts';
import { ReservedTags } from './reserved-tags.ts';
import { joined, type ProtoTypes } from './types.ts';

/** Kept for protobuf's own use. */
const KEPT_TAGS = { first: 19_000, last: 19_999 };
const MAP_KEYS = new Set([...SCALARS].filter((type) => !['double', 'float', 'bytes'].includes(type)));

/**
 * Checks what protoc refuses in a file that could be read: types that are not there, tags and names that come twice or may not
 * be used.
 * @throws {InvalidSchemaError}
 */
export function checkProto(file: ProtoFile, types: ProtoTypes): void {
  new ProtoCheck(file, types).run();
}

class ProtoCheck {
  readonly #file: ProtoFile;
  readonly #types: ProtoTypes;

  constructor(file: ProtoFile, types: ProtoTypes) {
    this.#file = file;
    this.#types = types;
  }

  run(): void {
    const { syntax, packageName = '', messages, enums, services } = this.#file;
    if (syntax !== undefined && syntax !== 'proto2' && syntax !== 'proto3')
      refuse(`unexpected syntax: ${syntax}`);
    this.#definitions(packageName, { messages, enums });
    for (const { rpcs } of services) for (const rpc of rpcs) this.#rpc(rpc, packageName);
  }

  #definitions(scope: string, { messages, enums }: Pick<ProtoFile, 'messages' | 'enums'>): void {
    distinct(
      [...messages, ...enums].map(({ name }) => name),
      (name) => `"${joined(scope, name)}" is already defined`,
    );
    for (const type of enums) this.#enum(joined(scope, type.name), type);
    for (const type of messages) this.#message(joined(scope, type.name), type);
  }

  #message(name: string, message: ProtoMessage): void {
    const fields = [...message.fields, ...message.oneofs.flatMap((oneof) => oneof.fields)];
    const groups = [...message.groups, ...message.oneofs.flatMap((oneof) => oneof.groups)];
    distinct(
      [...fields, ...groups].map((field) => field.name),
      (field) => `"${name}.${field}" is already defined`,
    );
    distinct(
      [...fields, ...groups].map(({ tag }) => tag),
      (tag) => `Field number ${tag} has already been used in "${name}"`,
    );
    const reserved = new ReservedTags(message.reserved);
    for (const field of fields) this.#field(name, field, reserved);
    this.#definitions(name, message);
  }

  #field(message: string, field: ProtoField, reserved: ReservedTags): void {
    const { tag, name, type, label } = field;
    if (tag < 1 || tag > TAG_MAX) refuse(`Field number ${tag} of "${message}.${name}" is out of range`);
    if (tag >= KEPT_TAGS.first && tag <= KEPT_TAGS.last) {
      refuse(
        `Field numbers ${KEPT_TAGS.first} through ${KEPT_TAGS.last} are reserved for the protocol buffer library`,
      );
    }
    if (reserved.hasName(name)) refuse(`Field "${message}.${name}" uses a reserved name`);
    if (reserved.hasTag(tag)) refuse(`Field "${message}.${name}" uses a reserved number ${tag}`);
    if (label === 'required' && this.#file.syntax === 'proto3')
      refuse('Required fields are not allowed in proto3');
    const map = this.#types.mapOf(type, message);
    if (map !== undefined && !MAP_KEYS.has(map.key)) refuse(`"${map.key}" cannot be the key of a map`);
    this.#isKnown(map?.value ?? type, message, `${message}.${name}`);
  }

  #rpc({ name, request, response }: ProtoRpc, scope: string): void {
    for (const type of [request, response]) this.#isKnown(type, scope, name);
  }

  #isKnown(type: string, scope: string, user: string): void {
    if (SCALARS.has(type) || this.#types.resolve(type, scope) !== undefined) return;
    refuse(`${user}: "${type}" is not defined`);
  }

  #enum(name: string, { constants, options }: ProtoEnum): void {
    const [first] = constants;
    if (first === undefined) refuse(`Enums must contain at least one value: ${name}`);
    if (this.#file.syntax === 'proto3' && first?.tag !== 0)
      refuse(`The first enum value must be zero in proto3: ${name}`);
    distinct(
      constants.map((constant) => constant.name),
      (constant) => `"${constant}" is already defined in ${name}`,
    );
    const allowsAliases = options.some(({ name: option }) => option === 'allow_alias');
    if (allowsAliases) return;
    distinct(
      constants.map(({ tag }) => tag),
      (tag) => `Enum value number ${tag} has already been used in ${name}`,
    );
  }
}

function distinct<T>(values: readonly T[], message: (value: T) => string): void {
  const seen = new Set<T>();
  for (const value of values) {
    if (seen.has(value)) refuse(message(value));
    seen.add(value);
  }
}

function refuse(message: string): never {
  throw new InvalidSchemaError(message);
}
