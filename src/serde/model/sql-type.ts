import { quoteName } from '../../base/sql-quotes.ts';

/**
 * SQL types as frozen plain objects. They live beside the formats, below SQL, because formats read and write columns of
 * these types; `src/sql/types` builds on them. A value never carries its type: types are static.
 *
 * Ranges (ksqlDB): INTEGER 32 bit, BIGINT 64 bit, DOUBLE IEEE 754, DECIMAL(p, s) with p >= 1 and 0 <= s <= p,
 * DATE days, TIME milliseconds of the day, TIMESTAMP milliseconds since the epoch, without a zone.
 */
export type SqlType = PrimitiveType | DecimalType | ArrayType | MapType | StructType;

export type PrimitiveKind =
  | 'BOOLEAN'
  | 'INTEGER'
  | 'BIGINT'
  | 'DOUBLE'
  | 'STRING'
  | 'BYTES'
  | 'DATE'
  | 'TIME'
  | 'TIMESTAMP';

export type SqlTypeKind = SqlType['kind'];

export interface PrimitiveType {
  readonly kind: PrimitiveKind;
}

export interface DecimalType {
  readonly kind: 'DECIMAL';
  readonly precision: number;
  readonly scale: number;
}

export interface ArrayType {
  readonly kind: 'ARRAY';
  readonly element: SqlType;
}

export interface MapType {
  readonly kind: 'MAP';
  readonly key: SqlType;
  readonly value: SqlType;
}

export interface StructType {
  readonly kind: 'STRUCT';
  readonly fields: readonly StructField[];
}

export interface StructField {
  readonly name: string;
  readonly type: SqlType;
}

const primitive = (kind: PrimitiveKind): PrimitiveType => Object.freeze({ kind });

export const BOOLEAN = primitive('BOOLEAN');
export const INTEGER = primitive('INTEGER');
export const BIGINT = primitive('BIGINT');
export const DOUBLE = primitive('DOUBLE');
export const STRING = primitive('STRING');
export const BYTES = primitive('BYTES');
export const DATE = primitive('DATE');
export const TIME = primitive('TIME');
export const TIMESTAMP = primitive('TIMESTAMP');

/** All primitive types by name. */
export const primitiveTypes = {
  BOOLEAN,
  INTEGER,
  BIGINT,
  DOUBLE,
  STRING,
  BYTES,
  DATE,
  TIME,
  TIMESTAMP,
} satisfies Record<PrimitiveKind, PrimitiveType>;

/** DECIMAL(precision, scale). @throws {RangeError} unless precision >= 1 and 0 <= scale <= precision. */
export function decimalType(precision: number, scale: number): DecimalType {
  if (precision < 1) throw new RangeError(`DECIMAL precision must be >= 1: DECIMAL(${precision},${scale})`);
  if (scale < 0) throw new RangeError(`DECIMAL scale must be >= 0: DECIMAL(${precision},${scale})`);
  if (precision < scale)
    throw new RangeError(`DECIMAL precision must be >= scale: DECIMAL(${precision},${scale})`);
  return Object.freeze({ kind: 'DECIMAL', precision, scale });
}

export function arrayType(element: SqlType): ArrayType {
  return Object.freeze({ kind: 'ARRAY', element });
}

export function mapType(key: SqlType, value: SqlType): MapType {
  return Object.freeze({ kind: 'MAP', key, value });
}

const fieldText = ({ name, type }: StructField): string => `${quoteName(name)} ${printType(type)}`;

/** STRUCT with these fields in this order. @throws {RangeError} when two fields have one name. */
export function structType(fields: readonly StructField[]): StructType {
  const known = new Map<string, StructField>();
  for (const field of fields) {
    const before = known.get(field.name);
    if (before !== undefined)
      throw new RangeError(
        `Duplicate field names found in STRUCT: '${fieldText(before)}' and '${fieldText(field)}'`,
      );
    known.set(field.name, field);
  }
  return Object.freeze({
    kind: 'STRUCT',
    fields: Object.freeze(fields.map(({ name, type }) => Object.freeze({ name, type }))),
  });
}

/** The type as ksqlDB prints it, for example ``STRUCT<`A` DECIMAL(4, 2), `B` ARRAY<STRING>>``. */
export function printType(type: SqlType): string {
  switch (type.kind) {
    case 'DECIMAL':
      return `DECIMAL(${type.precision}, ${type.scale})`;
    case 'ARRAY':
      return `ARRAY<${printType(type.element)}>`;
    case 'MAP':
      return `MAP<${printType(type.key)}, ${printType(type.value)}>`;
    case 'STRUCT':
      return type.fields.length === 0 ? 'STRUCT< >' : `STRUCT<${type.fields.map(fieldText).join(', ')}>`;
    default:
      return type.kind;
  }
}

/** Structural equality; field names of structs count, in order. */
export function sameType(a: SqlType, b: SqlType): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind) return false;
  switch (a.kind) {
    case 'DECIMAL':
      return b.kind === 'DECIMAL' && a.precision === b.precision && a.scale === b.scale;
    case 'ARRAY':
      return b.kind === 'ARRAY' && sameType(a.element, b.element);
    case 'MAP':
      return b.kind === 'MAP' && sameType(a.key, b.key) && sameType(a.value, b.value);
    case 'STRUCT':
      return b.kind === 'STRUCT' && sameFields(a.fields, b.fields);
    default:
      return true;
  }
}

function sameFields(a: readonly StructField[], b: readonly StructField[]): boolean {
  if (a.length !== b.length) return false;
  return a.every((field, index) => {
    const other = b[index];
    return other !== undefined && field.name === other.name && sameType(field.type, other.type);
  });
}

/** True for a MAP and for whatever has a MAP somewhere inside. */
export function containsMap(type: SqlType): boolean {
  switch (type.kind) {
    case 'MAP':
      return true;
    case 'ARRAY':
      return containsMap(type.element);
    case 'STRUCT':
      return type.fields.some((field) => containsMap(field.type));
    default:
      return false;
  }
}
