/** Numbers of `google/protobuf/descriptor.proto` that reader and writer of descriptors share. */

export const FILE = {
  name: 1,
  package: 2,
  dependency: 3,
  messageType: 4,
  enumType: 5,
  service: 6,
  extension: 7,
  options: 8,
  publicDependency: 10,
  syntax: 12,
} as const;

export const MESSAGE = {
  name: 1,
  field: 2,
  nestedType: 3,
  enumType: 4,
  extensionRange: 5,
  extension: 6,
  options: 7,
  oneofDecl: 8,
  reservedRange: 9,
  reservedName: 10,
} as const;

export const FIELD = {
  name: 1,
  extendee: 2,
  number: 3,
  label: 4,
  type: 5,
  typeName: 6,
  defaultValue: 7,
  options: 8,
  oneofIndex: 9,
  jsonName: 10,
  proto3Optional: 17,
} as const;

export const ENUM = { name: 1, value: 2, options: 3, reservedRange: 4, reservedName: 5 } as const;
export const ENUM_VALUE = { name: 1, number: 2, options: 3 } as const;
export const SERVICE = { name: 1, method: 2, options: 3 } as const;
export const METHOD = {
  name: 1,
  input: 2,
  output: 3,
  options: 4,
  clientStreaming: 5,
  serverStreaming: 6,
} as const;
export const RANGE = { start: 1, end: 2 } as const;

/** `FieldDescriptorProto.Label`, from 1 on. */
export const LABELS = ['optional', 'required', 'repeated'] as const;

/** `FieldDescriptorProto.Type`, from 1 on. */
export const TYPES = [
  ...['double', 'float', 'int64', 'uint64', 'int32', 'fixed64', 'fixed32', 'bool', 'string'],
  ...['group', 'message', 'bytes', 'uint32', 'enum', 'sfixed32', 'sfixed64', 'sint32', 'sint64'],
] as const;

type OptionKind = 'string' | 'bool' | readonly string[];

/** Options that are kept, by number: what they are called, and how they are written. An enum's names are by its numbers. */
export interface KnownOption {
  readonly field: number;
  readonly name: string;
  readonly kind: OptionKind;
}

const known = (field: number, name: string, kind: OptionKind): KnownOption => ({ field, name, kind });

export const FILE_OPTIONS: readonly KnownOption[] = [
  known(1, 'java_package', 'string'),
  known(8, 'java_outer_classname', 'string'),
  known(10, 'java_multiple_files', 'bool'),
  known(27, 'java_string_check_utf8', 'bool'),
  known(9, 'optimize_for', ['', 'SPEED', 'CODE_SIZE', 'LITE_RUNTIME']),
  known(11, 'go_package', 'string'),
  known(16, 'cc_generic_services', 'bool'),
  known(17, 'java_generic_services', 'bool'),
  known(18, 'py_generic_services', 'bool'),
  known(23, 'deprecated', 'bool'),
  known(31, 'cc_enable_arenas', 'bool'),
  known(36, 'objc_class_prefix', 'string'),
  known(37, 'csharp_namespace', 'string'),
  known(39, 'swift_prefix', 'string'),
  known(40, 'php_class_prefix', 'string'),
  known(41, 'php_namespace', 'string'),
  known(44, 'php_metadata_namespace', 'string'),
  known(45, 'ruby_package', 'string'),
];

export const MESSAGE_OPTIONS: readonly KnownOption[] = [
  known(1, 'message_set_wire_format', 'bool'),
  known(2, 'no_standard_descriptor_accessor', 'bool'),
  known(3, 'deprecated', 'bool'),
  known(7, 'map_entry', 'bool'),
];

export const FIELD_OPTIONS: readonly KnownOption[] = [
  known(1, 'ctype', ['STRING', 'CORD', 'STRING_PIECE']),
  known(2, 'packed', 'bool'),
  known(6, 'jstype', ['JS_NORMAL', 'JS_STRING', 'JS_NUMBER']),
  known(5, 'lazy', 'bool'),
  known(3, 'deprecated', 'bool'),
];

export const ENUM_OPTIONS: readonly KnownOption[] = [
  known(2, 'allow_alias', 'bool'),
  known(3, 'deprecated', 'bool'),
];
export const ENUM_VALUE_OPTIONS: readonly KnownOption[] = [known(1, 'deprecated', 'bool')];
export const RPC_OPTIONS: readonly KnownOption[] = [known(33, 'deprecated', 'bool')];

/** The name of a field in JSON where nothing else is said: `first_name` is `firstName`. */
export function jsonNameOf(name: string): string {
  return name.replace(/_+(.?)/g, (_all, letter: string) => letter.toUpperCase());
}
