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
}

export function parsed(language: SchemaLanguage, text: string, reading: Reading = {}): ParsedSchema {
  return language.parse({ text, references: [], resolved: new Map(), isNew: true, ...reading });
}

/** What a language says of a pair, as the pairs have it. */
export function differencesOf(language: SchemaLanguage, { reader, writer }: CompatibilityPair): string[] {
  return parsed(language, reader)
    .differencesFrom(parsed(language, writer))
    .map(({ type, path }) => `${type} ${path}`)
    .sort();
}
