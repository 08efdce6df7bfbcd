import { refusals } from '../refusals/refusal.ts';
import type { Change, RegistryRecord } from './records.ts';
import type { SchemaRegistry, VersionNumber } from './registry.ts';
import type { StoredSchema } from './stored-schema.ts';

/** Soft deletion hides versions; permanent deletion, of what is hidden, takes them away with their ids. */

interface Deletion {
  readonly isPermanent: boolean;
}

/** @returns the numbers of the versions. @throws {RegistryRefusal} 40401, 40404, 40405, 42205, 42206. */
export function deleteSubject(
  registry: SchemaRegistry,
  subject: string,
  { isPermanent }: Deletion,
): Change<readonly number[]> {
  registry.checkWritable(subject);
  const { state } = registry;
  const all = registry.versions(subject, 'with others');
  const present = state.versions(subject, 'left out');
  if (isPermanent && present.length > 0) throw refusals.subjectNotSoftDeleted(subject);
  if (!isPermanent && present.length === 0) throw refusals.subjectSoftDeleted(subject);
  const deleted = isPermanent ? all : present;
  for (const schema of deleted) checkUnused(registry, schema, { isPermanent });
  const last = deleted.at(-1);
  const records: RegistryRecord[] = isPermanent
    ? deleted.map(tombstone)
    : [{ kind: 'DELETE_SUBJECT', subject, version: last?.version }, ...settings(registry, subject)];
  return { records, answer: deleted.map(({ version }) => version) };
}

/** @returns its number. @throws {RegistryRefusal} 40401, 40402, 40406, 40407, 42205, 42206. */
export function deleteVersion(
  registry: SchemaRegistry,
  { subject, version, isPermanent }: Deletion & { readonly subject: string; readonly version: VersionNumber },
): Change<number> {
  registry.checkWritable(subject);
  const { state } = registry;
  const schema = registry.version(subject, version, 'with others');
  if (schema.isDeleted && !isPermanent) throw refusals.versionSoftDeleted(subject, schema.version);
  if (!schema.isDeleted && isPermanent) throw refusals.versionNotSoftDeleted(subject, schema.version);
  checkUnused(registry, schema, { isPermanent });
  const value = { ...schema, isDeleted: true };
  const hidden: RegistryRecord = { kind: 'SCHEMA', subject, version: schema.version, value };
  const isLast = !isPermanent && state.versions(subject, 'left out').length === 1;
  const records = [isPermanent ? tombstone(schema) : hidden, ...(isLast ? settings(registry, subject) : [])];
  return { records, answer: schema.version };
}

function tombstone({ subject, version }: StoredSchema): RegistryRecord {
  return { kind: 'SCHEMA', subject, version, value: undefined };
}

/** A subject's settings go with its last version. */
function settings({ state }: SchemaRegistry, subject: string): RegistryRecord[] {
  const records: RegistryRecord[] = [];
  if (state.mode(subject) !== undefined) records.push({ kind: 'MODE', subject, value: undefined });
  if (state.config(subject) !== undefined) records.push({ kind: 'CONFIG', subject, value: undefined });
  return records;
}

/** What others refer to stays; a deleted one that refers to it counts until it is gone. */
function checkUnused(
  { state }: SchemaRegistry,
  { subject, version }: StoredSchema,
  { isPermanent }: Deletion,
): void {
  const users = state.users(subject, version);
  const isUsed = isPermanent ? users.length > 0 : users.some(({ isDeleted }) => !isDeleted);
  if (isUsed) throw refusals.referenceExists(subject, version);
}
