import { avroLanguage } from '../languages/avro/avro-schema.ts';
import { jsonLanguage } from '../languages/json-schema/json-schema.ts';
import type { SchemaLanguage, SchemaType } from '../languages/parsed-schema.ts';
import { protobufLanguage } from '../languages/protobuf/protobuf-schema.ts';

/** The languages of the registry, in the order in which Confluent's tells them. */
export const LANGUAGES = {
  JSON: jsonLanguage,
  PROTOBUF: protobufLanguage,
  AVRO: avroLanguage,
} as const satisfies Readonly<Record<SchemaType, SchemaLanguage>>;

export function isSchemaType(name: string): name is SchemaType {
  return Object.hasOwn(LANGUAGES, name);
}
