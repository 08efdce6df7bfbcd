import { InvalidSchemaError } from './invalid-schema.ts';
import { type JsonValue, parseJson } from './json-text.ts';

/** Reads the text of a schema that is JSON. @throws {InvalidSchemaError} for a text that is none. */
export function readJson(text: string): JsonValue {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new InvalidSchemaError(`not JSON: ${error.message}`, { cause: error });
  }
}
