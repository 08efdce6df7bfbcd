import type { ParsedSchema, SchemaLanguage, SchemaReference } from '../../../src/registry/index.ts';

/** A pair of schemas, and why the reader's cannot read what the writer's wrote: nothing where it can. */
export interface CompatibilityPair {
  /** The rule that it is about. */
  readonly rule: string;
  readonly reader: string;
  readonly writer: string;
  /** `RULE path`, in any order. */
  readonly differences: readonly string[];
}

interface Reading {
  readonly references?: readonly SchemaReference[];
  readonly resolved?: ReadonlyMap<string, string>;
  readonly isNew?: boolean;
  readonly isNormalized?: boolean;
}

export function parsed(language: SchemaLanguage, text: string, reading: Reading = {}): ParsedSchema {
  const plain = { references: [], resolved: new Map(), isNew: true, isNormalized: false };
  return language.parse({ text, ...plain, ...reading });
}

/** The normalized text of a schema. */
export function normalizedText(language: SchemaLanguage, text: string, reading: Reading = {}): string {
  return parsed(language, text, { ...reading, isNormalized: true }).text;
}

/** What a language says of a pair, as the pairs have it. */
export function differencesOf(language: SchemaLanguage, { reader, writer }: CompatibilityPair): string[] {
  return parsed(language, reader)
    .differencesFrom(parsed(language, writer))
    .map(({ type, path }) => `${type} ${path}`)
    .sort();
}
