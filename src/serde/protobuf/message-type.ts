/** Scalars of the language, by the names that .proto files have for them. */
const SCALAR_KINDS = [
  'double',
  'float',
  'int32',
  'int64',
  'uint32',
  'uint64',
  'sint32',
  'sint64',
  'fixed32',
  'fixed64',
  'sfixed32',
  'sfixed64',
  'bool',
  'string',
  'bytes',
] as const;

export type ScalarKind = (typeof SCALAR_KINDS)[number];

/** The scalar of a name. @throws {RangeError} for the name of something else. */
export function scalarKind(name: string): ScalarKind {
  const kind = SCALAR_KINDS.find((each) => each === name);
  if (kind === undefined) throw new RangeError(`${name} is no scalar type`);
  return kind;
}

/** What a field holds; `group` is a message of proto2 between two tags, which no column can hold. */
type FieldKind = ScalarKind | 'enum' | 'message' | 'group';

/** A message as the wire and Connect see it. Messages may hold themselves: `fields` is filled after the message is made. */
export interface MessageType {
  /** Without the package and the messages around it. */
  readonly name: string;
  readonly fullName: string;
  /** In the order in which they are declared. */
  readonly fields: readonly MessageField[];
  /** Messages that are declared within it, in their order: what a path of indexes counts. */
  readonly nested: readonly MessageType[];
}

export interface MessageField {
  readonly name: string;
  /** From 1 to 2^29 - 1. */
  readonly number: number;
  readonly kind: FieldKind;
  readonly repeated: boolean;
  /** A repeated scalar in one piece, without a tag for each element. It is read either way. */
  readonly packed: boolean;
  /** Absence is not the default value: a message, a member of a oneof, `optional`. */
  readonly hasPresence: boolean;
  /** `required` of proto2: what is written has it, what is read without it has its default. */
  readonly isRequired?: boolean;
  /** Of kind message. */
  readonly message?: MessageType;
  /** Of kind enum. */
  readonly enumType?: EnumType;
  /** The `oneof` that it is a member of, with the place of that among those of the message. */
  readonly oneof?: { readonly name: string; readonly index: number };
  /** What `default = ` of proto2 says, as a value of the kind. */
  readonly defaultValue?: string | number | bigint | boolean;
  /** `params` of the option `confluent.field_meta`: precision and scale of a decimal. */
  readonly meta?: Readonly<Record<string, string>>;
}

export interface EnumType {
  readonly name: string;
  /** Numbers by name, in the order in which they are declared. */
  readonly values: readonly { readonly name: string; readonly number: number }[];
}

/** Wire types: how much of the bytes a field takes. */
const VARINT = 0;
const FIXED64 = 1;
const DELIMITED = 2;
const START_GROUP = 3;
const FIXED32 = 5;

/** The wire type of one value of a kind. */
function wireTypeOf(kind: FieldKind): number {
  switch (kind) {
    case 'double':
    case 'fixed64':
    case 'sfixed64':
      return FIXED64;
    case 'float':
    case 'fixed32':
    case 'sfixed32':
      return FIXED32;
    case 'string':
    case 'bytes':
    case 'message':
      return DELIMITED;
    case 'group':
      return START_GROUP;
    default:
      return VARINT;
  }
}

/** Whether repeated values of a kind can stand in one piece. */
export const isPackable = (kind: FieldKind): boolean =>
  wireTypeOf(kind) !== DELIMITED && wireTypeOf(kind) !== START_GROUP;

/** What stands before a value of a field: its number and wire type. */
export function tagOf({ number, kind, packed }: Pick<MessageField, 'number' | 'kind' | 'packed'>): number {
  return ((number << 3) | (packed && isPackable(kind) ? DELIMITED : wireTypeOf(kind))) >>> 0;
}
