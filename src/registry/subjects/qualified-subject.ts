/** The context of subjects that name none. */
export const DEFAULT_CONTEXT = '.';
/** What the settings of all subjects of the default context are kept under. */
const GLOBAL_NAMES = new Set(['__GLOBAL', '__EMPTY']);

interface QualifiedSubject {
  /** Begins with a dot. */
  readonly context: string;
  /** Without the context; empty for the context itself. */
  readonly name: string;
}

/** Takes a subject such as `:.ctx:orders-value` apart. */
export function qualifiedSubject(subject: string): QualifiedSubject {
  const [, context, name] = /^:(\.[^:]*):(.*)$/s.exec(subject) ?? [];
  if (context === undefined || name === undefined) return { context: DEFAULT_CONTEXT, name: subject };
  return { context, name };
}

export function contextOf(subject: string): string {
  return qualifiedSubject(subject).context;
}

/** A subject's name as it is kept: that of the default context stands without it. */
export function subjectName(context: string, name: string): string {
  return context === DEFAULT_CONTEXT ? name : `:${context}:${name}`;
}

/** A subject as it was given: the default context may be named, too. */
export function canonicalSubject(subject: string): string {
  const { context, name } = qualifiedSubject(subject);
  return subjectName(context, name);
}

/** What the path of a request says of a subject. */
export interface SubjectPlace {
  /** Of routes below `/contexts/`. */
  readonly context?: string | undefined;
  readonly subject?: string | undefined;
}

/** The subject of a request, within the context that its path names. */
export function subjectAt({ context, subject = '' }: SubjectPlace): string {
  if (context === undefined) return canonicalSubject(subject);
  const name = context.replace(/^:|:$/g, '');
  return subjectName(name.startsWith('.') ? name : `.${name}`, subject);
}

/** Under what settings are kept: undefined for those of all. */
export function settingsKey(subject: string | undefined): string | undefined {
  if (subject === undefined || GLOBAL_NAMES.has(subject)) return undefined;
  const { context, name } = qualifiedSubject(subject);
  if (context === DEFAULT_CONTEXT) return name === '' ? undefined : name;
  return `:${context}:${GLOBAL_NAMES.has(name) ? '' : name}`;
}

/** Whether settings are those of many subjects: of a context, or of all. In doubt, as of contexts within contexts, they are. */
export function isForMany(subject: string): boolean {
  const { name } = qualifiedSubject(subject);
  return name === '' || GLOBAL_NAMES.has(name) || (name !== subject && isForMany(name));
}

/** Whether a subject begins with a context that does not end, such as `:.ctx`. */
export function isUnfinished(subject: string): boolean {
  return subject.startsWith(':.') && qualifiedSubject(subject).name === subject;
}

/** Whether schemas may be registered under a name. */
export function isValidSubject(subject: string): boolean {
  const { name } = qualifiedSubject(subject);
  if (isUnfinished(subject)) return false;
  // oxlint-disable-next-line no-control-regex
  return name !== '' && !GLOBAL_NAMES.has(name) && !/[\u0000-\u001f\u007f]/.test(subject);
}
