import { isSchemaType } from './languages.ts';
import type { ParsedSchema } from '../languages/parsed-schema.ts';
import { refusals } from '../refusals/refusal.ts';
import { checkCompatibility, type EarlierVersion } from './check-compatibility.ts';
import { metadataProperty } from './metadata.ts';
import { ParsedSchemas } from './parsed-schemas.ts';
import {
  canonicalSubject,
  contextOf,
  DEFAULT_CONTEXT,
  isValidSubject,
  qualifiedSubject,
  subjectName,
} from './qualified-subject.ts';
import type { Change } from './records.ts';
import type { SchemaRequest } from './schema-request.ts';
import type { CompatibilityLevel, Mode, SubjectConfig } from './settings.ts';
import type { Deleted, RegistryState } from './state.ts';
import { contentKey, isSameContent, type SchemaContent, type StoredSchema } from './stored-schema.ts';

/** Ids stand in records as 32 bits with a sign; versions are of the same size. */
const INT_MAX = 2 ** 31 - 1;

const BARE = { metadata: undefined, ruleSet: undefined } as const;

/** The newest version is meant. */
export type VersionNumber = number | 'latest';

/** A schema that was read, with what it is stored as. */
interface ReadSchema {
  readonly parsed: ParsedSchema;
  readonly content: SchemaContent;
}

/**
 * What the registry answers, and what of it a request would change: nothing is changed but by {@link RegistryState.apply}, of records that
 * were written. Throws {@link RegistryRefusal} for what is refused.
 */
export class SchemaRegistry {
  readonly state: RegistryState;
  readonly parsed: ParsedSchemas;
  readonly #defaultLevel: CompatibilityLevel;

  constructor(state: RegistryState, defaults: { readonly compatibilityLevel: CompatibilityLevel }) {
    this.state = state;
    this.parsed = new ParsedSchemas(state);
    this.#defaultLevel = defaults.compatibilityLevel;
  }

  /** The versions of a subject. @throws {RegistryRefusal} 40401 where there are none. */
  versions(subject: string, deleted: Deleted): readonly StoredSchema[] {
    const versions = this.state.versions(subject, deleted);
    if (versions.length > 0) return versions;
    // A subject without deleted versions is there all the same.
    if (deleted === 'only' && this.state.versions(subject, 'left out').length > 0) return [];
    throw refusals.subjectNotFound(subject);
  }

  /** @throws {RegistryRefusal} 40401, 40402. */
  version(subject: string, version: VersionNumber, deleted: Deleted = 'left out'): StoredSchema {
    const versions = this.versions(subject, deleted);
    const found = version === 'latest' ? versions.at(-1) : versions.find((one) => one.version === version);
    if (found !== undefined) return found;
    throw version === 'latest' ? refusals.subjectNotFound(subject) : refusals.versionNotFound(version);
  }

  /** The subject that is meant by a name: another one, where the name is configured to be an alias of it. */
  resolve(subject: string): string {
    if (qualifiedSubject(subject).name === '') return subject;
    const alias = this.state.config(subject)?.others.get('alias');
    return typeof alias === 'string' && alias !== '' ? canonicalSubject(alias) : subject;
  }

  /** The newest version whose metadata have these properties. @throws {RegistryRefusal} 40401, 40403 where none has them. */
  latestWithMetadata(
    subject: string,
    properties: readonly (readonly [name: string, value: string])[],
    deleted: Deleted,
  ): StoredSchema {
    const found = this.versions(subject, deleted).findLast(({ metadata }) =>
      properties.every(([name, value]) => metadataProperty(metadata, name) === value),
    );
    if (found === undefined) throw refusals.schemaNotFound();
    return found;
  }

  /**
   * A schema by id, in the context of a subject; where a subject without a context is named, the contexts that have the subject
   * are asked, too.
   * @throws {RegistryRefusal} 40403.
   */
  byId(id: number, subject = ''): readonly StoredSchema[] {
    const { context, name } = qualifiedSubject(subject);
    const { ids } = this.state;
    const places = ids.places(context, id);
    const isOfSubject = places.some((place) => place.subject === subject);
    if (context === DEFAULT_CONTEXT && name !== '' && !isOfSubject) {
      for (const other of ids.contexts) {
        const found = ids.places(other, id);
        if (found.some((place) => place.subject === subjectName(other, name))) return found;
      }
    }
    if (places.length === 0) throw refusals.schemaIdNotFound(id);
    return places;
  }

