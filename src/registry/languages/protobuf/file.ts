/** A .proto file as a tree, without its comments. Protocol Buffers Language Specification (proto2, proto3, editions). */

export type ProtoLabel = 'optional' | 'required' | 'repeated';

export type OptionValue =
  | { readonly kind: 'string'; readonly text: string }
  /** A number, a boolean, or the name of an enum's value, as it is written. */
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'message'; readonly entries: readonly (readonly [string, OptionValue])[] }
  | { readonly kind: 'list'; readonly items: readonly OptionValue[] };

export interface ProtoOption {
  /** As it is written, such as `deprecated` and `(my.option).part`. */
  readonly name: string;
  readonly value: OptionValue;
}

export interface ProtoField {
  readonly label: ProtoLabel | undefined;
  /** As it is written: a scalar, a name, or `map<K, V>`. */
  readonly type: string;
  readonly name: string;
  readonly tag: number;
  readonly options: readonly ProtoOption[];
}

export interface ProtoGroup {
  readonly label: ProtoLabel | undefined;
  readonly name: string;
  readonly tag: number;
  readonly fields: readonly ProtoField[];
}

export interface ProtoOneof {
  readonly name: string;
  readonly options: readonly ProtoOption[];
  readonly fields: readonly ProtoField[];
  readonly groups: readonly ProtoGroup[];
}

/** Tags from the first to the last one, both of it. */
export interface TagRange {
  readonly first: number;
  readonly last: number;
}

/** What one `reserved` or `extensions` statement names. */
export type Ranges = readonly (TagRange | string)[];

export interface ProtoMessage {
  readonly kind: 'message';
  readonly name: string;
  readonly reserved: readonly Ranges[];
  readonly options: readonly ProtoOption[];
  readonly fields: readonly ProtoField[];
  readonly oneofs: readonly ProtoOneof[];
  readonly groups: readonly ProtoGroup[];
  readonly extensions: readonly Ranges[];
  /** In the order of the file, which serialized records count messages by. */
  readonly messages: readonly ProtoMessage[];
  readonly enums: readonly ProtoEnum[];
  readonly extends: readonly ProtoExtend[];
}

export interface ProtoConstant {
  readonly name: string;
  readonly tag: number;
  readonly options: readonly ProtoOption[];
}

export interface ProtoEnum {
  readonly kind: 'enum';
  readonly name: string;
  readonly options: readonly ProtoOption[];
  readonly constants: readonly ProtoConstant[];
  readonly reserved: readonly Ranges[];
}

export interface ProtoExtend {
  readonly name: string;
  readonly fields: readonly ProtoField[];
}

export interface ProtoRpc {
  readonly name: string;
  readonly request: string;
  readonly isRequestStreamed: boolean;
  readonly response: string;
  readonly isResponseStreamed: boolean;
  readonly options: readonly ProtoOption[];
}

export interface ProtoService {
  readonly name: string;
  readonly options: readonly ProtoOption[];
  readonly rpcs: readonly ProtoRpc[];
}

export interface ProtoFile {
  /** `proto2` or `proto3`; undefined where it is not said, which means proto2. */
  readonly syntax: string | undefined;
  readonly edition: string | undefined;
  readonly packageName: string | undefined;
  readonly imports: readonly string[];
  readonly publicImports: readonly string[];
  readonly options: readonly ProtoOption[];
  readonly messages: readonly ProtoMessage[];
  readonly enums: readonly ProtoEnum[];
  readonly extends: readonly ProtoExtend[];
  readonly services: readonly ProtoService[];
}

/** The greatest tag of a field: 2^29 - 1. */
export const TAG_MAX = 536_870_911;

export const SCALARS: ReadonlySet<string> = new Set([
  ...['double', 'float', 'int32', 'int64', 'uint32', 'uint64', 'sint32', 'sint64'],
  ...['fixed32', 'fixed64', 'sfixed32', 'sfixed64', 'bool', 'string', 'bytes'],
]);

export interface MapTypes {
  readonly key: string;
  readonly value: string;
}

/** The key's and the value's type of `map<K, V>`; undefined for another type. */
export function mapTypes(type: string): MapTypes | undefined {
  const [, key, value] = /^map<([^,]+), ([^>]+)>$/.exec(type) ?? [];
  return key === undefined || value === undefined ? undefined : { key, value };
}
