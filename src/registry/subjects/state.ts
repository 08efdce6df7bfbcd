import { unreachable } from '../../base/assert.ts';
import { contextOf, DEFAULT_CONTEXT, settingsKey } from './qualified-subject.ts';
import type { RegistryRecord } from './records.ts';
import { SchemaIds } from './schema-ids.ts';
import type { Mode, SubjectConfig } from './settings.ts';
import { placeKey, type StoredSchema } from './stored-schema.ts';
import { type Deleted, SubjectVersions } from './subject-versions.ts';

export type { Deleted };

/** What the records of the topic have left: subjects with their versions, ids, and settings. Applying a record again changes nothing. */
export class RegistryState {
  readonly ids: SchemaIds;
  readonly #subjects = new Map<string, SubjectVersions>();
  /** By subject, or by context as `:.ctx:`; of all under undefined. */
  readonly #configs = new Map<string | undefined, SubjectConfig>();
  readonly #modes = new Map<string | undefined, Mode>();
  /** The versions that refer to a version. */
  readonly #users = new Map<string, Map<string, StoredSchema>>();

  /** @param idsMax by context, the ids up to which none is given again. */
  constructor(idsMax: ReadonlyMap<string, number> = new Map()) {
    this.ids = new SchemaIds(idsMax);
  }

  apply(record: RegistryRecord): void {
    switch (record.kind) {
      case 'SCHEMA':
        this.#put(record.subject, record.version, record.value);
        return;
      case 'CONFIG':
        putSetting(this.#configs, settingsKey(record.subject), record.value);
        return;
      case 'MODE':
        putSetting(this.#modes, settingsKey(record.subject), record.value);
        return;
      case 'DELETE_SUBJECT':
        this.#deleteUpTo(record.subject, record.version ?? 0);
        return;
      case 'CLEAR_SUBJECT':
        for (const schema of this.versions(record.subject, 'only')) {
          this.#put(schema.subject, schema.version, undefined);
        }
        return;
      case 'NOOP':
        return;
      default:
        unreachable(record);
    }
  }

  /** Names of subjects that have such versions, sorted. A subject is deleted when all of its versions are. */
  subjects(deleted: Deleted): readonly string[] {
    const isMeant = (subject: string): boolean =>
      deleted === 'with others' || (this.versions(subject, 'left out').length === 0) === (deleted === 'only');
    return [...this.#subjects.keys()].filter(isMeant).sort();
  }

  /** In the order of their numbers. */
  versions(subject: string, deleted: Deleted): readonly StoredSchema[] {
    return this.#subjects.get(subject)?.list(deleted) ?? [];
  }

  version(subject: string, version: number): StoredSchema | undefined {
    return this.#subjects.get(subject)?.get(version);
  }

  /** Versions that refer to one, whether they are deleted or not. */
  users(subject: string, version: number): readonly StoredSchema[] {
    return [...(this.#users.get(placeKey({ subject, version }))?.values() ?? [])];
  }

  config(subject: string | undefined): SubjectConfig | undefined {
    return this.#configs.get(settingsKey(subject));
  }

  mode(subject: string | undefined): Mode | undefined {
    return this.#modes.get(settingsKey(subject));
  }

  /** Applies a record that is not written yet. @returns what takes it back, the last one first. */
  tentatively(record: RegistryRecord): () => void {
    const inverse = this.#inverse(record);
    const context = record.kind === 'SCHEMA' ? contextOf(record.subject) : DEFAULT_CONTEXT;
    const idMax = this.ids.idMax(context);
    this.apply(record);
    return () => {
      for (const one of inverse) this.apply(one);
      this.ids.takeBack(context, idMax);
    };
  }

  #inverse(record: RegistryRecord): readonly RegistryRecord[] {
    switch (record.kind) {
      case 'SCHEMA': {
        const { kind, subject, version } = record;
        return [{ kind, subject, version, value: this.version(subject, version) }];
      }
      case 'CONFIG':
        return [{ kind: 'CONFIG', subject: record.subject, value: this.config(record.subject) }];
      case 'MODE':
        return [{ kind: 'MODE', subject: record.subject, value: this.mode(record.subject) }];
      case 'DELETE_SUBJECT':
      case 'CLEAR_SUBJECT':
        return this.versions(record.subject, 'with others').map((value) => {
          const { subject, version } = value;
          return { kind: 'SCHEMA', subject, version, value };
        });
      case 'NOOP':
        return [];
      default:
        return unreachable(record);
    }
  }

  #put(subject: string, version: number, schema: StoredSchema | undefined): void {
    let versions = this.#subjects.get(subject);
    if (versions === undefined) this.#subjects.set(subject, (versions = new SubjectVersions()));
    const before = versions.set(version, schema);
    if (before !== undefined) this.#forget(before);
    if (schema === undefined) {
      if (versions.size === 0) this.#subjects.delete(subject);
      return;
    }
    this.ids.add(schema);
    for (const reference of schema.references) {
      const used = placeKey(reference);
      const users = this.#users.get(used) ?? new Map<string, StoredSchema>();
      users.set(placeKey(schema), schema);
      this.#users.set(used, users);
    }
  }

  #forget(schema: StoredSchema): void {
    this.ids.remove(schema);
    for (const reference of schema.references) {
      this.#users.get(placeKey(reference))?.delete(placeKey(schema));
    }
  }

  #deleteUpTo(subject: string, version: number): void {
    for (const schema of this.versions(subject, 'left out')) {
      if (schema.version <= version) this.#put(subject, schema.version, { ...schema, isDeleted: true });
    }
  }
}

function putSetting<T>(
  settings: Map<string | undefined, T>,
  key: string | undefined,
  value: T | undefined,
): void {
  if (value === undefined) settings.delete(key);
  else settings.set(key, value);
}
