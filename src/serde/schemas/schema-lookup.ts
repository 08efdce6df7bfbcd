import { SerdeError } from '../model/serde-error.ts';
import type { RegisteredSchema } from './registered-schema.ts';

/** Answers at once what is known of the registry; a serde is compiled over one. */
export interface SchemaLookup {
  /**
   * The schema of an id; undefined while it is not known: whoever reads a batch fetches the ids of its records before it
   * is read, so that no record waits for a promise of its own.
   * @throws {SerdeError} where the registry has said that there is no such id.
   */
  byId(id: number): RegisteredSchema | undefined;
  /**
   * Asks the registry for a schema; undefined where it is known. Absent: all are known that there are.
   * @throws {OperationalError} where the registry does not answer.
   */
  fetch?(id: number): Promise<void> | undefined;
}

/** A record has a schema that was not fetched before it was read. */
export class UnknownSchemaId extends SerdeError {
  readonly id: number;

  constructor(id: number) {
    super(`the schema with id ${id} is not known yet`);
    this.id = id;
  }
}

/** What a serde of a registered format has of the registry. */
export interface SerdeSchemas {
  readonly lookup: SchemaLookup;
  /**
   * The schema that rows are written with. Called when the first row is; a source that is only read has none.
   * @throws {SerdeError} where it was not registered.
   */
  written(): RegisteredSchema;
}
