/** An Avro schema as JSON has it: a name, a union, or an object with a `type`. */
export type AvroSchema =
  | string
  | readonly AvroSchema[]
  | { readonly type: AvroSchema; readonly [attribute: string]: unknown };

/**
 * The values of an Avro schema, where it is a literal: `long` is a number (checked at 2^53), bytes and fixed are Buffers, enums the
 * texts of their symbols, maps objects, a union whatever of its types a value is. Logical types are what they are written as.
 *
 * @example
 * type Order = AvroValue<{ type: 'record'; name: 'Order'; fields: [{ name: 'id'; type: 'string' }] }>; // { id: string }
 */
export type AvroValue<S> = ValueOf<S, NamedIn<S>>;

/** The records, enums and fixed types that a schema defines: what its names may mean. */
type NamedIn<S> = AvroSchema extends S ? never : NamedInLiteral<S>;

type NamedInLiteral<S> = S extends readonly (infer Branch)[]
  ? NamedIn<Branch>
  : S extends { readonly type: 'record' | 'error'; readonly fields: readonly (infer Field)[] }
    ? S | NamedIn<Field extends { readonly type: infer T } ? T : never>
    : S extends { readonly type: 'enum' | 'fixed' }
      ? S
      : S extends { readonly type: 'array'; readonly items: infer Items }
        ? NamedIn<Items>
        : S extends { readonly type: 'map'; readonly values: infer Values }
          ? NamedIn<Values>
          : S extends { readonly type: infer T }
            ? NamedIn<T>
            : never;

interface Primitives {
  null: null;
  boolean: boolean;
  int: number;
  long: number;
  float: number;
  double: number;
  bytes: Buffer;
  string: string;
}

/** Of a schema that is no literal, nothing is known. */
type ValueOf<S, Named> = AvroSchema extends S ? unknown : LiteralValue<S, Named>;

type LiteralValue<S, Named> = S extends keyof Primitives
  ? Primitives[S]
  : S extends string
    ? NameValue<S, Named>
    : S extends readonly (infer Branch)[]
      ? ValueOf<Branch, Named>
      : S extends {
            readonly type: 'record' | 'error';
            readonly fields: infer Fields extends readonly unknown[];
          }
        ? RecordValue<Fields[number], Named>
        : S extends { readonly type: 'enum'; readonly symbols: readonly (infer Symbols)[] }
          ? Symbols
          : S extends { readonly type: 'fixed' }
            ? Buffer
            : S extends { readonly type: 'array'; readonly items: infer Items }
              ? readonly ValueOf<Items, Named>[]
              : S extends { readonly type: 'map'; readonly values: infer Values }
                ? Readonly<Record<string, ValueOf<Values, Named>>>
                : S extends { readonly type: infer T }
                  ? ValueOf<T, Named>
                  : unknown;

type RecordValue<Field, Named> = {
  readonly [F in Field as F extends { readonly name: infer Name extends string } ? Name : never]: F extends {
    readonly type: infer T;
  }
    ? ValueOf<T, Named>
    : never;
};

/** Nor is anything of a name that is defined elsewhere. */
type NameValue<Name extends string, Named> = string extends Name
  ? unknown
  : [Meant<Name, Named>] extends [never]
    ? unknown
    : ValueOf<Meant<Name, Named>, Named>;

type Meant<Name extends string, Named> = Named extends { readonly name: infer Defined extends string }
  ? LastPart<Name> extends LastPart<Defined>
    ? Named
    : never
  : never;

type LastPart<Name extends string> = Name extends `${string}.${infer Rest}` ? LastPart<Rest> : Name;
