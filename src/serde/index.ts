/** Formats of SQL's keys and values: JSON, DELIMITED, KAFKA, NONE. Plain serdes are in `src/streams/serdes.ts`. */
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
export { SerdeError } from './serde-error.ts';
