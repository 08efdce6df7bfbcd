import type { JsonNumber, JsonValue } from '../json-text.ts';

/**
 * A JSON schema as what it asks of a value, one kind each. What a text says beside each other, such as a type and `oneOf`, is
 * several kinds that have to hold together; this is how Confluent's registry compares schemas (by the model of the library
 * Everit), and a difference is named by kinds.
 */

/** What is said of a schema beside what it asks for. Titles and descriptions do not matter to what is read. */
export interface Annotations {
  /** What a property is that is not there. */
  readonly default?: JsonValue | undefined;
}

interface AnySchema extends Annotations {
  /** `true` or `{}`. */
  readonly kind: 'any';
}

interface NoSchema extends Annotations {
  /** `false` */
  readonly kind: 'none';
}

interface BooleanSchema extends Annotations {
  readonly kind: 'boolean';
}

interface NullSchema extends Annotations {
  readonly kind: 'null';
}

export interface StringSchema extends Annotations {
  readonly kind: 'string';
  readonly maxLength: number | undefined;
  readonly minLength: number | undefined;
  readonly pattern: string | undefined;
}

export interface NumberSchema extends Annotations {
  readonly kind: 'number';
  readonly isInteger: boolean;
  readonly maximum: JsonNumber | undefined;
  readonly minimum: JsonNumber | undefined;
  readonly exclusiveMaximum: JsonNumber | undefined;
  readonly exclusiveMinimum: JsonNumber | undefined;
  readonly multipleOf: JsonNumber | undefined;
}

export interface EnumSchema extends Annotations {
  readonly kind: 'enum';
  readonly values: readonly JsonValue[];
}

export interface ConstSchema extends Annotations {
  readonly kind: 'const';
  readonly value: JsonValue;
}

export interface NotSchema extends Annotations {
  readonly kind: 'not';
  readonly schema: JsonSchemaNode;
}

interface ConditionalSchema extends Annotations {
  /** `if`, `then` and `else`, which are not compared. */
  readonly kind: 'conditional';
}

export type Criterion = 'allOf' | 'anyOf' | 'oneOf';

export interface CombinedSchema extends Annotations {
  readonly kind: 'combined';
  readonly criterion: Criterion;
  readonly schemas: readonly JsonSchemaNode[];
}

/** What further items or properties have to be: `false` for none, undefined for anything. */
export type Further = JsonSchemaNode | false | undefined;

export interface ObjectSchema extends Annotations {
  readonly kind: 'object';
  readonly properties: ReadonlyMap<string, JsonSchemaNode>;
  readonly required: ReadonlySet<string>;
  readonly patternProperties: readonly (readonly [pattern: string, schema: JsonSchemaNode])[];
  readonly additionalProperties: Further;
  readonly propertyDependencies: ReadonlyMap<string, ReadonlySet<string>>;
  readonly schemaDependencies: ReadonlyMap<string, JsonSchemaNode>;
  readonly maxProperties: number | undefined;
  readonly minProperties: number | undefined;
}

export interface ArraySchema extends Annotations {
  readonly kind: 'array';
  /** What all items have to be. */
  readonly items: JsonSchemaNode | undefined;
  /** What the first ones have to be, by place. */
  readonly prefix: readonly JsonSchemaNode[];
  readonly additionalItems: Further;
  readonly maxItems: number | undefined;
  readonly minItems: number | undefined;
  readonly isUnique: boolean;
  readonly maxContains: number | undefined;
  readonly minContains: number | undefined;
}

interface ReferenceSchema extends Annotations {
  readonly kind: 'reference';
  /** Read when it is asked for, since a schema may refer to itself. */
  readonly target: () => JsonSchemaNode;
}

export type JsonSchemaNode =
  | AnySchema
  | NoSchema
  | BooleanSchema
  | NullSchema
  | StringSchema
  | NumberSchema
  | EnumSchema
  | ConstSchema
  | NotSchema
  | ConditionalSchema
  | CombinedSchema
  | ObjectSchema
  | ArraySchema
  | ReferenceSchema;
