/** SQL types, schemas, and which type becomes which. */
export * from '../../serde/model/sql-type.ts';
export { canImplicitlyCast, commonType, isNumeric, widerNumeric } from './casts.ts';
export { asDecimalType, decimalResult, widerDecimal } from './decimal-types.ts';
export { typeFromSyntax } from './from-syntax.ts';
export { type ColumnNamespace, LogicalSchema, printColumn, type SchemaColumn } from './logical-schema.ts';
export { parseSchema } from './schema-text.ts';
