import type { Format, FormatSchemas, FormatSpec } from '../contract/format.ts';
import { columnsOfType, CONNECT_PROPERTIES } from '../contract/connect-format.ts';
import { registeredSerde } from '../contract/registered-serde.ts';
import {
  requireFullName,
  requireKnownProperties,
  requireRegistry,
  requireStringMapKeys,
  isUnwrapped,
} from '../contract/unsupported.ts';
import { inferType } from './connect-types.ts';
import { avroReader } from './reader.ts';
import { parseAvro } from './schema-tree.ts';
import { avroSchemaOf } from './to-schema.ts';
import { avroWriter } from './writer.ts';

const schemas: FormatSchemas = {
  type: 'AVRO',
  toSchema: avroSchemaOf,
  toColumns: (schema, options) => columnsOfType(inferType(parseAvro(schema)), options),
};

/** AVRO: rows as records, or as the bare value of a single column, by schemas of a registry (Avro 1.11, Confluent's envelope). */
export const avroFormat: Format = {
  name: 'AVRO',
  features: new Set(['WRAP_SINGLES', 'UNWRAP_SINGLES']),
  properties: CONNECT_PROPERTIES,
  inheritedProperties: [],
  usesSchemaRegistry: true,
  schemas,
  internalFormat: 'JSON',
  validateProperties(properties) {
    requireKnownProperties('AVRO', CONNECT_PROPERTIES, properties);
    requireFullName(properties);
  },
  validate(spec) {
    requireStringMapKeys(spec, 'Avro only supports MAPs with STRING keys');
    avroSchemaOf(spec);
  },
  createSerde(spec: FormatSpec, registry) {
    const isBare = isUnwrapped(spec, true);
    return registeredSerde(requireRegistry('AVRO', registry), {
      reader: (schema) => avroReader(parseAvro(schema), spec, isBare),
      writer: (schema) => avroWriter(parseAvro(schema), schema.id, spec, isBare),
    });
  },
};
