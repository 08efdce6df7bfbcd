import { DiagnosticError } from '../base/errors.ts';
import type { Format, FormatSpec, RowSerde } from './contract/format.ts';
import type { SqlType } from './model/sql-type.ts';
import { nulls, rowOf, type SqlValue } from './model/sql-value.ts';
import {
  type BytesCodec,
  bytesCodec,
  doubleCodec,
  integerCodec,
  longCodec,
  stringCodec,
} from './binary-primitives.ts';
import { printColumns, requireKnownProperties } from './contract/unsupported.ts';

/** The format of Kafka's own primitive serializers: one column, big-endian binary or UTF-8 text. */
export const kafkaFormat: Format = {
  name: 'KAFKA',
  features: new Set(['UNWRAP_SINGLES']),
  properties: [],
  inheritedProperties: [],
  usesSchemaRegistry: false,
  validateProperties: (properties) => requireKnownProperties('KAFKA', [], properties),
  validate(spec) {
    if (spec.columns.length > 1) {
      throw new DiagnosticError({
        message: `The 'KAFKA' format only supports a single field. Got: ${printColumns(spec.columns, spec.side)}`,
      });
    }
    const column = spec.columns[0];
    if (column !== undefined) codecOf(column.type);
  },
  createSerde(spec: FormatSpec): RowSerde {
    const column = spec.columns[0];
    const { trailingNulls = 0 } = spec;
    return column === undefined
      ? columnlessSerde(trailingNulls)
      : singleColumnSerde(codecOf(column.type), trailingNulls);
  },
};

/** Without columns there is nothing to read or write, but a value that is there is a row. */
function columnlessSerde(trailingNulls: number): RowSerde {
  return {
    serialize: () => null,
    deserialize: (bytes) => (bytes === null ? null : nulls(trailingNulls)),
  };
}

function singleColumnSerde(codec: BytesCodec<SqlValue>, trailingNulls: number): RowSerde {
  return {
    isText: codec === stringCodec && trailingNulls === 0,
    serialize(row) {
      const value = row === null ? null : row[0];
      return value === null || value === undefined ? null : codec.encode(value);
    },
    deserialize: (bytes) => (bytes === null ? null : rowOf(codec.decode(bytes), trailingNulls)),
  };
}

function codecOf(type: SqlType): BytesCodec<SqlValue> {
  switch (type.kind) {
    case 'INTEGER':
      return integerCodec as BytesCodec<SqlValue>;
    case 'BIGINT':
      return longCodec as BytesCodec<SqlValue>;
    case 'DOUBLE':
      return doubleCodec as BytesCodec<SqlValue>;
    case 'STRING':
      return stringCodec as BytesCodec<SqlValue>;
    case 'BYTES':
      return bytesCodec as BytesCodec<SqlValue>;
    default:
      throw new DiagnosticError({ message: `The 'KAFKA' format does not support type '${type.kind}'` });
  }
}
