import type { RegisteredSchema, SchemaText, SubjectSchema } from './registered-schema.ts';

/**
 * What SQL and the serdes need of a schema registry, whichever it is: the one of this process, or another by its REST API
 * (Confluent's). All of them reject with {@link RegistryError} for what the registry refuses.
 */
export interface SchemaRegistryClient {
  /** Registers a schema under a subject; one that is there already has its id again. */
  register(subject: string, schema: SchemaText): Promise<RegisteredSchema>;
  /** The newest version of a subject; undefined where there is no such subject. */
  latest(subject: string): Promise<SubjectSchema | undefined>;
  /** All versions of a subject, the oldest first; none where there is no such subject. */
  versions(subject: string): Promise<readonly SubjectSchema[]>;
  /** The schema of an id; undefined where there is none. */
  byId(id: number): Promise<RegisteredSchema | undefined>;
  /** Where a schema is in a subject; undefined where it is not there. */
  lookup(subject: string, schema: SchemaText): Promise<SubjectSchema | undefined>;
  /** Names of the subjects, sorted. */
  subjects(): Promise<readonly string[]>;
  /** Deletes all versions of a subject, softly: their ids stay readable. No error where there is no such subject. */
  deleteSubject(subject: string): Promise<void>;
  /** The same answers without a wait, of a registry in memory. */
  readonly now?: ImmediateRegistry;
}

/** A registry that answers at once. Throws {@link RegistryError} for what it refuses. */
export interface ImmediateRegistry {
  register(subject: string, schema: SchemaText): RegisteredSchema;
  latest(subject: string): SubjectSchema | undefined;
  byId(id: number): RegisteredSchema | undefined;
  lookup(subject: string, schema: SchemaText): SubjectSchema | undefined;
}

/** A refusal of the registry, with its code: 409 incompatible, 42201 invalid schema, 40401 no subject, 40403 no schema, … */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';
  /** An HTTP status, or one with two digits behind it. */
  readonly code: number;
  /** True where the same request may succeed later: the registry did not answer. */
  readonly retriable: boolean;

  constructor(code: number, message: string, options: ErrorOptions & { readonly retriable?: boolean } = {}) {
    super(message, options);
    this.code = code;
    this.retriable = options.retriable ?? false;
  }
}
