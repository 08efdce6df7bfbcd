import type { Format, FormatSchemas, FormatSpec, RowSerde } from '../contract/format.ts';
import { columnsOfType, CONNECT_PROPERTIES } from '../contract/connect-format.ts';
import { registeredSerde } from '../contract/registered-serde.ts';
import {
  isUnwrapped,
  requireFullName,
  requireKnownProperties,
  requireRegistry,
  requireStringMapKeys,
} from '../contract/unsupported.ts';
import { jsonSerde } from '../json/format.ts';
import { ENVELOPE_BYTES } from '../schemas/envelope.ts';
import { choiceShaper } from './choices.ts';
import { inferJsonType } from './columns.ts';
import { parseJsonSchema } from './schema-node.ts';
import { jsonSchemaOf } from './to-schema.ts';
import { jsonSchemaWriter } from './writer.ts';

const schemas: FormatSchemas = {
  type: 'JSON',
  toSchema: jsonSchemaOf,
  toColumns: (schema, options) => columnsOfType(inferJsonType(parseJsonSchema(schema)), options),
};

/**
 * JSON_SR: JSON behind Confluent's envelope, its schemas in a registry. What is read says by itself what it is, but where the
 * schema has a choice of types.
 */
export const jsonSchemaFormat: Format = {
  name: 'JSON_SR',
  features: new Set(['WRAP_SINGLES', 'UNWRAP_SINGLES']),
  properties: CONNECT_PROPERTIES,
  inheritedProperties: [],
  usesSchemaRegistry: true,
  schemas,
  internalFormat: 'JSON',
  validateProperties(properties) {
    requireKnownProperties('JSON_SR', CONNECT_PROPERTIES, properties);
    requireFullName(properties);
  },
  validate: (spec) => requireStringMapKeys(spec, 'JSON only supports MAP types with STRING keys'),
  createSerde(spec: FormatSpec, registry): RowSerde {
    const isBare = isUnwrapped(spec, true);
    const json = jsonSerde(spec, 'entries');
    return registeredSerde(requireRegistry('JSON_SR', registry), {
      reader(schema) {
        const shape = choiceShaper(parseJsonSchema(schema));
        const shaped = shape === undefined ? json : jsonSerde(spec, 'entries', shape);
        return (bytes) => shaped.deserialize(bytes.subarray(ENVELOPE_BYTES));
      },
      writer: (schema) => jsonSchemaWriter(parseJsonSchema(schema), schema.id, spec, isBare),
    });
  },
};
