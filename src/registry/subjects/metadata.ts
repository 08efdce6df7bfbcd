import { isJsonObject, type JsonValue } from '../languages/json-text.ts';

/** A property of the metadata that users keep with a schema; undefined where it has none of that name. */
export function metadataProperty(metadata: JsonValue | undefined, name: string): string | undefined {
  const properties = isJsonObject(metadata) ? metadata.get('properties') : undefined;
  const value = isJsonObject(properties) ? properties.get(name) : undefined;
  return typeof value === 'string' ? value : undefined;
}
