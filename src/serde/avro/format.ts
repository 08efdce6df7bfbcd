import { DiagnosticError } from '../../base/errors.ts';
import type { Format, FormatSchemas, FormatSpec } from '../contract/format.ts';
import { registeredSerde } from '../contract/registered-serde.ts';
import {
  requireFullName,
  requireKnownProperties,
  requireRegistry,
  requireStringMapKeys,
  isUnwrapped,
} from '../contract/unsupported.ts';
import { inferFields, inferType } from './connect-types.ts';
import { avroReader } from './reader.ts';
import { parseAvro } from './schema-tree.ts';
import { avroSchemaOf } from './to-schema.ts';
import { avroWriter } from './writer.ts';

const PROPERTIES = ['fullSchemaName', 'schemaId'];

const schemas: FormatSchemas = {
  type: 'AVRO',
  toSchema: avroSchemaOf,
  toColumns(schema, { side, features }) {
    const type = parseAvro(schema);
    const isBare = side === 'key' || features.has('UNWRAP_SINGLES');
    if (isBare) {
      const inferred = inferType(type);
      return inferred === undefined ? [] : [{ name: side === 'key' ? 'ROWKEY' : 'ROWVAL', type: inferred }];
    }
    if (type.kind === 'record') return inferFields(type);
    const inferred = inferType(type);
    if (inferred?.kind === 'STRUCT') return inferred.fields;
    throw new DiagnosticError({
      message: 'KSQL stream/table schema must be structured',
    });
  },
};

/** AVRO: rows as records, or as the bare value of a single column, by schemas of a registry (Avro 1.11, Confluent's envelope). */
export const avroFormat: Format = {
  name: 'AVRO',
  features: new Set(['WRAP_SINGLES', 'UNWRAP_SINGLES']),
  properties: PROPERTIES,
  inheritedProperties: [],
  usesSchemaRegistry: true,
  schemas,
  internalFormat: 'JSON',
  validateProperties(properties) {
    requireKnownProperties('AVRO', PROPERTIES, properties);
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
