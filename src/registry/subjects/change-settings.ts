import type { JsonObject } from '../languages/json-text.ts';
import { refusals } from '../refusals/refusal.ts';
import { isUnfinished, qualifiedSubject } from './qualified-subject.ts';
import { subjectConfig } from './record-codec.ts';
import type { Change } from './records.ts';
import type { SchemaRegistry } from './registry.ts';
import { compatibilityLevel, type Mode, modeNamed, type SubjectConfig } from './settings.ts';

/**
 * Changes what is configured for a subject, a context, or all: what a request does not name stays.
 * @param request the API's names: `compatibility`, `normalize` and others that are kept.
 * @throws {RegistryRefusal} 42203, 42205, 42208.
 */
export function changeConfig(
  registry: SchemaRegistry,
  subject: string | undefined,
  request: JsonObject,
): Change<SubjectConfig> {
  checkName(subject);
  if (subject !== undefined) registry.checkWritable(subject);
  const level = request.get('compatibility');
  if (level !== undefined && level !== null) {
    if (typeof level !== 'string' || compatibilityLevel(level) === undefined)
      throw refusals.invalidCompatibility();
  }
  const { compatibility: _, ...names } = Object.fromEntries(request);
  const named = subjectConfig(
    new Map([
      ...Object.entries(names),
      ...(typeof level === 'string' ? [['compatibilityLevel', level] as const] : []),
    ]),
  );
  const before = registry.state.config(subject);
  const value = { ...before, ...named, others: new Map([...(before?.others ?? []), ...named.others]) };
  return { records: [{ kind: 'CONFIG', subject, value }], answer: value };
}

/** @returns what was configured. @throws {RegistryRefusal} 40401 where nothing was. */
export function deleteConfig(registry: SchemaRegistry, subject: string | undefined): Change<SubjectConfig> {
  if (subject !== undefined) registry.checkWritable(subject);
  const before = registry.state.config(subject);
  if (before === undefined && subject !== undefined) throw refusals.subjectNotFound(subject);
  const answer = before ?? { compatibilityLevel: registry.level(undefined), others: new Map() };
  return { records: before === undefined ? [] : [{ kind: 'CONFIG', subject, value: undefined }], answer };
}

/** @throws {RegistryRefusal} 42204, 42208, 42205: schemas are imported into what is empty, unless it is forced. */
export function changeMode(
  registry: SchemaRegistry,
  subject: string | undefined,
  { mode, isForced }: { readonly mode: string; readonly isForced: boolean },
): Change<Mode> {
  checkName(subject);
  const value = modeNamed(mode);
  if (value === undefined) throw refusals.invalidMode();
  if (
    value === 'IMPORT' &&
    registry.mode(subject) !== 'IMPORT' &&
    !isForced &&
    hasSubjects(registry, subject)
  ) {
    throw refusals.notPermitted('Cannot import since found existing subjects');
  }
  return { records: [{ kind: 'MODE', subject, value }], answer: value };
}

/** @throws {RegistryRefusal} 42208: settings of a context that does not end would hold for nothing. */
function checkName(subject: string | undefined): void {
  if (subject !== undefined && isUnfinished(subject)) throw refusals.invalidSubject(subject);
}

function hasSubjects({ state }: SchemaRegistry, subject: string | undefined): boolean {
  if (subject !== undefined && qualifiedSubject(subject).name !== '') {
    return state.versions(subject, 'left out').length > 0;
  }
  const prefix = subject ?? '';
  return state.subjects('left out').some((name) => name.startsWith(prefix));
}

/** @returns the mode that it had. @throws {RegistryRefusal} 40401 where it had none of its own. */
export function deleteMode(registry: SchemaRegistry, subject: string | undefined): Change<Mode> {
  const before = registry.state.mode(subject);
  if (before === undefined && subject !== undefined) throw refusals.subjectNotFound(subject);
  return {
    records: before === undefined ? [] : [{ kind: 'MODE', subject, value: undefined }],
    answer: before ?? 'READWRITE',
  };
}
