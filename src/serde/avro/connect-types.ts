import {
  arrayType,
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  decimalType,
  DOUBLE,
  INTEGER,
  mapType,
  type SqlType,
  STRING,
  type StructField,
  structType,
  TIME,
  TIMESTAMP,
} from '../model/sql-type.ts';
import { CONNECT_DATA, CONNECT_PRECISION_DEFAULT } from '../schemas/connect.ts';
import { type AvroNotes, type AvroRecord, type AvroType, simpleName } from './schema-tree.ts';

/** The type of a date or time that an int or a long stands for. */
function temporalOf({ logicalType, connectName }: AvroNotes): 'DATE' | 'TIME' | 'TIMESTAMP' | undefined {
  if (logicalType === 'date' || connectName === `${CONNECT_DATA}Date`) return 'DATE';
  if (logicalType === 'time-millis' || connectName === `${CONNECT_DATA}Time`) return 'TIME';
  if (logicalType === 'timestamp-millis' || connectName === `${CONNECT_DATA}Timestamp`) return 'TIMESTAMP';
  return undefined;
}

/** The decimal that bytes stand for; undefined where they are bytes. */
export function decimalOf(
  notes: AvroNotes,
): { readonly precision: number; readonly scale: number } | undefined {
  if (notes.logicalType?.toLowerCase() !== 'decimal') return undefined;
  return { precision: notes.precision ?? CONNECT_PRECISION_DEFAULT, scale: notes.scale ?? 0 };
}

/** The key and the value of an array's items that are entries of a map. */
export function entryOf(items: AvroType): { readonly key: AvroType; readonly value: AvroType } | undefined {
  if (items.kind !== 'record' || items.notes.isMapEntry !== true) return undefined;
  const key = items.fields.find(({ name }) => name === 'key')?.type;
  const value = items.fields.find(({ name }) => name === 'value')?.type;
  return key === undefined || value === undefined ? undefined : { key, value };
}

/** What Connect calls a branch of a union, which becomes a field of a struct. */
export function branchName(type: AvroType): string {
  return 'name' in type ? simpleName(type.name) : type.kind;
}

/** A union's only type beside null, or undefined where there are several. */
export function nullableOf(branches: readonly AvroType[]): AvroType | undefined {
  const types = branches.filter(({ kind }) => kind !== 'null');
  return types.length === 1 ? types[0] : undefined;
}

/**
 * The SQL type that ksqlDB infers of an Avro type, by way of Connect's (`AvroData`): floats are DOUBLEs, enums and uuids STRINGs,
 * fixed BYTES, unions of several types STRUCTs. Undefined where there is none: such fields are left out.
 */
export function inferType(type: AvroType, above: readonly AvroRecord[] = []): SqlType | undefined {
  switch (type.kind) {
    case 'null':
      return undefined;
    case 'boolean':
      return BOOLEAN;
    case 'int': {
      const temporal = temporalOf(type.notes);
      return temporal === 'DATE' ? DATE : temporal === 'TIME' ? TIME : INTEGER;
    }
    case 'long':
      return temporalOf(type.notes) === 'TIMESTAMP' ? TIMESTAMP : BIGINT;
    case 'float':
    case 'double':
      return DOUBLE;
    case 'string':
    case 'enum':
      return STRING;
    case 'bytes':
    case 'fixed': {
      const decimal = decimalOf(type.notes);
      return decimal === undefined ? BYTES : decimalType(decimal.precision, decimal.scale);
    }
    case 'array':
      return inferArray(type.items, above);
    case 'map': {
      const value = inferType(type.values, above);
      return value === undefined ? undefined : mapType(STRING, value);
    }
    case 'record': {
      // A record within itself has no SQL type.
      if (above.includes(type)) return undefined;
      return structType(inferFields(type, above));
    }
    case 'union': {
      const only = nullableOf(type.branches);
      if (only !== undefined) return inferType(only, above);
      return structType(
        fieldsOf(
          type.branches.map((branch) => [branchName(branch), branch]),
          above,
        ),
      );
    }
  }
}

function inferArray(items: AvroType, above: readonly AvroRecord[]): SqlType | undefined {
  const entry = entryOf(items);
  if (entry === undefined) {
    const element = inferType(items, above);
    return element === undefined ? undefined : arrayType(element);
  }
  const value = inferType(entry.value, above);
  const key = inferType(entry.key, above);
  return key?.kind === 'STRING' && value !== undefined ? mapType(STRING, value) : undefined;
}

/** The fields of a record that have a SQL type. */
function inferFields(record: AvroRecord, above: readonly AvroRecord[] = []): readonly StructField[] {
  return fieldsOf(
    record.fields.map(({ name, type }) => [name, type]),
    [...above, record],
  );
}

function fieldsOf(
  fields: readonly (readonly [string, AvroType])[],
  above: readonly AvroRecord[],
): readonly StructField[] {
  return fields.flatMap(([name, avro]) => {
    const type = inferType(avro, above);
    return type === undefined ? [] : [{ name, type }];
  });
}
