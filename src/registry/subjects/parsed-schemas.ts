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
import type { StoredSchema } from './stored-schema.ts';

/** Schemas that were read last are kept: each is compared with whatever comes next, and registered by each client that starts. */
const KEPT_MAX = 1_000;
/** Letters of their texts together. */
const KEPT_LETTERS_MAX = 8_000_000;
/** References may not lead further than this. */
const DEPTH_MAX = 100;

interface SchemaToParse extends Pick<SchemaSource, 'references' | 'isNew' | 'isNormalized'> {
  readonly type: SchemaType;
  readonly schema: string;
}

interface KeptSchema {
  readonly parsed: ParsedSchema;
  /** Whether it was fit to be registered. */
  readonly isNew: boolean;
}

/** Reads schemas with all that they refer to. */
export class ParsedSchemas {
  readonly #state: RegistryState;
  /** By language, form and text; the one that was used last comes last. */
  readonly #kept = new Map<string, KeptSchema>();
  #letters = 0;

  constructor(state: RegistryState) {
    this.#state = state;
  }

  /** @throws {RegistryRefusal} 42201 for what is no schema of its language, or refers to what is not there. */
  parse(source: SchemaToParse): ParsedSchema {
    // What is referred to may go, or be another version by now.
    return source.references.length > 0 ? this.#parse(source) : this.#keptOr(source);
  }

  /** A schema that is registered. What it refers to cannot change. */
  stored(stored: StoredSchema): ParsedSchema {
    return this.#keptOr({ ...stored, isNew: false, isNormalized: false });
  }

  #keptOr(source: SchemaToParse): ParsedSchema {
    const { type, schema, references, isNew, isNormalized } = source;
    const referred = references.map(({ name, subject, version }) => `${name} ${subject} ${version}\n`);
    const key = `${type} ${isNormalized ? 'normalized' : ''} ${referred.join('')} ${schema}`;
    const kept = this.#kept.get(key);
    // What was let in as it is is not known to be fit for a new one.
    const isFit = kept !== undefined && (kept.isNew || !isNew);
    const entry = isFit ? kept : { parsed: this.#parse(source), isNew };
    if (this.#kept.delete(key)) this.#letters -= key.length;
    this.#kept.set(key, entry);
    this.#letters += key.length;
    for (const [oldest] of this.#kept) {
      if (this.#kept.size <= KEPT_MAX && this.#letters <= KEPT_LETTERS_MAX) break;
      this.#kept.delete(oldest);
      this.#letters -= oldest.length;
    }
    return entry.parsed;
  }

  #parse({ type, schema, references: asked, isNew, isNormalized }: SchemaToParse): ParsedSchema {
    try {
      const resolved = this.dependencies(asked);
      const references = isNormalized ? normalizedReferences(asked) : asked;
      return LANGUAGES[type].parse({ text: schema, references, resolved, isNew, isNormalized });
    } catch (error) {
      if (!(error instanceof InvalidSchemaError)) throw error;
      throw refusals.invalidSchema(`Invalid schema of type ${type}, details: ${error.message}`);
    }
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
