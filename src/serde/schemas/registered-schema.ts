/** The languages of schemas, by the names of Confluent's Schema Registry. */
export type SchemaType = 'AVRO' | 'JSON' | 'PROTOBUF';

/** Another registered schema that a schema uses, under the name by which it does. */
export interface SchemaReference {
  readonly name: string;
  readonly subject: string;
  readonly version: number;
}

/** A schema as it is registered. */
export interface SchemaText {
  readonly type: SchemaType;
  /** JSON of Avro or JSON Schema, or a .proto file. */
  readonly schema: string;
  readonly references: readonly SchemaReference[];
}

/** A schema that is used by another one, with the name by which it is. */
interface Dependency {
  readonly name: string;
  readonly schema: string;
}

/** A schema with all that is needed to compile it. */
export interface RegisteredSchema extends SchemaText {
  /** Unsigned, 32 bit; what records have before their bytes. */
  readonly id: number;
  /** The schemas that it refers to, and those that they refer to: each after those that it uses itself. */
  readonly dependencies: readonly Dependency[];
}

/** A schema in its place in a subject. */
export interface SubjectSchema extends RegisteredSchema {
  readonly subject: string;
  /** From 1 on. */
  readonly version: number;
}
