import { ComparisonWork } from '../comparison-work.ts';
import {
  type Difference,
  OTHER_LANGUAGE,
  type ParsedSchema,
  type SchemaLanguage,
  type SchemaReference,
  type SchemaSource,
} from '../parsed-schema.ts';
import { avroDifferences } from './compatibility.ts';
import { type AvroNames, parseAvro } from './parse.ts';
import { printAvro } from './print.ts';
import type { AvroType } from './schema.ts';

/** A schema in Avro's language, as the registry knows it. */
class AvroSchema implements ParsedSchema {
  readonly type = 'AVRO';
  readonly references: readonly SchemaReference[];
  readonly text: string;
  readonly #root: AvroType;
  /** Full names of what the references define. */
  readonly #elsewhere: ReadonlySet<string>;

  constructor(source: SchemaSource) {
    const names: AvroNames = new Map();
    for (const text of source.resolved.values()) parseAvro(text, { names, checksDefaults: false });
    this.#elsewhere = new Set(names.keys());
    this.#root = parseAvro(source.text, { names, checksDefaults: source.isNew });
    this.references = source.references;
    this.text = printAvro(this.#root, { elsewhere: this.#elsewhere, sorted: source.isNormalized });
  }

  format(format: string): string {
    if (format.toLowerCase() !== 'resolved') return this.text;
    return printAvro(this.#root, { elsewhere: new Set(), sorted: false });
  }

  differencesFrom(writer: ParsedSchema, work = new ComparisonWork()): readonly Difference[] {
    return writer instanceof AvroSchema ? avroDifferences(this.#root, writer.#root, work) : [OTHER_LANGUAGE];
  }
}

export const avroLanguage: SchemaLanguage = {
  type: 'AVRO',
  parse: (source) => new AvroSchema(source),
};