  /** @throws {RegistryRefusal} 42201. */
  read(
    subject: string,
    request: SchemaRequest,
    options: { readonly normalize: boolean; readonly isNew: boolean },
  ): ReadSchema {
    const type = request.schemaType ?? 'AVRO';
    if (!isSchemaType(type)) throw refusals.invalidSchema(`Invalid schema type ${type}`);
    const { schema = '', metadata, ruleSet } = request;
    if (schema.trim() === '') throw refusals.invalidSchema('Empty schema');
    // A reference without a context means the subject's own one.
    const context = contextOf(subject);
    const references = request.references.map((reference) => ({
      ...reference,
      subject:
        contextOf(reference.subject) === DEFAULT_CONTEXT
          ? subjectName(context, reference.subject)
          : reference.subject,
    }));
    const isNormalized = options.normalize || this.#inScope(subject, (config) => config.normalize) === true;
    const parsed = this.parsed.parse({ type, schema, references, isNew: options.isNew, isNormalized });
    return {
      parsed,
      content: { type, schema: parsed.text, references: parsed.references, metadata, ruleSet },
    };
  }

  /** Where a schema is in a subject. @throws {RegistryRefusal} 40401, 40403, 42201. */
  lookup(
    subject: string,
    request: SchemaRequest,
    options: { readonly normalize: boolean; readonly deleted: Deleted },
  ): StoredSchema {
    const versions = this.versions(subject, options.deleted);
    const { parsed, content } = this.read(subject, request, { ...options, isNew: false });
    const found = this.#find(versions, parsed, content);
    if (found === undefined) throw refusals.schemaNotFound();
    return found;
  }

  /**
   * Registers a schema: under the id of the same schema, or under a new one; nothing is recorded where the subject has it.
   * @throws {RegistryRefusal} 409, 42201, 42205, 42207, 42208.
   */
  register(
    subject: string,
    request: SchemaRequest,
    options: { readonly normalize: boolean },
  ): Change<number> {
    if (!isValidSubject(subject)) throw refusals.invalidSubject(subject);
    this.#checkMode(subject, request.id);
    const present = this.state.versions(subject, 'left out');
    const latest = present.at(-1);
    const isEmpty = (request.schema ?? '').trim() === '';
    // What is not said stays as it is.
    const whole = isEmpty && latest !== undefined ? { ...request, ...asRequest(latest) } : request;
    const isImport = request.id !== undefined && request.id >= 0;
    const { parsed, content } = this.read(subject, whole, { ...options, isNew: !isImport });
    const same = this.#find(present, parsed, content);
    if (same !== undefined && (!isImport || same.id === request.id)) return { records: [], answer: same.id };
    if (!isImport) this.#checkLevel(subject, parsed, this.#inGroup(subject, content, present));
    const id = isImport ? this.#importedId(subject, request.id ?? 0, content) : this.#idFor(subject, content);
    const version = this.#nextVersion(subject, request.version);
    const value: StoredSchema = { ...content, subject, version, id, isDeleted: false };
    return { records: [{ kind: 'SCHEMA', subject, version, value }], answer: id };
  }

  /** What keeps a schema from being registered, in Confluent's words. @throws {RegistryRefusal} 40401, 40402, 42201. */
  incompatibilities(
    subject: string,
    request: SchemaRequest,
    options: { readonly version: VersionNumber | 'all'; readonly normalize: boolean },
  ): readonly string[] {
    const { version, normalize } = options;
    const earlier =
      version === 'all' ? this.state.versions(subject, 'left out') : [this.version(subject, version)];
    const { parsed, content } = this.read(subject, request, { normalize, isNew: true });
    const compared = this.#earlier(this.#inGroup(subject, content, earlier));
    return checkCompatibility(parsed, { earlier: compared, level: this.level(subject) });
  }

  /** The level that holds for a subject: its own, its context's, that of all, the default. */
  level(subject: string | undefined): CompatibilityLevel {
    return this.#inScope(subject, (config) => config.compatibilityLevel) ?? this.#defaultLevel;
  }

  /** The mode that holds for a subject. Where all are read-only for good, so is it. */
  mode(subject: string | undefined): Mode {
    const global = this.state.mode(undefined);
    if (global === 'READONLY_OVERRIDE' || subject === undefined) return global ?? 'READWRITE';
    const context = this.state.mode(subjectName(contextOf(subject), ''));
    return this.state.mode(subject) ?? context ?? global ?? 'READWRITE';
  }

  /** @throws {RegistryRefusal} 42205. */
  checkWritable(subject: string): void {
    const mode = this.mode(subject);
    if (mode !== 'READONLY' && mode !== 'READONLY_OVERRIDE') return;
    throw refusals.notPermitted(`Subject ${subject} in context ${contextOf(subject)} is in read-only mode`);
  }

