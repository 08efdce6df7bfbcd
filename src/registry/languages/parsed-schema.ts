import type { ComparisonWork } from './comparison-work.ts';

/** The languages that schemas are written in, under the names that Confluent's API has for them. */
export type SchemaType = 'AVRO' | 'JSON' | 'PROTOBUF';

/** That a schema uses a version of another subject, under a name: a type's full name, a URI, or the path of an import. */
export interface SchemaReference {
  readonly name: string;
  readonly subject: string;
  readonly version: number;
}

/** What of a schema makes it unfit to read what another one wrote. */
export interface Difference {
  /** Confluent's name of the rule. */
  readonly type: string;
  /** Where, from the root of the schema that reads. */
  readonly path: string;
  /** Confluent's message, for what the two schemas are called in it, such as `new` and `old`. */
  message(reader: string, writer: string): string;
}

/** A schema that has been read, whatever its language; never changed. */
export interface ParsedSchema {
  readonly type: SchemaType;
  /** What it names directly. */
  readonly references: readonly SchemaReference[];
  /** Its canonical text: what is stored, hashed and answered. */
  readonly text: string;
  /**
   * Returns its text in a format of the API's parameter `format` (`resolved`, `serialized`, `ignore_extensions`), and the
   * canonical one for any other.
   */
  format(format: string): string;
  /**
   * Returns why this schema could not read all that was written with the other one; nothing where it could.
   * @param work what it may cost; a comparison's own by default.
   * @throws {RegistryRefusal} 422 where it would take more.
   */
  differencesFrom(writer: ParsedSchema, work?: ComparisonWork): readonly Difference[];
}

/** What a language is given to read a schema. */
export interface SchemaSource {
  readonly text: string;
  readonly references: readonly SchemaReference[];
  /** The texts of all that it refers to, directly or not, by name; what another one refers to comes before it. */
  readonly resolved: ReadonlyMap<string, string>;
  /** Whether it is being registered: what older releases have let in is read, but not let in again. */
  readonly isNew: boolean;
  /** Whether it is wanted in the form that spellings which mean the same have in common; its references are in that form already. */
  readonly isNormalized: boolean;
}

export interface SchemaLanguage {
  readonly type: SchemaType;
  /** @throws {InvalidSchemaError} */
  parse(source: SchemaSource): ParsedSchema;
}

/** The difference of two schemas that are not of one language. */
export const OTHER_LANGUAGE: Difference = {
  type: 'SCHEMA_TYPE_CHANGED',
  path: '/',
  message: () => 'Incompatible because of different schema type',
};

/** References in the order of Confluent's registry, each once: part of the normalized form. */
export function normalizedReferences(references: readonly SchemaReference[]): readonly SchemaReference[] {
  const byPlace = new Map(references.map((reference) => [JSON.stringify(reference), reference]));
  return [...byPlace.values()].sort(
    (left, right) =>
      compareTexts(left.subject, right.subject) ||
      left.version - right.version ||
      compareTexts(left.name, right.name),
  );
}

function compareTexts(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
