import type {
  Format,
  FormatColumn,
  FormatProperties,
  FormatSchemas,
  FormatSpec,
  RowSerde,
} from '../contract/format.ts';
import { CONNECT_PROPERTIES } from '../contract/connect-format.ts';
import { registeredSerde } from '../contract/registered-serde.ts';
import {
  requireFullName,
  requireKnownProperties,
  requireRegistry,
  requireStringMapKeys,
} from '../contract/unsupported.ts';
import { columnsOfMessage } from './infer-columns.ts';
import { parseProto } from './parse-proto.ts';
import { chosenMessage, fullNameOf, recordReader, recordWriter } from './registered-messages.ts';
import { messageOfColumns } from './message-of-columns.ts';
import { nullablesOf } from './nullables.ts';
import { protoText } from './proto-text.ts';
import { type MessageReader, messageReader } from './reader.ts';
import { type MessageWriter, messageWriter } from './writer.ts';

const MAP_KEYS =
  'PROTOBUF format only supports MAP types with STRING keys. See https://github.com/confluentinc/ksql/issues/6177.';

/** ksqlDB notes `unwrapPrimitives` with each source: it is always true, and wrappers are what they wrap. */
const NO_SR_PROPERTIES = ['nullableRepresentation', 'unwrapPrimitives'];
const PROPERTIES = [...CONNECT_PROPERTIES, ...NO_SR_PROPERTIES];

const schemas: FormatSchemas = {
  type: 'PROTOBUF',
  toSchema: ({ columns, properties }) => ({
    type: 'PROTOBUF',
    schema: messageText(columns, properties),
    references: [],
  }),
  toColumns(schema, { properties }) {
    const file = parseProto(schema.schema, schema.dependencies);
    return columnsOfMessage(chosenMessage(file, properties));
  },
};

/** Protobuf by schemas of a registry (Confluent's envelope): a single column is a field of a message as well. */
export const protobufFormat: Format = {
  name: 'PROTOBUF',
  features: new Set(['WRAP_SINGLES']),
  properties: PROPERTIES,
  inheritedProperties: ['fullSchemaName'],
  usesSchemaRegistry: true,
  schemas,
  internalFormat: 'PROTOBUF_NOSR',
  validateProperties(properties) {
    requireKnownProperties('PROTOBUF', PROPERTIES, properties);
    requireFullName(properties);
    nullablesOf(properties);
  },
  validate: validateMessage,
  createSerde(spec, registry) {
    return registeredSerde(requireRegistry('PROTOBUF', registry), {
      reader: (schema) => recordReader(schema, spec),
      writer: (schema) => recordWriter(schema, spec),
    });
  },
};

/** Protobuf without a registry: bare messages, whose schema is what the columns say. A single column is a field as well. */
export const protobufNoSrFormat: Format = {
  name: 'PROTOBUF_NOSR',
  features: new Set(['WRAP_SINGLES']),
  properties: NO_SR_PROPERTIES,
  inheritedProperties: [],
  usesSchemaRegistry: false,
  validateProperties(properties) {
    requireKnownProperties('PROTOBUF_NOSR', NO_SR_PROPERTIES, properties);
    nullablesOf(properties);
  },
  validate: validateMessage,
  createSerde: bareMessageSerde,
};

function validateMessage(spec: FormatSpec): void {
  requireStringMapKeys(spec, MAP_KEYS);
  messageText(spec.columns, spec.properties);
}

/** The .proto file of the message that columns are written as. @throws {DiagnosticError} where none holds them. */
export function messageText(columns: readonly FormatColumn[], properties: FormatProperties): string {
  const nullables = nullablesOf(properties);
  const fullName = fullNameOf(properties['fullSchemaName']);
  return protoText(messageOfColumns(columns, { nullables, fullName }), nullables === 'optional');
}

function bareMessageSerde(spec: FormatSpec): RowSerde {
  const message = messageOfColumns(spec.columns, { nullables: nullablesOf(spec.properties) });
  // Sources only read and sinks only write: each is made when it is used.
  let read: MessageReader | undefined;
  let write: MessageWriter | undefined;
  return {
    serialize(row) {
      if (row === null) return null;
      write ??= messageWriter(message, spec.columns);
      return write(row);
    },
    deserialize(bytes) {
      if (bytes === null) return null;
      read ??= messageReader(message, spec);
      return read(bytes, 0, bytes.length);
    },
  };
}
