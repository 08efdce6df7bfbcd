import { isJsonArray, isJsonObject, JsonNumber, type JsonValue } from '../json-text.ts';
import { InvalidSchemaError } from '../invalid-schema.ts';
import type { AvroType } from './schema.ts';

const INT_RANGE = [-(2n ** 31n), 2n ** 31n - 1n] as const;
const LONG_RANGE = [-(2n ** 63n), 2n ** 63n - 1n] as const;

/** Values with the types that they are tried with: a list of thousands may be tried with a union of thousands. */
const TRIES_MAX = 500_000;

/**
 * Whether JSON values can stand for values of types as the defaults of fields. Any branch of a union will do, as in
 * Avro 1.12; before, it had to be the first. Avro's specification, "Complex Types", field defaults.
 */
export class DefaultCheck {
  /** Of each type and value once: a record's default may be made of others' defaults, and those of others again. */
  readonly #results = new Map<AvroType, Map<JsonValue, boolean>>();

  #tries = 0;

  /** @throws {InvalidSchemaError} where a schema's defaults would have to be tried with too many types. */
  isValid(type: AvroType, value: JsonValue | undefined): boolean {
    if (value === undefined) return false;
    this.#tries += 1;
    if (this.#tries > TRIES_MAX) throw new InvalidSchemaError('defaults are too large to be checked');
    let results = this.#results.get(type);
    if (results === undefined) this.#results.set(type, (results = new Map()));
    const known = results.get(value);
    if (known !== undefined) return known;
    // A default that is made of itself has no end.
    results.set(value, false);
    const isValid = this.#isValidOnce(type, value);
    results.set(value, isValid);
    return isValid;
  }

  #isValidOnce(type: AvroType, value: JsonValue): boolean {
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
        return isJsonArray(value) && value.every((item) => this.isValid(type.items, item));
      case 'map':
        return isJsonObject(value) && [...value.values()].every((entry) => this.isValid(type.values, entry));
      case 'union':
        return type.branches.some((branch) => this.isValid(branch, value));
      case 'record':
        return (
          isJsonObject(value) &&
          type.fields.every((field) =>
            this.isValid(field.type, value.has(field.name) ? value.get(field.name) : field.default),
          )
        );
    }
  }
}

function isWithin(value: JsonValue, [least, greatest]: readonly [bigint, bigint]): boolean {
  if (!(value instanceof JsonNumber) || !value.isIntegral) return false;
  const number = BigInt(value.text);
  return number >= least && number <= greatest;
}
