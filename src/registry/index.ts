/** The schema registry: what schemas mean, what is registered where, and a client for a registry elsewhere. */
export { avroLanguage } from './languages/avro/avro-schema.ts';
export { jsonLanguage } from './languages/json-schema/json-schema.ts';
export { protobufLanguage } from './languages/protobuf/protobuf-schema.ts';
export {
  isJsonArray,
  isJsonObject,
  JsonDepthError,
  JsonNumber,
  type JsonObject,
  type JsonValue,
  parseJson,
  printJson,
  toPlainJson,
} from './languages/json-text.ts';
export { InvalidSchemaError } from './languages/invalid-schema.ts';
export type {
  Difference,
  ParsedSchema,
  SchemaLanguage,
  SchemaReference,
  SchemaSource,
  SchemaType,
} from './languages/parsed-schema.ts';
export { orUndefined, RegistryRefusal, refusals } from './refusals/refusal.ts';
export * from './subjects/change-settings.ts';
export * from './subjects/decide-together.ts';
export * from './subjects/deletions.ts';
export {
  canonicalSubject,
  DEFAULT_CONTEXT,
  isForMany,
  subjectAt,
  subjectName,
  type SubjectPlace,
} from './subjects/qualified-subject.ts';
export * from './subjects/record-codec.ts';
export type { Change, RegistryRecord } from './subjects/records.ts';
export type { SchemaRequest } from './subjects/schema-request.ts';
export { compatibilityLevel, type CompatibilityLevel, type SubjectConfig } from './subjects/settings.ts';
export { guidOf, type StoredSchema } from './subjects/stored-schema.ts';
export * from './subjects/registry.ts';
export * from './subjects/state.ts';
export { LANGUAGES } from './subjects/languages.ts';
export type { ExchangeAnswer, ExchangeRequest, RegistryExchange } from './client/exchange.ts';
export { httpExchange, type HttpExchangeOptions } from './client/io/http-exchange.ts';
export * from './client/registry-client.ts';
