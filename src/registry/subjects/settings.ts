import type { JsonObject } from '../languages/json-text.ts';

/** How a new version has to go with earlier ones; the transitive ones ask for all of them, the others for the latest. */
const COMPATIBILITY_LEVELS = [
  'NONE',
  'BACKWARD',
  'BACKWARD_TRANSITIVE',
  'FORWARD',
  'FORWARD_TRANSITIVE',
  'FULL',
  'FULL_TRANSITIVE',
] as const;
export type CompatibilityLevel = (typeof COMPATIBILITY_LEVELS)[number];

/** What may be done with a subject. In IMPORT, and FORWARD, schemas bring their ids and versions with them. */
const MODES = ['READWRITE', 'READONLY', 'READONLY_OVERRIDE', 'IMPORT', 'FORWARD'] as const;
export type Mode = (typeof MODES)[number];

/** What is configured for a subject, a context or all; what is not said there comes from further out. */
export interface SubjectConfig {
  readonly compatibilityLevel?: CompatibilityLevel;
  /** Whether schemas are normalized before they are registered or looked up. */
  readonly normalize?: boolean;
  /** What else was configured: `alias`, `compatibilityGroup`, and what is kept without effect, such as `defaultMetadata`. */
  readonly others: JsonObject;
}

export function compatibilityLevel(text: string): CompatibilityLevel | undefined {
  return COMPATIBILITY_LEVELS.find((level) => level === text.toUpperCase());
}

export function modeNamed(text: string): Mode | undefined {
  return MODES.find((mode) => mode === text.toUpperCase());
}
