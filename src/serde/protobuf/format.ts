import type { Format, FormatColumn, FormatProperties, FormatSpec, RowSerde } from '../contract/format.ts';
import { requireKnownProperties, requireStringMapKeys } from '../contract/unsupported.ts';
import { messageOfColumns } from './message-of-columns.ts';
import { nullablesOf } from './nullables.ts';
import { protoText } from './proto-text.ts';
import { type MessageReader, messageReader } from './reader.ts';
import { type MessageWriter, messageWriter } from './writer.ts';

const MAP_KEYS =
  'PROTOBUF format only supports MAP types with STRING keys. See https://github.com/confluentinc/ksql/issues/6177.';

/** Protobuf without a registry: bare messages, whose schema is what the columns say. A single column is a field as well. */
export const protobufNoSrFormat: Format = {
  name: 'PROTOBUF_NOSR',
  features: new Set(['WRAP_SINGLES']),
  properties: ['nullableRepresentation', 'unwrapPrimitives'],
  inheritedProperties: [],
  usesSchemaRegistry: false,
  validateProperties(properties) {
    requireKnownProperties('PROTOBUF_NOSR', ['nullableRepresentation', 'unwrapPrimitives'], properties);
    nullablesOf(properties);
  },
  validate(spec) {
    requireStringMapKeys(spec, MAP_KEYS);
    messageOfColumns(spec.columns, { nullables: nullablesOf(spec.properties) });
  },
  createSerde: bareMessageSerde,
};

/** The .proto file of the message that columns are written as. @throws {DiagnosticError} where none holds them. */
export function messageText(columns: readonly FormatColumn[], properties: FormatProperties): string {
  const nullables = nullablesOf(properties);
  return protoText(messageOfColumns(columns, { nullables }), nullables === 'optional');
}

function bareMessageSerde(spec: FormatSpec): RowSerde {
  const message = messageOfColumns(spec.columns, { nullables: nullablesOf(spec.properties) });
  // Wrappers are there only where the columns asked for them.
  const options = { unwrapPrimitives: true };
  // Sources only read and sinks only write: each is made when it is used.
  let read: MessageReader | undefined;
  let write: MessageWriter | undefined;
  return {
    serialize(row) {
      if (row === null) return null;
      write ??= messageWriter(message, spec.columns, options);
      return write(row);
    },
    deserialize(bytes) {
      if (bytes === null) return null;
      read ??= messageReader(message, { ...spec, ...options });
      return read(bytes, 0, bytes.length);
    },
  };
}
