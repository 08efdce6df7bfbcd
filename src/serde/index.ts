/** Formats of keys and values: SQL's (JSON, DELIMITED, KAFKA, NONE) and plain serdes for Streams. */
export type {
  Format,
  FormatColumn,
  FormatProperties,
  FormatSide,
  FormatSpec,
  RowSerde,
  SerdeFeature,
} from './format.ts';
export { formatNames, formatOf } from './formats.ts';
export { castDecimal, Decimal, fitDecimal } from './model/decimal.ts';
export * from './model/sql-type.ts';
export type { Row, SqlMap, SqlValue } from './model/sql-value.ts';
export {
  bytesSerde,
  doubleSerde,
  integerSerde,
  jsonSerde,
  longSerde,
  stringSerde,
} from './primitives.ts';
export { type Serde, SerdeError, type SerdeHeader } from './serde.ts';
