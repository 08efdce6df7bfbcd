/**
 * A request that the registry refuses, with the code of Confluent's REST API: an HTTP status, or one with two digits behind it.
 * The one table of codes and their words.
 */
export class RegistryRefusal extends Error {
  override readonly name = 'RegistryRefusal';
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }

  /** HTTP's status. */
  get status(): number {
    return this.code < 1_000 ? this.code : Math.floor(this.code / 100);
  }
}

/** Resolves with undefined where what is asked is refused with one of these codes. */
export async function orUndefined<T>(
  codes: readonly number[],
  ask: () => T | Promise<T>,
): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof RegistryRefusal && codes.includes(error.code)) return undefined;
    throw error;
  }
}

const refusal =
  <Facts extends readonly (string | number)[]>(code: number, message: (...facts: Facts) => string) =>
  (...facts: Facts): RegistryRefusal =>
    new RegistryRefusal(code, message(...facts));

export const refusals = {
  subjectNotFound: refusal(40401, (subject: string) => `Subject '${subject}' not found.`),
  versionNotFound: refusal(40402, (version: number) => `Version ${version} not found.`),
  schemaNotFound: refusal(40403, () => 'Schema not found'),
  schemaIdNotFound: refusal(40403, (id: number | string) => `Schema ${id} not found`),
  subjectSoftDeleted: refusal(
    40404,
    (subject: string) => `Subject '${subject}' was soft deleted.Set permanent=true to delete permanently`,
  ),
  subjectNotSoftDeleted: refusal(
    40405,
    (subject: string) => `Subject '${subject}' was not deleted first before being permanently deleted`,
  ),
  versionSoftDeleted: refusal(
    40406,
    (subject: string, version: number) =>
      `Subject '${subject}' Version ${version} was soft deleted.Set permanent=true to delete permanently`,
  ),
  versionNotSoftDeleted: refusal(
    40407,
    (subject: string, version: number) =>
      `Subject '${subject}' Version ${version} was not deleted first before being permanently deleted`,
  ),
  compatibilityNotConfigured: refusal(
    40408,
    (subject: string) => `Subject '${subject}' does not have subject-level compatibility configured`,
  ),
  modeNotConfigured: refusal(
    40409,
    (subject: string) => `Subject '${subject}' does not have subject-level mode configured`,
  ),
  incompatible: refusal(
    409,
    (subject: string, details: string) =>
      `Schema being registered is incompatible with an earlier schema for subject "${subject}", details: ${details}`,
  ),
  invalidSchema: refusal(42201, (details: string) => details),
  invalidVersion: refusal(
    42202,
    (version: string) =>
      `The specified version '${version}' is not a valid version id. Allowed values are between [1, 2^31-1] and the string "latest"`,
  ),
  invalidCompatibility: refusal(
    42203,
    () =>
      'Invalid compatibility level. Valid values are none, backward, forward, full, backward_transitive, forward_transitive, and full_transitive',
  ),
  invalidMode: refusal(
    42204,
    () => 'Invalid mode. Valid values are READWRITE, READONLY, READONLY_OVERRIDE, IMPORT, and FORWARD',
  ),
  notPermitted: refusal(42205, (details: string) => details),
  referenceExists: refusal(
    42206,
    (subject: string, version: number) =>
      `One or more references exist to the schema {magic=1,keytype=SCHEMA,subject=${subject},version=${version}}.`,
  ),
  idDoesNotMatch: refusal(42207, (details: string) => details),
  invalidSubject: refusal(42208, (subject: string) => `The specified subject '${subject}' is not a valid.`),
  idsExhausted: refusal(
    422,
    (context: string, idMax: number) =>
      `No id is left in context ${context}: ids go up to 2^31-1, and ${idMax} was given. Register in another context`,
  ),
  idTooHigh: refusal(
    422,
    (id: number) =>
      `Schema id ${id} cannot be imported: ids go up to 2^31-1, and none would be left for schemas that are registered`,
  ),
  versionsExhausted: refusal(
    422,
    (subject: string, version: number) =>
      `No version is left in subject ${subject}: they go up to 2^31-1, and ${version} was given`,
  ),
  tooMuchToCompare: refusal(
    422,
    (steps: number) => `The schemas are too large to be compared: it would take more than ${steps} steps`,
  ),
  patternTooCostly: refusal(
    422,
    (pattern: string, length: number) =>
      `The schemas cannot be compared: the pattern ${pattern} may take too long on the name of a property of ${length} letters`,
  ),
  tooDeepToCompare: refusal(
    422,
    (levels: number) =>
      `The schemas are too deep to be compared: types within each other in more than ${levels} levels`,
  ),
  storeFailed: refusal(50001, (details: string) => details),
  timedOut: refusal(50002, (details: string) => details),
  forwardingFailed: refusal(
    50003,
    (url: string, why: string) => `Error while forwarding the request to the leader at ${url}: ${why}`,
  ),
  unknownLeader: refusal(50004, (details: string) => `Leader not known: ${details}`),
} as const;
