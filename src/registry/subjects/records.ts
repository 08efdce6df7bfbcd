import type { Mode, SubjectConfig } from './settings.ts';
import type { StoredSchema } from './stored-schema.ts';

/** A record of the topic `_schemas`: what has happened to the registry. The topic is compacted by the records' keys. */
export type RegistryRecord =
  | {
      readonly kind: 'SCHEMA';
      readonly subject: string;
      readonly version: number;
      readonly value: StoredSchema | undefined;
    }
  /** Of all, where no subject is named. */
  | {
      readonly kind: 'CONFIG';
      readonly subject: string | undefined;
      readonly value: SubjectConfig | undefined;
    }
  | { readonly kind: 'MODE'; readonly subject: string | undefined; readonly value: Mode | undefined }
  /** The subject's versions up to this one are deleted, softly. */
  | { readonly kind: 'DELETE_SUBJECT'; readonly subject: string; readonly version: number | undefined }
  /** What is deleted of a subject is gone. */
  | { readonly kind: 'CLEAR_SUBJECT'; readonly subject: string }
  | { readonly kind: 'NOOP' };

/** What is to be recorded, and what is answered when it was. */
export interface Change<Answer> {
  readonly records: readonly RegistryRecord[];
  readonly answer: Answer;
}
