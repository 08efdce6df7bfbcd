import { isJsonArray, isJsonObject, JsonNumber, type JsonValue } from '../json-text.ts';
import type { AvroType } from './schema.ts';

const INT_RANGE = [-(2n ** 31n), 2n ** 31n - 1n] as const;
const LONG_RANGE = [-(2n ** 63n), 2n ** 63n - 1n] as const;

/**
 * Whether a JSON value can stand for a value of a type as the default of a field. Any branch of a union will do, as in
 * Avro 1.12; before, it had to be the first. Avro's specification, "Complex Types", field defaults.
 */
export function isValidDefault(type: AvroType, value: JsonValue | undefined): boolean {
  if (value === undefined) return false;
  switch (type.kind) {
    case 'null':
      return value === null;
    case 'boolean':
      return typeof value === 'boolean';
    case 'int':
      return isWithin(value, INT_RANGE);
    case 'long':
      return isWithin(value, LONG_RANGE);
    case 'float':
    case 'double':
      return value instanceof JsonNumber;
    case 'string':
    case 'bytes':
    case 'enum':
    case 'fixed':
      return typeof value === 'string';
    case 'array':
      return isJsonArray(value) && value.every((item) => isValidDefault(type.items, item));
    case 'map':
      return isJsonObject(value) && [...value.values()].every((entry) => isValidDefault(type.values, entry));
    case 'union':
      return type.branches.some((branch) => isValidDefault(branch, value));
    case 'record':
      return (
        isJsonObject(value) &&
        type.fields.every((field) =>
          isValidDefault(field.type, value.has(field.name) ? value.get(field.name) : field.default),
        )
      );
  }
}

function isWithin(value: JsonValue, [least, greatest]: readonly [bigint, bigint]): boolean {
  if (!(value instanceof JsonNumber) || !value.isIntegral) return false;
  const number = BigInt(value.text);
  return number >= least && number <= greatest;
}
