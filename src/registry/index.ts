/** The schema registry: what schemas mean, what is registered where, and a client for a registry elsewhere. */
export { avroLanguage } from './languages/avro/avro-schema.ts';
export { jsonLanguage } from './languages/json-schema/json-schema.ts';
export { protobufLanguage } from './languages/protobuf/protobuf-schema.ts';
export { InvalidSchemaError } from './languages/invalid-schema.ts';
export type {
  Difference,
  ParsedSchema,
  SchemaLanguage,
  SchemaReference,
  SchemaSource,
  SchemaType,
} from './languages/parsed-schema.ts';
