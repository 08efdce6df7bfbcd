import type { AvroSchema, AvroValue } from '../serde/objects/avro-value.ts';
import { avroCodec } from '../serde/objects/avro-codec.ts';
import { jsonCodec } from '../serde/objects/json-codec.ts';
import type { JsonSchema, JsonSchemaValue } from '../serde/objects/json-schema-value.ts';
import type { ObjectCodec } from '../serde/objects/object-codec.ts';
import { protobufCodec } from '../serde/objects/protobuf-codec.ts';
import { RegisteredValues, type RegisteredValuesOptions } from '../serde/objects/registered-values.ts';
import type { Serde } from './serde.ts';

/** Which registry there is, and which schema of it is written. */
export type SchemaSerdeOptions = RegisteredValuesOptions;

/** A serde of a registered schema. Outside of an application, what it needs of the registry is asked for by its two functions. */
export type SchemaSerde<T> = Required<Serde<T>>;

function schemaSerde<T>(codec: ObjectCodec, options: SchemaSerdeOptions): SchemaSerde<T> {
  const values = new RegisteredValues(codec, options);
  return {
    serialize: (topic, value) => values.write(topic, value),
    // The schema says what it is; the types are read off the schema.
    deserialize: (_topic, bytes) => values.read(bytes) as T,
    prepare: (bytes) => values.prepare(bytes),
    prepareTopic: (topic, use) => values.prepareTopic(topic, use),
  };
}

/**
 * Values of an Avro schema, in Confluent's wire format. Records are read as this schema has them, whichever one they were written
 * with (Avro 1.11, "Schema Resolution"). Logical types are what they are written as: a timestamp is a number, a decimal a Buffer.
 * @throws {SerdeError} for what is no schema.
 * @example
 * const orders = avro(
 *   { type: 'record', name: 'Order', fields: [{ name: 'id', type: 'string' }, { name: 'amount', type: 'double' }] },
 *   { registry: schemaRegistry('http://localhost:8081') },
 * ); // SchemaSerde<{ id: string; amount: number }>
 */
export function avro<const S extends AvroSchema>(
  schema: S,
  options: SchemaSerdeOptions,
): SchemaSerde<AvroValue<S>> {
  return schemaSerde(avroCodec(JSON.stringify(schema)), options);
}

/**
 * Values of a JSON Schema, in Confluent's wire format. As with Confluent's serializers, whether a value is one is not checked.
 * @example
 * const orders = jsonSchema(
 *   { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] },
 *   { registry: schemaRegistry('http://localhost:8081') },
 * ); // SchemaSerde<{ id: string }>
 */
export function jsonSchema<const S extends JsonSchema>(
  schema: S,
  options: SchemaSerdeOptions,
): SchemaSerde<JsonSchemaValue<S>> {
  const title = typeof schema === 'object' ? schema['title'] : undefined;
  return schemaSerde(
    jsonCodec(JSON.stringify(schema), typeof title === 'string' ? title : undefined),
    options,
  );
}

/**
 * Values of a message of a .proto file, in Confluent's wire format: fields by their names there, enums by the names of their numbers,
 * 64-bit numbers as numbers (checked at 2^53), maps as objects.
 * @param schema The text of the file.
 * @param options.message The full name of the message; the first one of the file by default.
 * @throws {SerdeError} for what is no such file, or where it has no such message.
 * @example
 * const orders = protobuf<{ id: string; amount: number }>(
 *   'syntax = "proto3"; message Order { string id = 1; double amount = 2; }',
 *   { registry: schemaRegistry('http://localhost:8081') },
 * );
 */
export function protobuf<T = unknown>(
  schema: string,
  { message, ...options }: SchemaSerdeOptions & { readonly message?: string },
): SchemaSerde<T> {
  return schemaSerde(protobufCodec(schema, message), options);
}
