import { InvalidSchemaError } from '../invalid-schema.ts';
import { isJsonObject, printJson } from '../json-text.ts';
import { ComparisonWork } from '../comparison-work.ts';
import {
  type Difference,
  OTHER_LANGUAGE,
  type ParsedSchema,
  type SchemaLanguage,
  type SchemaReference,
  type SchemaSource,
} from '../parsed-schema.ts';
import { readJson } from '../read-json.ts';
import { jsonDifferences } from './compatibility.ts';
import type { JsonSchemaNode } from './model.ts';
import { JsonSchemaReader } from './read.ts';
import { JsonReferences } from './references.ts';

/** A JSON schema, as the registry knows it. Its text is what was registered without spaces, or with its names sorted. */
class JsonSchema implements ParsedSchema {
  readonly type = 'JSON';
  readonly references: readonly SchemaReference[];
  readonly text: string;
  readonly #root: JsonSchemaNode;

  constructor(source: SchemaSource) {
    this.references = source.references;
    const json = readJson(source.text);
    if (!isJsonObject(json) && typeof json !== 'boolean') {
      throw new InvalidSchemaError('a schema is neither an object nor a boolean');
    }
    const references = new JsonReferences(json, source.resolved);
    this.#root = new JsonSchemaReader((ref, from) => references.find(ref, from)).node(json);
    this.text = printJson(json, { sorted: source.isNormalized });
  }

  format(_format: string): string {
    return this.text;
  }

  differencesFrom(writer: ParsedSchema, work = new ComparisonWork()): readonly Difference[] {
    return writer instanceof JsonSchema ? jsonDifferences(this.#root, writer.#root, work) : [OTHER_LANGUAGE];
  }
}

export const jsonLanguage: SchemaLanguage = {
  type: 'JSON',
  parse: (source) => new JsonSchema(source),
};
