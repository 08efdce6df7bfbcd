import { InvalidSchemaError } from '../languages/invalid-schema.ts';
import { LANGUAGES } from './languages.ts';
import {
  normalizedReferences,
  type ParsedSchema,
  type SchemaReference,
  type SchemaSource,
  type SchemaType,
} from '../languages/parsed-schema.ts';
import { refusals } from '../refusals/refusal.ts';
import type { RegistryState } from './state.ts';
import { guidOf, type StoredSchema } from './stored-schema.ts';

/** Schemas that were read last are kept: each is compared with whatever comes next. */
const KEPT_MAX = 1_000;
/** References may not lead further than this. */
const DEPTH_MAX = 100;

interface SchemaToParse extends Pick<SchemaSource, 'references' | 'isNew' | 'isNormalized'> {
  readonly type: SchemaType;
  readonly schema: string;
}

/** Reads schemas with all that they refer to. */
export class ParsedSchemas {
  readonly #state: RegistryState;
  readonly #kept = new Map<string, ParsedSchema>();

  constructor(state: RegistryState) {
    this.#state = state;
  }

  /** @throws {RegistryRefusal} 42201 for what is no schema of its language, or refers to what is not there. */
  parse({ type, schema, references: asked, isNew, isNormalized }: SchemaToParse): ParsedSchema {
    try {
      const resolved = this.dependencies(asked);
      const references = isNormalized ? normalizedReferences(asked) : asked;
      return LANGUAGES[type].parse({ text: schema, references, resolved, isNew, isNormalized });
    } catch (error) {
      if (!(error instanceof InvalidSchemaError)) throw error;
      throw refusals.invalidSchema(`Invalid schema of type ${type}, details: ${error.message}`);
    }
  }

  /** A schema that is registered. What it refers to cannot change. */
  stored(stored: StoredSchema): ParsedSchema {
    const key = `${stored.type} ${guidOf(stored)}`;
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept;
    const parsed = this.parse({ ...stored, isNew: false, isNormalized: false });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= KEPT_MAX && oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(key, parsed);
    return parsed;
  }

  /** What a schema refers to, directly or not, by name: what another one refers to comes before it. */
  dependencies(references: readonly SchemaReference[]): ReadonlyMap<string, string> {
    const resolved = new Map<string, string>();
    this.#resolve(references, resolved, 0);
    return resolved;
  }

  #resolve(references: readonly SchemaReference[], resolved: Map<string, string>, depth: number): void {
    if (depth > DEPTH_MAX) throw new InvalidSchemaError('references lead too deep');
    for (const { name, subject, version } of references) {
      if (resolved.has(name)) continue;
      const target = this.#target(subject, version);
      if (target === undefined) {
        throw new InvalidSchemaError(
          `No schema reference found for subject "${subject}" and version ${version}`,
        );
      }
      this.#resolve(target.references, resolved, depth + 1);
      resolved.set(name, target.schema);
    }
  }

  #target(subject: string, version: number): StoredSchema | undefined {
    if (version === -1) return this.#state.versions(subject, 'left out').at(-1);
    return this.#state.version(subject, version);
  }
}
