/** A JSON Schema as a literal has it. */
export type JsonSchema = boolean | { readonly [keyword: string]: unknown };

/**
 * The values of a JSON Schema, where it is a literal, as far as `type`, `properties`, `required`, `additionalProperties`, `items`, `enum`,
 * `const`, `oneOf` and `anyOf` tell; what others tell, or references mean, is `unknown`.
 *
 * @example
 * type Order = JsonSchemaValue<{ type: 'object'; properties: { id: { type: 'string' } }; required: ['id'] }>; // { id: string }
 */
export type JsonSchemaValue<S> = S extends { readonly const: infer Value }
  ? Value
  : S extends { readonly enum: readonly (infer Value)[] }
    ? Value
    : S extends { readonly oneOf: readonly (infer Choice)[] } | { readonly anyOf: readonly (infer Choice)[] }
      ? JsonSchemaValue<Choice>
      : S extends { readonly type: readonly (infer Kind)[] }
        ? OfKind<Kind, S>
        : S extends { readonly type: infer Kind }
          ? OfKind<Kind, S>
          : S extends { readonly properties: object }
            ? ObjectValue<S>
            : unknown;

type OfKind<Kind, S> = Kind extends 'string'
  ? string
  : Kind extends 'number' | 'integer'
    ? number
    : Kind extends 'boolean'
      ? boolean
      : Kind extends 'null'
        ? null
        : Kind extends 'array'
          ? readonly (S extends { readonly items: infer Items } ? JsonSchemaValue<Items> : unknown)[]
          : Kind extends 'object'
            ? ObjectValue<S>
            : unknown;

type ObjectValue<S> = S extends { readonly properties: infer Properties }
  ? {
      readonly [Name in keyof Properties as Name extends RequiredIn<S> ? Name : never]: JsonSchemaValue<
        Properties[Name]
      >;
    } & {
      readonly [Name in keyof Properties as Name extends RequiredIn<S> ? never : Name]?: JsonSchemaValue<
        Properties[Name]
      >;
    }
  : S extends { readonly additionalProperties: infer Values extends object }
    ? Readonly<Record<string, JsonSchemaValue<Values>>>
    : Readonly<Record<string, unknown>>;

type RequiredIn<S> = S extends { readonly required: readonly (infer Name)[] } ? Name : never;
