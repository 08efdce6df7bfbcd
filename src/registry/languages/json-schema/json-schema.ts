import { InvalidSchemaError } from '../invalid-schema.ts';
import { isJsonObject, type JsonValue, printJson } from '../json-text.ts';
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
  readonly #json: JsonValue;
  readonly #root: JsonSchemaNode;

  constructor(source: SchemaSource) {
    this.references = source.references;
    this.#json = readJson(source.text);
    if (!isJsonObject(this.#json) && typeof this.#json !== 'boolean') {
      throw new InvalidSchemaError('a schema is neither an object nor a boolean');
    }
    const references = new JsonReferences(this.#json, source.resolved);
    this.#root = new JsonSchemaReader((ref, from) => references.find(ref, from)).node(this.#json);
    this.text = printJson(this.#json, { sorted: source.isNormalized });
  }

  get name(): string | undefined {
    const title = isJsonObject(this.#json) ? this.#json.get('title') : undefined;
    return typeof title === 'string' ? title : undefined;
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