  #inScope<T>(subject: string | undefined, take: (config: SubjectConfig) => T | undefined): T | undefined {
    const places =
      subject === undefined ? [undefined] : [subject, subjectName(contextOf(subject), ''), undefined];
    for (const place of places) {
      const config = this.state.config(place);
      const found = config === undefined ? undefined : take(config);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #checkMode(subject: string, id: number | undefined): void {
    this.checkWritable(subject);
    const mode = this.mode(subject);
    const isImporting = mode === 'IMPORT' || mode === 'FORWARD';
    const place = `Subject ${subject} in context ${contextOf(subject)}`;
    if (id !== undefined && id >= 0) {
      if (!isImporting) throw refusals.notPermitted(`${place} is not in import mode`);
    } else if (mode !== 'READWRITE') throw refusals.notPermitted(`${place} is not in read-write mode`);
  }

  #checkLevel(subject: string, parsed: ParsedSchema, present: readonly StoredSchema[]): void {
    const level = this.level(subject);
    const messages = checkCompatibility(parsed, { earlier: this.#earlier(present), level });
    if (messages.length > 0) throw refusals.incompatible(subject, `[${messages.join(', ')}]`);
  }

  /** Versions with the same value of the property that is configured as `compatibilityGroup`; all of them where none is. */
  #inGroup(
    subject: string,
    { metadata }: SchemaContent,
    versions: readonly StoredSchema[],
  ): readonly StoredSchema[] {
    const group = this.#inScope(subject, ({ others }) => others.get('compatibilityGroup'));
    if (typeof group !== 'string') return versions;
    const own = metadataProperty(metadata, group);
    return versions.filter((stored) => metadataProperty(stored.metadata, group) === own);
  }

  #earlier(versions: readonly StoredSchema[]): EarlierVersion[] {
    return versions.map((stored) => ({ version: stored.version, parsed: this.parsed.stored(stored) }));
  }

  /** The newest version that is the same schema; also where one has in it what the other one refers to. */
  #find(
    versions: readonly StoredSchema[],
    parsed: ParsedSchema,
    content: SchemaContent,
  ): StoredSchema | undefined {
    // What no subject of the context has, this one does not have.
    const [first] = versions;
    const isKnown = first !== undefined && this.#idOf(first.subject, content) !== undefined;
    const same = isKnown ? versions.findLast((stored) => isSameContent(stored, content)) : undefined;
    if (same !== undefined) return same;
    const isSent = content.metadata !== undefined || content.ruleSet !== undefined;
    const resolved = parsed.references.length === 0 ? parsed.format('resolved') : undefined;
    return versions.findLast((stored) => {
      if (stored.type !== parsed.type) return false;
      const hasMore = stored.metadata !== undefined || stored.ruleSet !== undefined;
      // Metadata that are not sent are those of the version.
      if (hasMore && !isSent && isSameContent({ ...stored, ...BARE }, content)) return true;
      if (resolved === undefined || stored.references.length === 0) return false;
      return this.parsed.stored(stored).format('resolved') === resolved;
    });
  }

  #idFor(subject: string, content: SchemaContent): number {
    const context = contextOf(subject);
    const known = this.#idOf(subject, content);
    if (known !== undefined) return known;
    const idMax = this.state.ids.idMax(context);
    if (idMax >= INT_MAX) throw refusals.idsExhausted(context, idMax);
    return idMax + 1;
  }

  /** The id that a schema has where the subject is. */
  #idOf(subject: string, content: SchemaContent): number | undefined {
    return this.state.ids.idOf(contextOf(subject), contentKey(content));
  }

  #importedId(subject: string, id: number, content: SchemaContent): number {
    const context = contextOf(subject);
    // One has to be left, or nobody could register anything from then on.
    if (id >= INT_MAX) throw refusals.idTooHigh(id);
    const [other] = this.state.ids.places(context, id);
    if (other === undefined || isSameContent(other, content)) return id;
    throw refusals.notPermitted(`Overwrite new schema with id ${id} in context ${context} is not permitted.`);
  }

  #nextVersion(subject: string, wanted: number | undefined): number {
    const newest = this.state.versions(subject, 'with others').at(-1)?.version ?? 0;
    const isWanted = wanted !== undefined && wanted > 0;
    if (isWanted && this.mode(subject) !== 'READWRITE') return wanted;
    if (isWanted && wanted !== newest + 1) {
      throw refusals.invalidSchema('Version is not one more than previous version');
    }
    if (newest >= INT_MAX) throw refusals.versionsExhausted(subject, newest);
    return newest + 1;
  }
}

function asRequest({
  schema,
  type,
  references,
}: StoredSchema): Pick<SchemaRequest, 'schema' | 'schemaType' | 'references'> {
  return { schema, schemaType: type, references };
}
