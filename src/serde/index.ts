/** Formats of SQL's keys and values, and what those need of a schema registry. Plain serdes are in `src/streams/serdes.ts`. */
export type {
  Format,
  FormatColumn,
  FormatProperties,
  FormatSchemas,
  FormatSide,
  FormatSpec,
  InferenceOptions,
  RowSerde,
  SerdeFeature,
} from './contract/format.ts';
export { formatNames, formatOf } from './formats.ts';
export { castDecimal, Decimal, fitDecimal } from './model/decimal.ts';
export * from './model/sql-type.ts';
export type { Row, SqlMap, SqlValue } from './model/sql-value.ts';
export { SerdeError } from './model/serde-error.ts';
export * from './contract/registered-serde.ts';
export * from './schemas/envelope.ts';
export * from './schemas/registered-schema.ts';
export * from './schemas/registry-client.ts';
export * from './schemas/schema-lookup.ts';
